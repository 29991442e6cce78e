import { decodeRtcp, type ReportBlock } from '../protocol/rtcp.ts'
import { roundTripMs } from '../protocol/rtcp-round-trip.ts'
import type { PacketBurst } from './burst-writer.ts'
import type { PacketArena } from './packet-arena.ts'
import type { PacketSink } from './packet-sink.ts'
import type { RtpPorts, TrackEnds, TrackWay } from './rtp-ports.ts'
import type { SendTimer } from './send-timer.ts'

export type UdpSinkOptions = {
  readonly timer: Pick<SendTimer, 'nowMs' | 'unixMs'>
  /** Packets may leave in bursts, where that is possible. */
  readonly inBursts?: boolean
  /** RTCP came: the viewer is there. */
  readonly onAlive: () => void
  /** A datagram of the viewer's is on its way here: told if it comes, and when. */
  readonly cross: (sizeBytes: number, arrived: (atMs: number) => void) => void
}

/** One viewer's sockets; a track that was not set up is not sent. */
export class UdpSink implements PacketSink {
  readonly #ports: RtpPorts
  readonly #options: UdpSinkOptions
  readonly memory: PacketArena | undefined
  readonly #ways: (TrackWay | undefined)[] = [] // by track
  readonly #lastReports = new Map<number, ReportBlock>() // by track
  #isClosed = false
  #refusedSinceMs: number | undefined
  #lastRefusedMs = 0
  sentPackets = 0
  droppedPackets = 0
  receiverReports = 0
  /** Datagrams that are no RTCP: some viewers send a few bytes to open their firewall. */
  otherDatagrams = 0
  /** From the newest report that told of one of ours. */
  roundTripMs: number | undefined

  constructor(ports: RtpPorts, options: UdpSinkOptions) {
    this.#ports = ports
    this.memory = ports.memory
    this.#options = options
  }

  async setTrack(trackIndex: number, ends: TrackEnds): Promise<void> {
    const { cross, inBursts } = this.#options
    const listener = {
      onRtcp: (datagram: Uint8Array) => cross(datagram.length, (atMs) => this.#takeRtcp(trackIndex, datagram, atMs)),
      onRtp: (datagram: Uint8Array) => cross(datagram.length, () => void (this.otherDatagrams += 1)),
      onRefused: () => this.#takeRefusal(),
    }
    const way = await this.#ports.openTrack(ends, listener, inBursts)
    if (this.#isClosed) return way.close()
    this.#ways[trackIndex]?.close()
    this.#ways[trackIndex] = way
  }

  send(kind: 'rtp' | 'rtcp', trackIndex: number, packet: Uint8Array, scheduledMs: number): void {
    const way = this.#ways[trackIndex]
    if (way === undefined) return
    const isTaken = kind === 'rtp' ? way.sendRtp(packet, scheduledMs) : way.sendRtcp(packet)
    if (isTaken) this.sentPackets += 1
    else this.#noteDrops(1)
  }

  close(): void {
    this.#isClosed = true
    for (const way of this.#ways.splice(0)) way?.close()
  }

  sendBurst(trackIndex: number, burst: PacketBurst): void {
    const way = this.#ways[trackIndex]
    if (way === undefined) return
    const packets = burst.scheduledMs.length
    const isTaken = way.sendBurst === undefined ? sendSingly(way, burst) : way.sendBurst(burst)
    if (isTaken) this.sentPackets += packets
    else this.#noteDrops(packets)
  }

  #noteDrops(packets: number): void {
    this.droppedPackets += packets
    this.#ports.departures.droppedPackets += packets
  }

  /** For how long the viewer's host has been refusing packets, as far as packets were sent; `sinceMs` is when the viewer
   *  was last known to be there. */
  refusedMs(sinceMs: number): number {
    if (this.#refusedSinceMs === undefined) return 0
    return Math.max(0, this.#lastRefusedMs - Math.max(this.#refusedSinceMs, sinceMs))
  }

  /** Packets lost by the viewer's own count, all tracks. */
  get reportedLostPackets(): number {
    return [...this.#lastReports.values()].reduce((sum, report) => sum + report.cumulativePacketsLost, 0)
  }

  #takeRtcp(trackIndex: number, datagram: Uint8Array, atMs: number): void {
    const rtcp = decodeRtcp(datagram)
    if (!rtcp.ok) {
      this.otherDatagrams += 1
      return
    }
    this.#refusedSinceMs = undefined
    this.#options.onAlive()
    for (const packet of rtcp.value) {
      if (packet.kind !== 'receiver-report') continue
      this.receiverReports += 1
      const [report] = packet.reports
      if (report === undefined) continue
      this.#lastReports.set(trackIndex, report)
      this.roundTripMs = roundTripMs(report, this.#unixMs(atMs)) ?? this.roundTripMs
    }
  }

  #unixMs(atMs: number): number {
    const { timer } = this.#options
    return timer.unixMs() + (atMs - timer.nowMs())
  }

  #takeRefusal(): void {
    this.#lastRefusedMs = this.#options.timer.nowMs()
    this.#refusedSinceMs ??= this.#lastRefusedMs
  }
}

/** Over a socket that takes no bursts. What one packet meets, all do. */
function sendSingly(way: TrackWay, { bytes, sizeBytes, scheduledMs }: PacketBurst): boolean {
  const taken = scheduledMs.map((dueMs, index) =>
    way.sendRtp(bytes.subarray(index * sizeBytes, (index + 1) * sizeBytes), dueMs),
  )
  return taken.every(Boolean)
}
