import { once } from 'node:events'
import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { monitorEventLoopDelay } from 'node:perf_hooks'
import { setTimeout as sleep } from 'node:timers/promises'
import { latenessQuantileMs, type DeparturesSummary } from '../udp-relay/departures.ts'
import { bindUdpPair, closeUdp, findFreePair } from '../udp-relay/udp-sockets.ts'
import type { Report } from './benchmark.ts'
import { makeNoisyClip } from './noisy-clip.ts'
import {
  makeLibrary,
  startWeirWith,
  VIDEO_KILOBITS_PER_SECOND,
  watch,
  type Load,
  type LoadedWeir,
} from './relay-servers.ts'

const CLIP_SECONDS = 30
const MEASURED_SECONDS = 6
const SLIM_VARIANT = '360p' // about 1 Mbit/s
const MAX_GROWTH = 1.15
const MAX_LATENESS_MS = 10
const MAX_FIRST_PACKET_MS = 50
const STARTS = 20
const IDLE_TIMER_MS = 5
const SESSIONS = 1000

type Row = { readonly what: string; readonly value: string; readonly bound?: string; readonly holds: boolean }

type RelayAnswer = { readonly sessions: number; readonly departures: DeparturesSummary }

async function relayOf({ url }: LoadedWeir): Promise<RelayAnswer> {
  return (await (await fetch(`${url}/api/relay`)).json()) as RelayAnswer
}

/** What left between two answers. */
function departuresBetween(before: DeparturesSummary, after: DeparturesSummary): DeparturesSummary {
  return {
    packets: after.packets - before.packets,
    bursts: after.bursts - before.bursts,
    burstPackets: after.burstPackets - before.burstPackets,
    droppedPackets: after.droppedPackets - before.droppedPackets,
    lateness: after.lateness.map(({ atMostMs, packets }, index) => ({
      atMostMs,
      packets: packets - (before.lateness[index]?.packets ?? 0),
    })),
  }
}

const slim = ({ videoUrl }: LoadedWeir): string => `${videoUrl.replace(/[^/]+$/, SLIM_VARIANT)}?payload=mp2t`
const full = ({ videoUrl }: LoadedWeir): string => `${videoUrl}?payload=mp2t`

type Crowd = { readonly load: Load; readonly left: DeparturesSummary; readonly idleLatenessMs: number }

/** `idleLatenessMs`: p99 of a timer of this process, which only waits meanwhile: as late is anybody on this machine. */
async function crowd(weir: LoadedWeir, url: string, viewers: number): Promise<Crowd> {
  const before = await relayOf(weir)
  const idle = monitorEventLoopDelay({ resolution: IDLE_TIMER_MS })
  idle.enable()
  const load = await watch(url, viewers, MEASURED_SECONDS, weir.pid)
  idle.disable()
  const idleLatenessMs = Math.max(0, idle.percentile(99) / 1e6 - IDLE_TIMER_MS) // ns to ms
  await sleep(2000) // their goodbyes
  return { load, left: departuresBetween(before.departures, (await relayOf(weir)).departures), idleLatenessMs }
}

async function crowdRow(weir: LoadedWeir, what: string, url: string, viewers: number): Promise<Row> {
  const { load, left, idleLatenessMs } = await crowd(weir, url, viewers)
  const p99Ms = latenessQuantileMs(left, 0.99)
  const value = `${load.megabitsPerSecond} Mbit/s received, ${left.droppedPackets} of ${left.packets} packets dropped by us, p99 at most ${p99Ms} ms late (an idle process's timer: ${idleLatenessMs.toFixed(1)} ms), ${load.serverCpuMicrosecondsPerPacket} µs a packet; the receiving process missed ${load.lost}`
  const holds = left.droppedPackets === 0 && p99Ms < MAX_LATENESS_MS
  return { what, value, bound: `none dropped, p99 below ${MAX_LATENESS_MS} ms`, holds }
}

async function growthRow(weir: LoadedWeir): Promise<Row> {
  const few = await crowd(weir, slim(weir), 50)
  const many = await crowd(weir, slim(weir), 500)
  const [fewCost, manyCost] = [few.load, many.load].map((load) => load.serverCpuMicrosecondsPerPacket)
  const growth = (manyCost ?? Infinity) / (fewCost ?? 0)
  const value = `${fewCost} µs, ${manyCost} µs a packet: ${growth.toFixed(2)}`
  return { what: '50 viewers, 500 viewers', value, bound: `at most ${MAX_GROWTH}`, holds: growth <= MAX_GROWTH }
}

