import type { HlsCost, PlanCosts, UdpCost } from './plan-costs.ts'

/** What a plan is made for. Prices are in any one currency; absent ones are left out of the sum. */
export type PlanQuestion = {
  readonly viewers: readonly number[]
  readonly bitsPerSecond: number // of the video and its sound, as packaged
  readonly segmentSeconds: number
  readonly streams: number // different ones that are watched at once: what multicast sends
  readonly hours: number
  readonly cdnHitRatio: number // of requests, and of bytes, that the CDN answers by itself
  readonly server: ServerSize
  readonly prices: Prices
}

/** `fill`: how full cores, memory, NIC and descriptors may be in what is planned. */
export type ServerSize = {
  readonly cores: number
  readonly memoryBytes: number
  readonly nicBitsPerSecond: number
  readonly openFiles: number
  readonly fill: number
}

export type Prices = {
  readonly perCoreHour?: number
  readonly perEgressGigabyte?: number // of our servers
  readonly perCdnGigabyte?: number
}

export type WayName = 'hls' | 'hls-cdn' | 'udp-bursts' | 'udp-packets' | 'multicast'
export const WAY_NAMES: readonly WayName[] = ['hls', 'hls-cdn', 'udp-bursts', 'udp-packets', 'multicast']

export type Bottleneck = 'cores' | 'memory' | 'network' | 'open files'

/** What the servers of one way take for so many viewers. */
export type WayPlan = {
  readonly way: WayName
  readonly cores: number
  readonly memoryBytes: number
  readonly openFiles: number
  readonly egressBitsPerSecond: number // with the headers of IP, UDP, RTP or TCP
  readonly cdnBitsPerSecond: number // what the CDN sends; 0 without one
  readonly nics: number // whole ones
  readonly servers: number // whole ones
  readonly bottleneck: Bottleneck // what asks for the most servers
  readonly extrapolatedBy: number // times the most that was measured of one process; 1: within what was measured
  readonly money?: number // with at least one price that counts
}

export type ViewersPlan = { readonly viewers: number; readonly ways: readonly WayPlan[] }

/** What a way asks of its servers each second. */
type Load = {
  readonly cpuSeconds: number
  readonly viewers: number // who have a connection or a session with our servers
  readonly filesPerViewer: number
  readonly memoryBytesPerViewer: number
  readonly idleMemoryBytes: number
  readonly videoBitsPerSecond: number // that our servers send
  readonly egressBitsPerSecond: number
  readonly cdnBitsPerSecond: number
  readonly measuredViewers: number
  readonly measuredBitsPerSecond: number
}

const IP_BYTES = 20
const UDP_RTP_BYTES = IP_BYTES + 8 + 12 // RFC 768, RFC 3550
const TCP_BYTES = IP_BYTES + 32 // with timestamps, RFC 7323
const MSS_BYTES = 1448 // of 1500
const REQUESTS_PER_SEGMENT = 2 // itself, and the playlist that names the next one
const BYTES_PER_GIGABYTE = 1e9
const SECONDS_PER_HOUR = 3600

/** What N viewers need, way by way, linear in viewers, requests, bytes and packets. */
export function plan(question: PlanQuestion, { ways }: PlanCosts): readonly ViewersPlan[] {
  return question.viewers.map((viewers) => {
    const loads: Readonly<Record<WayName, Load>> = {
      hls: hlsLoad(question, ways.hls, viewers, 1),
      'hls-cdn': cdnLoad(question, ways.hls, viewers),
      'udp-bursts': udpLoad(question, ways['udp-bursts'], viewers, viewers),
      'udp-packets': udpLoad(question, ways['udp-packets'], viewers, viewers),
      multicast: udpLoad(question, ways.multicast, viewers, Math.min(viewers, question.streams)),
    }
    return { viewers, ways: WAY_NAMES.map((way) => wayPlan(way, loads[way], question)) }
  })
}

function hlsLoad(question: PlanQuestion, cost: HlsCost, viewers: number, missRatio: number): Load {
  const videoBitsPerSecond = missRatio * viewers * question.bitsPerSecond
  const requestsPerSecond = (missRatio * viewers * REQUESTS_PER_SEGMENT) / question.segmentSeconds
  const megabytesPerSecond = videoBitsPerSecond / 8e6
  const microseconds =
    requestsPerSecond * cost.cpuMicrosecondsPerRequest + megabytesPerSecond * cost.cpuMicrosecondsPerMegabyte
  return {
    ...processLoad(cost, Math.ceil(missRatio * viewers - 1e-6)), // 1 - 0.95 is a little more than 0.05
    cpuSeconds: microseconds / 1e6,
    videoBitsPerSecond,
    egressBitsPerSecond: videoBitsPerSecond * (1 + TCP_BYTES / MSS_BYTES),
    cdnBitsPerSecond: 0,
  }
}

