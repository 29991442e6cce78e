import { existsSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { machineLine } from '../build/machine.ts'
import { readOutline, type Outline } from '../protocol/outline.ts'
import type { Video } from '../protocol/weir-api.ts'
import { findFreePair } from '../udp-relay/udp-sockets.ts'
import type { HlsCost, PlanCosts, UdpCost } from './plan-costs.ts'
import { startOwnServer, type OwnServer } from './plan-server.ts'
import { hlsCrowd, multicastCrowd, udpCrowd, type Crowd, type CrowdCounts } from './plan-viewers.ts'
import { cpuNanoseconds, openFiles, peakBytes, residentBytes } from './process-figures.ts'
import { LabMissing } from './validate-lab.ts'

export type MeasureOptions = {
  readonly program: readonly string[] // the arguments of Node that run `weir`
  readonly weir: string
  readonly day: string // 2026-11-30
  readonly viewers: number // at once
  readonly windowMs: number
  readonly signal?: AbortSignal
  readonly onProgress?: (ratio: number) => void
}

const SETTLE_MS = 2000
const CLIP_MS = 180_000
const HTTP_CONNECTIONS = 64
const WARMING_SHARE = 5
const RTP_BYTES = 12
const ENOUGH = 0.85 // segments end at other moments than a window does
const TRIES = 3

type Watched = {
  readonly mediaFolder: string
  readonly id: string
  readonly variant: string
  readonly outline: Outline
}

/** Measures a server's process with real viewers on loopback: about two minutes, the sample clip's making among them.
 *  Throws LabMissing where there is no /proc (Linux). */
export async function measureCosts(options: MeasureOptions): Promise<PlanCosts> {
  if (!existsSync('/proc/self/stat')) throw new LabMissing('/proc, from which the figures of a process are read: Linux')
  const folder = await mkdtemp(join(tmpdir(), 'weir-plan-'))
  try {
    const watched = await makeWatched(folder, options)
    options.onProgress?.(0.3)
    const hls = await withTries(() => measureHls(watched, options))
    options.onProgress?.(0.5)
    const bursts = await withTries(() => measureUdp(watched, options, { WEIR_UDP_OFFLOAD: 'true' }))
    options.onProgress?.(0.7)
    const packets = await withTries(() => measureUdp(watched, options, { WEIR_UDP_OFFLOAD: 'false' }))
    options.onProgress?.(0.85)
    const multicast = await withTries(() => measureMulticast(watched, options))
    options.onProgress?.(1)
    const measured = `${options.day} on ${machineLine()}`
    const ways = { hls, 'udp-bursts': bursts, 'udp-packets': packets, multicast }
    return { format: 'weir-costs', version: 1, weir: options.weir, measured, ways }
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

/** The sample clip, segmented by a server that is stopped again: its work is not to count as the viewers'. */
async function makeWatched(mediaFolder: string, { program, signal }: MeasureOptions): Promise<Watched> {
  const server = await startOwnServer(program, mediaFolder, {})
  try {
    for (let waitedMs = 0; waitedMs < CLIP_MS; waitedMs += 500) {
      const videos = (await (await fetch(`${server.url}/api/videos`)).json()) as Video[]
      const ready = videos.find(({ status }) => status === 'ready')
      if (ready !== undefined) return await watchedOf(server, mediaFolder, ready)
      await sleep(500, undefined, signal === undefined ? {} : { signal })
    }
    throw new Error(`the sample clip was not ready within ${CLIP_MS / 1000} s`)
  } finally {
    await server.stop()
  }
}

async function watchedOf({ url }: OwnServer, mediaFolder: string, { id, variants }: Video): Promise<Watched> {
  const [best] = variants.toSorted((a, b) => b.bandwidthBitsPerSecond - a.bandwidthBitsPerSecond)
  const variant = best?.name ?? ''
  const outline = readOutline(await (await fetch(`${url}/hls/${id}/${variant}/outline.json`)).text())
  if (!outline.ok) throw new Error(`the outline of ${variant}: ${JSON.stringify(outline.fault)}`)
  return { mediaFolder, id, variant, outline: outline.value }
}

async function measureHls(watched: Watched, options: MeasureOptions): Promise<HlsCost> {
  const folder = `/hls/${watched.id}/${watched.variant}`
  const { segments } = watched.outline
  const playlistPath = `${folder}/index.m3u8`
  const segmentPaths = segments.map(({ uri }) => `${folder}/${uri}`)
  const everyMs = (segments[0]?.durationSeconds ?? 4) * 1000 // s to ms
  const gather = (viewers: number, url: string) => hlsCrowd(viewers, { url, playlistPath, segmentPaths, everyMs })
  return withServer(watched, options, {}, async (server) => {
    const { taken, window } = await watchCrowd(server, (viewers) => gather(viewers, server.url), everyMs, options)
    refuseTooFew('HLS viewers', window.counts.bytes * 8, options.viewers * window.seconds * rateOf(watched))
    const hammer = await hlsCrowd(HTTP_CONNECTIONS, { url: server.url, playlistPath, segmentPaths: [], everyMs: 0 })
    const requests = await watchWindow(server, hammer, options)
    await hammer.end()
    const cpuMicrosecondsPerRequest = requests.cpuMicroseconds / requests.counts.requests
    const ofSegments = window.cpuMicroseconds - window.counts.requests * cpuMicrosecondsPerRequest
    return {
      ...taken,
      bitsPerSecond: (window.counts.bytes * 8) / window.seconds,
      cpuMicrosecondsPerRequest,
      cpuMicrosecondsPerMegabyte: Math.max(0, ofSegments) / (window.counts.bytes / 1e6),
    }
  })
}

async function measureUdp(watched: Watched, options: MeasureOptions, env: NodeJS.ProcessEnv): Promise<UdpCost> {
  return withServer(watched, options, env, async (server) => {
    const gather = (viewers: number) => udpCrowd(viewers, rtspUrl(server, watched))
    const watching = await watchCrowd(server, gather, 0, options)
    const cost = udpCost(watching, watching.window.sentPackets)
    refuseTooFew('UDP viewers', cost.bitsPerSecond, options.viewers * rateOf(watched))
    return cost
  })
}

async function measureMulticast(watched: Watched, options: MeasureOptions): Promise<UdpCost> {
  const port = Math.min(await findFreePair('127.0.0.1'), 65_000)
  const multicast = `{ groups: 239.255.42.0/28, port: ${port}, ttl: 0, interface: 127.0.0.1 }`
  return withServer(watched, options, { WEIR_MULTICAST: multicast }, async (server) => {
    const gather = (viewers: number) => multicastCrowd(viewers, rtspUrl(server, watched))
    const watching = await watchCrowd(server, gather, 0, options)
    const cost = udpCost(watching, watching.window.counts.packets) // the relay counts those of ports alone
    refuseTooFew('the multicast group', cost.bitsPerSecond, rateOf(watched))
    return cost
  })
}

/** Bits a second of the variant. */
function rateOf({ outline: { segments } }: Watched): number {
  const seconds = segments.reduce((sum, { durationSeconds }) => sum + durationSeconds, 0)
  return segments.reduce((sum, { sizeBytes }) => sum + 8 * sizeBytes, 0) / seconds
}

/** Nothing could be measured that would mean something. */
export class TooBusy extends Error {}

/** Viewers who do not get what they watch cost something else. */
function refuseTooFew(who: string, got: number, expected: number): void {
  if (got >= ENOUGH * expected) return
  const percent = Math.round((100 * got) / expected)
  throw new TooBusy(
    `${who} got ${percent} % of the video's rate: the machine is too busy, or too slow for so many; try fewer (--measure-viewers)`,
  )
}

function rtspUrl(server: OwnServer, { id, variant }: Watched): string {
  return `${server.rtspUrl}/${id}/${variant}?payload=mp2t`
}

function udpCost({ taken, window }: Awaited<ReturnType<typeof watchCrowd>>, packets: number): UdpCost {
  if (packets === 0) throw new Error('no packet came')
  const videoBytesPerPacket = window.counts.bytes / window.counts.packets - RTP_BYTES
  return {
    ...taken,
    bitsPerSecond: (packets * videoBytesPerPacket * 8) / window.seconds,
    cpuMicrosecondsPerPacket: window.cpuMicroseconds / packets,
    videoBytesPerPacket,
  }
}

async function withServer<Cost>(
  { mediaFolder }: Watched,
  { program }: MeasureOptions,
  env: NodeJS.ProcessEnv,
  measure: (server: OwnServer) => Promise<Cost>,
): Promise<Cost> {
  const server = await startOwnServer(program, mediaFolder, { args: ['--no-sample'], env })
  try {
    await sleep(SETTLE_MS)
    return await measure(server)
  } finally {
    await server.stop()
  }
}

/** A busy moment of the machine is waited out. */
async function withTries<Cost>(measure: () => Promise<Cost>): Promise<Cost> {
  for (let tries = 1; tries < TRIES; tries += 1) {
    try {
      return await measure()
    } catch (error) {
      if (!(error instanceof TooBusy)) throw error
    }
  }
  return measure()
}

/** A few viewers, so that the program is warm, then all. What a process takes once for its first viewer counts as theirs:
 *  memory is told too high rather than too low. What it takes while nobody watches is taken off. */
async function watchCrowd(
  server: OwnServer,
  gather: (viewers: number) => Promise<Crowd>,
  settleMs: number,
  options: MeasureOptions,
) {
  const { viewers } = options
  const idle = { memoryBytes: residentBytes(server.pid), files: openFiles(server.pid) }
  const nobody = await watchWindow(server, NOBODY, options)
  const few = await gather(Math.ceil(viewers / WARMING_SHARE))
  await sleep(SETTLE_MS)
  await few.end()
  const all = await gather(viewers)
  await sleep(SETTLE_MS + settleMs)
  const window = await watchWindow(server, all, options)
  const most = { memoryBytes: peakBytes(server.pid), files: openFiles(server.pid) }
  await all.end()
  const ofNobody = (nobody.cpuMicroseconds * window.seconds) / nobody.seconds
  return {
    window: { ...window, cpuMicroseconds: Math.max(0, window.cpuMicroseconds - ofNobody) },
    taken: {
      viewers,
      idleMemoryBytes: idle.memoryBytes,
      memoryBytesPerViewer: Math.max(0, most.memoryBytes - idle.memoryBytes) / viewers,
      filesPerViewer: Math.max(0, most.files - idle.files) / viewers,
    },
  }
}

const NOBODY: Crowd = { counts: () => ({ bytes: 0, requests: 0, packets: 0 }), end: async () => {} }

type Window = {
  readonly seconds: number
  readonly cpuMicroseconds: number
  readonly sentPackets: number // by the relay's ports
  readonly counts: CrowdCounts
}

async function watchWindow(server: OwnServer, crowd: Crowd, { windowMs, signal }: MeasureOptions): Promise<Window> {
  const sentBefore = await sentPackets(server)
  const [startMs, cpuBefore, before] = [performance.now(), cpuNanoseconds(server.pid), crowd.counts()]
  await sleep(windowMs, undefined, signal === undefined ? {} : { signal })
  const after = crowd.counts()
  const cpuMicroseconds = (cpuNanoseconds(server.pid) - cpuBefore) / 1000
  const seconds = (performance.now() - startMs) / 1000
  return {
    seconds,
    cpuMicroseconds,
    sentPackets: (await sentPackets(server)) - sentBefore,
    counts: {
      bytes: after.bytes - before.bytes,
      requests: after.requests - before.requests,
      packets: after.packets - before.packets,
    },
  }
}

async function sentPackets({ url }: OwnServer): Promise<number> {
  const relay = (await (await fetch(`${url}/api/relay`)).json()) as {
    readonly departures: { readonly packets: number }
  }
  return relay.departures.packets
}
