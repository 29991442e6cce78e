import type { PacketBurst } from './burst-writer.ts'
import type { PacketArena } from './packet-arena.ts'
import type { PacketKind, PacketSink } from './packet-sink.ts'
import type { ReceptionLog } from './reception-log.ts'
import type { RtpPorts, TrackEnds, TrackWay } from './rtp-ports.ts'
import type { SendTimer } from './send-timer.ts'

export type UdpSinkOptions = {
  readonly timer: Pick<SendTimer, 'nowMs'>
  /** A datagram of the viewer's is on its way here: told if it comes, and when. */
  readonly cross: (datagram: Uint8Array, arrived: (atMs: number) => void) => void
  readonly receptions: ReceptionLog
}

/** One viewer's sockets; a track that was not set up is not sent. */
export class UdpSink implements PacketSink {
  readonly #ports: RtpPorts
  readonly #options: UdpSinkOptions
  readonly memory: PacketArena | undefined
  readonly #ways: (TrackWay | undefined)[] = [] // by track
  #isClosed = false
  #refusedSinceMs: number | undefined
  #lastRefusedMs = 0
  sentPackets = 0
  droppedPackets = 0

  constructor(ports: RtpPorts, options: UdpSinkOptions) {
    this.#ports = ports
    this.memory = ports.memory
    this.#options = options
  }

  async setTrack(trackIndex: number, ends: TrackEnds): Promise<void> {
    const { cross, receptions } = this.#options
    const listener = {
      onRtcp: (datagram: Uint8Array) => cross(datagram, (atMs) => this.#takeRtcp(datagram, atMs)),
      onRtp: (datagram: Uint8Array) => cross(datagram, () => void (receptions.otherDatagrams += 1)),
      onRefused: () => this.#takeRefusal(),
    }
    const way = await this.#ports.openTrack(ends, listener)
    if (this.#isClosed) return way.close()
    this.#ways[trackIndex]?.close()
    this.#ways[trackIndex] = way
  }

  send(kind: PacketKind, trackIndex: number, packet: Uint8Array, scheduledMs: number): void {
    const way = this.#ways[trackIndex]
    if (way === undefined) return
    const isTaken = kind === 'rtcp' ? way.sendRtcp(packet) : way.sendRtp(packet, scheduledMs)
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
    if (way.sendBurst(burst)) this.sentPackets += packets
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

  #takeRtcp(datagram: Uint8Array, atMs: number): void {
    if (this.#options.receptions.take(datagram, atMs)) this.#refusedSinceMs = undefined
  }

  #takeRefusal(): void {
    this.#lastRefusedMs = this.#options.timer.nowMs()
    this.#refusedSinceMs ??= this.#lastRefusedMs
  }
}