/** A viewer who has got his first packet, so many milliseconds after the first byte of his DESCRIBE. */
async function beginWatching(weir: LoadedWeir, url: string) {
  const socket = connect({ port: Number(new URL(weir.rtspUrl).port), host: '127.0.0.1', noDelay: true })
  await once(socket, 'connect')
  const udp = await bindUdpPair('127.0.0.1', await findFreePair('127.0.0.1'), false)
  const port = udp[0].address().port
  const came = once(udp[0], 'message').then(() => performance.now())
  let cSeq = 0
  const ask = async (method: string, headers = '', track = ''): Promise<string> => {
    cSeq += 1
    socket.write(`${method} ${url}${track} RTSP/1.0\r\nCSeq: ${cSeq}\r\n${headers}\r\n`)
    const [reply] = (await once(socket, 'data')) as [Buffer]
    if (!reply.toString().startsWith('RTSP/1.0 200')) throw new Error(`${method}: ${reply.toString()}`)
    return reply.toString()
  }
  const startMs = performance.now()
  await ask('DESCRIBE', 'Accept: application/sdp\r\n')
  const setUp = await ask('SETUP', `Transport: RTP/AVP;unicast;client_port=${port}-${port + 1}\r\n`, '/trackID=0')
  const session = `Session: ${/session: *([^;\r\n]+)/i.exec(setUp)?.[1]}\r\n`
  await ask('PLAY', session)
  const firstPacketMs = (await came) - startMs
  await ask('PAUSE', session)
  return {
    firstPacketMs,
    async tearDown() {
      await ask('TEARDOWN', session)
      socket.destroy()
      await closeUdp(udp)
    },
  }
}

async function firstPacketMs(weir: LoadedWeir): Promise<number> {
  const viewer = await beginWatching(weir, full(weir))
  await viewer.tearDown()
  return viewer.firstPacketMs
}

async function startRow(weir: LoadedWeir): Promise<Row> {
  const took: number[] = []
  for (let start = 0; start < STARTS; start += 1) took.push(await firstPacketMs(weir))
  const [first = 0, ...later] = took.map((ms) => Number(ms.toFixed(1)))
  return {
    what: `first byte of DESCRIBE to first RTP packet, ${STARTS} times`,
    value: `${first} ms after the start of the server, then ${Math.min(...later)} to ${Math.max(...later)} ms`,
    bound: `below ${MAX_FIRST_PACKET_MS} ms`,
    holds: Math.max(...took) < MAX_FIRST_PACKET_MS,
  }
}

const openFiles = (pid: number): number => readdirSync(`/proc/${pid}/fd`).length

async function sessionsRow(weir: LoadedWeir): Promise<Row> {
  await firstPacketMs(weir) // what is made once is there
  const before = openFiles(weir.pid)
  const viewers: Awaited<ReturnType<typeof beginWatching>>[] = []
  while (viewers.length < SESSIONS) viewers.push(await beginWatching(weir, slim(weir)))
  const [{ sessions: atOnce }, between] = [await relayOf(weir), openFiles(weir.pid)]
  for (const viewer of viewers) await viewer.tearDown()
  await sleep(1000)
  const [{ sessions: after }, left] = [await relayOf(weir), openFiles(weir.pid)]
  return {
    what: `${SESSIONS} sessions that have played, torn down`,
    value: `${atOnce} sessions and ${between - before} open files more; then ${after} and ${left - before}`,
    bound: 'none left',
    holds: atOnce === SESSIONS && after === 0 && left <= before,
  }
}

async function report(): Promise<{ readonly text: string; readonly holds: boolean }> {
  const folder = mkdtempSync(join(tmpdir(), 'weir-bench-relay-scale-'))
  const mediaFolder = mkdtempSync(join(folder, 'media'))
  const clip = makeNoisyClip(folder, { seconds: CLIP_SECONDS, videoKilobitsPerSecond: VIDEO_KILOBITS_PER_SECOND })
  const library = { mediaFolder, path: await makeLibrary(mediaFolder, clip) }
  const weir = await startWeirWith(library, {})
  try {
    const rows = [
      await startRow(weir),
      await sessionsRow(weir),
      await growthRow(weir),
      await crowdRow(weir, '300 viewers of the whole rate, on demand', full(weir), 300),
      await crowdRow(weir, '1,000 viewers of about 1 Mbit/s, on demand', slim(weir), 1000),
    ]
    return { text: tableOf(rows), holds: rows.every(({ holds }) => holds) }
  } finally {
    await weir.stop()
    rmSync(folder, { recursive: true, force: true })
  }
}

function tableOf(rows: readonly Row[]): string {
  const lines = rows.map(
    ({ what, value, bound, holds }) => `| ${what} | ${value} | ${bound}: ${holds ? 'met' : 'NOT MET'} |`,
  )
  return [
    '## The relay with many viewers of RTP/MP2T',
    '',
    '| what | came out | bound |',
    '|---|---|---|',
    ...lines,
    '',
  ].join('\n')
}

export default { report } satisfies Report