/** The origin sees what the CDN lacks, on a connection for each viewer whom it cannot answer itself: the most it can be. */
function cdnLoad(question: PlanQuestion, cost: HlsCost, viewers: number): Load {
  const cdnBitsPerSecond = viewers * question.bitsPerSecond * (1 + TCP_BYTES / MSS_BYTES)
  return { ...hlsLoad(question, cost, viewers, 1 - question.cdnHitRatio), cdnBitsPerSecond }
}

/** `streams`: how often each packet is sent. */
function udpLoad(question: PlanQuestion, cost: UdpCost, viewers: number, streams: number): Load {
  const videoBitsPerSecond = streams * question.bitsPerSecond
  const packetsPerSecond = videoBitsPerSecond / 8 / cost.videoBytesPerPacket
  return {
    ...processLoad(cost, viewers),
    cpuSeconds: (packetsPerSecond * cost.cpuMicrosecondsPerPacket) / 1e6,
    videoBitsPerSecond,
    egressBitsPerSecond: videoBitsPerSecond * (1 + UDP_RTP_BYTES / cost.videoBytesPerPacket),
    cdnBitsPerSecond: 0,
  }
}

function processLoad(cost: HlsCost | UdpCost, viewers: number) {
  const { filesPerViewer, memoryBytesPerViewer, idleMemoryBytes } = cost
  const measured = { measuredViewers: cost.viewers, measuredBitsPerSecond: cost.bitsPerSecond }
  return { viewers, filesPerViewer, memoryBytesPerViewer, idleMemoryBytes, ...measured }
}

function wayPlan(way: WayName, load: Load, { server, hours, prices }: PlanQuestion): WayPlan {
  const { viewers, cpuSeconds: cores, egressBitsPerSecond, cdnBitsPerSecond } = load
  const openFiles = Math.ceil(viewers * load.filesPerViewer)
  const viewersMemoryBytes = viewers * load.memoryBytesPerViewer
  // A process for each core that is used.
  const usableMemoryBytes = Math.max(1, server.memoryBytes * server.fill - server.cores * load.idleMemoryBytes)
  const asked: Readonly<Record<Bottleneck, number>> = {
    cores: cores / (server.cores * server.fill),
    memory: viewersMemoryBytes / usableMemoryBytes,
    network: egressBitsPerSecond / (server.nicBitsPerSecond * server.fill),
    'open files': openFiles / (server.openFiles * server.fill),
  }
  const [bottleneck, most] = largest(asked)
  const servers = Math.max(1, Math.ceil(most))
  const processes = Math.max(servers, Math.ceil(cores))
  const money = moneyOf({ servers, egressBitsPerSecond, cdnBitsPerSecond }, server.cores, hours, prices)
  return {
    way,
    cores,
    memoryBytes: viewersMemoryBytes + processes * load.idleMemoryBytes,
    openFiles,
    egressBitsPerSecond,
    cdnBitsPerSecond,
    nics: Math.max(1, Math.ceil(asked.network)),
    servers,
    bottleneck,
    extrapolatedBy: Math.max(1, viewers / load.measuredViewers, load.videoBitsPerSecond / load.measuredBitsPerSecond),
    ...(money === undefined ? {} : { money }),
  }
}

function largest(asked: Readonly<Record<Bottleneck, number>>): readonly [Bottleneck, number] {
  const entries = Object.entries(asked) as (readonly [Bottleneck, number])[]
  return entries.reduce((most, entry) => (entry[1] > most[1] ? entry : most))
}

function moneyOf(
  {
    servers,
    egressBitsPerSecond,
    cdnBitsPerSecond,
  }: Pick<WayPlan, 'servers' | 'egressBitsPerSecond' | 'cdnBitsPerSecond'>,
  coresPerServer: number,
  hours: number,
  { perCoreHour, perEgressGigabyte, perCdnGigabyte }: Prices,
): number | undefined {
  const gigabytes = (bitsPerSecond: number): number =>
    (bitsPerSecond / 8 / BYTES_PER_GIGABYTE) * hours * SECONDS_PER_HOUR
  const parts = [
    perCoreHour === undefined ? [] : [servers * coresPerServer * hours * perCoreHour],
    perEgressGigabyte === undefined ? [] : [gigabytes(egressBitsPerSecond) * perEgressGigabyte],
    perCdnGigabyte === undefined ? [] : [gigabytes(cdnBitsPerSecond) * perCdnGigabyte],
  ].flat()
  return parts.length === 0 ? undefined : parts.reduce((sum, part) => sum + part, 0)
}
