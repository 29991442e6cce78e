import { execFile } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { startWeir, type WeirProcess } from '../lab/test-support/weir-process.ts'
import { boundHolds, measure, median, type Bound, type Report, type SideResult } from './benchmark.ts'
import { makeHttpLibrary, type HttpLibrary } from './http-library.ts'
import { startBareNode, startExpressStatic, startNginx, type StaticServer } from './http-servers.ts'
import type { SlowReadersResult, SlowReadersWish } from './slow-readers.ts'
import { table } from './table.ts'
import { isInstalled, wrk, type WrkResult } from './wrk.ts'

const SEGMENTS = 400
const SEGMENT_BYTES = 1_600_000
const CONNECTIONS = 16
const SECONDS = 2
const READERS = 2000
const READ_BITS_PER_SECOND = 1_000_000
const MAX_MEGABYTES = 400
const MAX_DELAY = 1.25 // of the time that the rate allows

type Text = Awaited<ReturnType<Report['report']>>
type Servers = Readonly<Record<string, { readonly url: string }>>

const WEIR = 'weir'
const NGINX = 'nginx, one worker'
const EXPRESS = 'express.static'
const BARE = 'bare node:http, all in memory'

/** wrk against each in turn; one table for the requests, one for the slowest of a hundred. */
async function compare(
  title: string,
  servers: Servers,
  load: (url: string) => Promise<WrkResult>,
  bounds: { readonly requests: readonly Bound[]; readonly p99?: readonly Bound[] },
): Promise<Text> {
  const p99: Record<string, number[]> = {}
  const sides = Object.entries(servers).map(([side, { url }]) => {
    const run = async (): Promise<number> => {
      const { requestsPerSecond, p99Ms } = await load(url)
      p99[side] = [...(p99[side] ?? []), p99Ms]
      return requestsPerSecond
    }
    return [side, run] as const
  })
  const warm = async (): Promise<void> => {
    for (const { url } of Object.values(servers)) await load(url)
  }
  const requests = await measure({ title, unit: 'requests/s', sides: Object.fromEntries(sides), prepare: warm })
  const latencies = Object.entries(p99).map(([side, values]): SideResult => ({
    side,
    medianValue: median(values),
    values,
  }))
  return joined([
    tabled({ title, unit: 'requests/s' }, requests, bounds.requests),
    tabled({ title: `${title}: 99 of 100 are answered within`, unit: 'ms' }, latencies, bounds.p99 ?? []),
  ])
}

/** Bounds that name a side which is not here are left out. */
function tabled(
  head: { readonly title: string; readonly unit: string },
  results: SideResult[],
  all: readonly Bound[],
): Text {
  const sides = results.map(({ side }) => side)
  const bounds = all.filter(({ than = WEIR }) => sides.includes(than))
  return { text: table({ ...head, bounds }, results), holds: bounds.every((bound) => boundHolds(bound, results)) }
}

function joined(texts: readonly Text[]): Text {
  return { text: texts.map(({ text }) => text).join('\n'), holds: texts.every(({ holds }) => holds) }
}

async function checkSameBytes(servers: Servers, path: string): Promise<void> {
  const bodies = await Promise.all(
    Object.values(servers).map(async ({ url }) => Buffer.from(await (await fetch(url + path)).arrayBuffer())),
  )
  if (!bodies.every((body) => body.equals(bodies[0]!))) throw new Error(`not all answer ${path} alike`)
}

/** Every request for the next segment, and from the beginning again. */
function scanScript(folder: string, library: HttpLibrary): string {
  const file = join(folder, 'scan.lua')
  const format = library.segmentPath(0).replace('00000.ts', '%05d.ts')
  writeFileSync(
    file,
    `local n = -1\nrequest = function()\n  n = (n + 1) % ${SEGMENTS}\n  return wrk.format("GET", string.format("${format}", n))\nend\n`,
  )
  return file
}

/** Every request for the range of the next segment in one file of them all. */
function rangeScript(folder: string, { singleFilePath }: HttpLibrary): string {
  const file = join(folder, 'ranges.lua')
  const range = `string.format("bytes=%d-%d", n * ${SEGMENT_BYTES}, (n + 1) * ${SEGMENT_BYTES} - 1)`
  writeFileSync(
    file,
    `local n = -1\nrequest = function()\n  n = (n + 1) % ${SEGMENTS}\n  return wrk.format("GET", "${singleFilePath}", {["Range"] = ${range}})\nend\n`,
  )
  return file
}

const atLeast = (limit: number, than: string): Bound => ({ side: WEIR, is: 'at least', limit, than })

