import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { launchChromium } from '../lab/test-support/chromium.ts'
import { findClient, type ClientName } from '../lab/test-support/clients.ts'
import { runClient } from '../lab/test-support/run-client.ts'
import { startWeir, weirProgram, type WeirProcess } from '../lab/test-support/weir-process.ts'
import type { FallbackTry } from '../stream/fallback.ts'
import type { Report } from './benchmark.ts'
import { addClip, makeNoisyClip } from './noisy-clip.ts'

const RUNS = 3
const LIMIT_MS = 40_000
const networks = [
  { name: 'nothing', profile: {}, boundMs: undefined },
  { name: 'UDP', profile: { udpBlocked: true }, boundMs: 2000 },
  { name: 'UDP and RTSP', profile: { udpBlocked: true, rtspBlocked: true }, boundMs: 4000 },
] as const
type Network = (typeof networks)[number]
type Browser = Awaited<ReturnType<typeof launchChromium>>['context']
type Place = {
  readonly weir: WeirProcess
  readonly videoId: string
  readonly browser: Browser
  readonly folder: string
}

/** Until the first picture, and by which way; undefined: none within the limit. */
type Shown = { readonly ms: number; readonly way: string } | undefined
type Viewer = { readonly name: string; readonly isOurs: boolean; show(place: Place, linkId: string): Promise<Shown> }

const shownOf = (tries: readonly FallbackTry[]): Shown => {
  const last = tries.at(-1)
  return last?.pictureMs === undefined ? undefined : { ms: last.pictureMs, way: last.way }
}

/** Timed as a whole process, start and end in it. */
async function timed(client: ClientName, args: readonly string[]): Promise<Shown> {
  const path = findClient(client)
  if (path === undefined) throw new Error(`the benchmark needs ${client}`)
  const startMs = performance.now()
  const { status } = await runClient(path, args, { timeoutMs: LIMIT_MS })
  return status === 0 ? { ms: performance.now() - startMs, way: 'rtp-udp or rtp-tcp' } : undefined
}

const ffmpeg = (flags: readonly string[], url: string): Promise<Shown> =>
  timed('ffmpeg', ['-v', 'error', ...flags, '-i', url, '-frames:v', '1', '-f', 'null', '-'])

const rtspUrl = ({ weir, videoId }: Place, linkId: string): string => `${weir.rtspUrl}/link/${linkId}/${videoId}`

const viewers: readonly Viewer[] = [
  {
    name: 'the page, `way=fallback`',
    isOurs: true,
    show: async ({ weir, videoId, browser }, linkId) => {
      const page = await browser.newPage()
      try {
        await page.goto(`${weir.url}/compare/${videoId}?side=udp&way=fallback&link=${linkId}`)
        await page.waitForFunction(() => triesOfPage().at(-1)?.pictureMs !== undefined, undefined, {
          timeout: LIMIT_MS,
        })
        return shownOf(await page.evaluate(() => triesOfPage()))
      } finally {
        await page.close()
      }
    },
  },
  {
    name: '`weir watch --else`',
    isOurs: true,
    show: async (place, linkId) => {
      const { weir, videoId, folder } = place
      const hls = `${weir.url}/link/${linkId}/hls/${videoId}/master.m3u8`
      const args = [...weirProgram(), 'watch', rtspUrl(place, linkId), '--else', hls, '--for', '3s', '--json']
      const { stdout } = await runClient(process.execPath, args, { timeoutMs: LIMIT_MS, cwd: folder })
      return shownOf((JSON.parse(stdout) as { readonly tries: readonly FallbackTry[] }).tries)
    },
  },
  { name: 'ffmpeg', isOurs: false, show: (place, linkId) => ffmpeg([], rtspUrl(place, linkId)) },
  {
    name: 'ffmpeg, `-timeout 1000000`',
    isOurs: false,
    show: (place, linkId) => ffmpeg(['-timeout', '1000000'], rtspUrl(place, linkId)),
  },
  {
    name: 'GStreamer, `rtspsrc`',
    isOurs: false,
    show: (place, linkId) => {
      const source = [
        'rtspsrc',
        `location=${rtspUrl(place, linkId)}`,
        'latency=200',
        '!',
        'application/x-rtp,media=video',
      ]
      const sink = ['rtph264depay', '!', 'avdec_h264', '!', 'fakesink', 'num-buffers=1']
      return timed('gst-launch-1.0', ['-q', ...source, '!', ...sink])
    },
  },
]