async function loads(folder: string, library: HttpLibrary, servers: Servers): Promise<Text[]> {
  const options = { connections: CONNECTIONS, seconds: SECONDS }
  const [segment, script] = [library.segmentPath(0), scanScript(folder, library)]
  const { [EXPRESS]: _, [BARE]: __, ...large } = servers
  for (const path of [segment, library.playlistPath]) await checkSameBytes(servers, path)
  return [
    await compare(
      `One segment of ${SEGMENT_BYTES / 1e6} MB, ${CONNECTIONS} connections`,
      servers,
      (url) => wrk({ ...options, url: url + segment }),
      {
        requests: [atLeast(1, NGINX), atLeast(3, EXPRESS)],
        p99: [{ side: WEIR, is: 'at most', limit: 1, than: NGINX }],
      },
    ),
    await compare(
      `A playlist of ${SEGMENTS} segments, ${CONNECTIONS} connections`,
      servers,
      (url) => wrk({ ...options, url: url + library.playlistPath }),
      { requests: [atLeast(0.5, NGINX), atLeast(10, EXPRESS)] },
    ),
    await compare(
      `${(SEGMENTS * SEGMENT_BYTES) / 1e6} MB of segments in turn, far more than weir's memory for them; the machine's own has room for all`,
      large,
      (url) => wrk({ ...options, url, script }),
      { requests: [atLeast(0.6, NGINX)] },
    ),
    await compare(
      `The same segments as ranges of one file of ${(SEGMENTS * SEGMENT_BYTES) / 1e6} MB`,
      large,
      (url) => wrk({ ...options, url, script: rangeScript(folder, library) }),
      { requests: [atLeast(0.6, NGINX)] },
    ),
  ]
}

/** Many slow ones at once, over all segments: some are in memory, most are not. */
async function slowReaders(library: HttpLibrary): Promise<Text> {
  const weir = await startWeir({ mediaFolder: library.mediaFolder })
  const wish: SlowReadersWish = {
    port: Number(new URL(weir.url).port),
    paths: Array.from({ length: SEGMENTS }, (_, index) => library.segmentPath(index)),
    readers: READERS,
    bitsPerSecond: READ_BITS_PER_SECOND,
    beginOverMs: 4000,
  }
  const args = ['--import', import.meta.resolve('tsx'), join(import.meta.dirname, 'slow-readers.ts')]
  const { stdout } = await promisify(execFile)(process.execPath, [...args, JSON.stringify(wish)])
  const { wholeAnswers, seconds } = JSON.parse(stdout) as SlowReadersResult
  const megabytes = peakMegabytes(weir)
  await weir.stop()
  const rateSeconds = (SEGMENT_BYTES * 8) / READ_BITS_PER_SECOND
  const holds = megabytes < MAX_MEGABYTES && wholeAnswers === READERS && seconds.slowest <= MAX_DELAY * rateSeconds
  const digits = (value: number): string => value.toFixed(1)
  const text = [
    `## ${READERS} connections, each reading a segment at ${READ_BITS_PER_SECOND / 1e6} Mbit/s`,
    '',
    '| what | came out |',
    '|---|---|',
    `| whole answers | ${wholeAnswers} |`,
    `| fastest, median, slowest; the rate allows ${digits(rateSeconds)} s | ${[seconds.fastest, seconds.median, seconds.slowest].map(digits).join(', ')} s |`,
    `| most memory of the server's process | ${Math.round(megabytes)} MB |`,
    '',
    `Bound: all whole, none slower than ${MAX_DELAY} times what the rate allows, below ${MAX_MEGABYTES} MB: ${holds ? 'met' : 'NOT MET'}.`,
    '',
  ].join('\n')
  return { text, holds }
}

/** The most that was resident, proc(5). */
function peakMegabytes({ pid }: WeirProcess): number {
  const kibibytes = /^VmHWM:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]
  return (Number(kibibytes) * 1024) / 1e6
}

async function report(): Promise<Text> {
  const folder = mkdtempSync(join(tmpdir(), 'weir-bench-origin-'))
  const stops: (() => Promise<unknown>)[] = []
  try {
    const library = makeHttpLibrary(folder, SEGMENTS, SEGMENT_BYTES)
    const texts: Text[] = []
    if (await isInstalled('wrk', '-v')) texts.push(...(await sideBySide(folder, library, stops)))
    else console.log('without wrk nothing is compared: apt-get install wrk')
    texts.push(await slowReaders(library))
    return joined(texts)
  } finally {
    for (const stop of stops) await stop()
    rmSync(folder, { recursive: true, force: true })
  }
}

async function sideBySide(
  folder: string,
  library: HttpLibrary,
  stops: (() => Promise<unknown>)[],
): Promise<readonly Text[]> {
  const hasNginx = await isInstalled('nginx', '-v')
  if (!hasNginx) console.log('without nginx: apt-get install nginx-light')
  const weir = await startWeir({ mediaFolder: library.mediaFolder })
  stops.push(() => weir.stop())
  const peers: StaticServer[] = []
  if (hasNginx) peers.push(await startNginx(library.root, folder))
  peers.push(await startExpressStatic(library.root), await startBareNode(library.root))
  stops.push(...peers.map(({ stop }) => stop))
  const [nginx, express, bare] = hasNginx ? peers : [undefined, ...peers]
  const servers = {
    [WEIR]: weir,
    ...(nginx && { [NGINX]: nginx }),
    ...(express && { [EXPRESS]: express }),
    ...(bare && { [BARE]: bare }),
  }
  const texts = await loads(folder, library, servers)
  for (const stop of stops.splice(0)) await stop()
  return texts
}

export default { report } satisfies Report