/** In the page. */
declare function triesOfPage(): readonly FallbackTry[]
const TRIES_OF_PAGE = 'globalThis.triesOfPage = () => globalThis.weir?.tries ?? []'

async function makeLink({ weir }: Place, { profile }: Network): Promise<string> {
  const line = {
    seed: 1,
    downlink: { rateBitsPerSecond: 10_000_000, oneWayDelayMs: 25 },
    uplink: { oneWayDelayMs: 25 },
  }
  const response = await fetch(`${weir.url}/api/links`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify({ profile: { ...line, ...profile } }),
  })
  return ((await response.json()) as { readonly id: string }).id
}

type Row = { readonly network: Network; readonly viewer: Viewer; readonly shown: readonly Shown[] }

async function measureAll(place: Place): Promise<Row[]> {
  const rows: Row[] = []
  for (const network of networks) {
    for (const viewer of viewers) {
      if (network.name === 'UDP and RTSP' && !viewer.isOurs) continue // they know no third way
      const shown: Shown[] = []
      for (let run = 0; run < RUNS; run += 1) shown.push(await viewer.show(place, await makeLink(place, network)))
      rows.push({ network, viewer, shown })
    }
  }
  return rows
}

const isMet = ({ network: { boundMs }, viewer, shown }: Row): boolean =>
  !viewer.isOurs || boundMs === undefined || shown.every((one) => one !== undefined && one.ms <= boundMs)

function rowText(row: Row): string {
  const { network, viewer, shown } = row
  const seconds = shown.map((one) => (one === undefined ? 'none' : (one.ms / 1000).toFixed(2))).join(', ')
  const ways = [...new Set(shown.map((one) => one?.way ?? 'none'))].join(', ')
  const bound =
    viewer.isOurs && network.boundMs !== undefined
      ? `${network.boundMs / 1000} s: ${isMet(row) ? 'met' : 'NOT MET'}`
      : ''
  return `| ${network.name} | ${viewer.name} | ${seconds} | ${viewer.isOurs ? ways : ''} | ${bound} |`
}

export default {
  report: async () => {
    const folder = mkdtempSync(join(tmpdir(), 'weir-bench-fallback-'))
    const weir = await startWeir({ mediaFolder: folder })
    const chromium = await launchChromium({ flags: ['--autoplay-policy=no-user-gesture-required'] })
    try {
      await chromium.context.addInitScript(TRIES_OF_PAGE)
      const clip = makeNoisyClip(folder, { seconds: 10, videoKilobitsPerSecond: 2000, framesPerSecond: 30 })
      const { id: videoId } = await addClip(weir.url, clip)
      const rows = await measureAll({ weir, videoId, browser: chromium.context, folder })
      const text = [
        '## The first picture where a firewall blocks UDP, or RTSP as well',
        '',
        `10 Mbit/s and 25 ms each way, ${RUNS} runs. Of the page and \`weir watch\`: since play was asked; of ffmpeg and GStreamer, with their defaults: the whole process, which ends with the first picture.`,
        '',
        '| blocked | viewer | first picture, s | by | bound |',
        '|---|---|---|---|---|',
        ...rows.map(rowText),
        '',
      ].join('\n')
      return { text, holds: rows.every(isMet) }
    } finally {
      await chromium.close()
      await weir.stop()
      rmSync(folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 })
    }
  },
} satisfies Report
