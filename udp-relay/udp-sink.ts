import type { PacketSink } from './packet-sink.ts'
import type { RtpPorts, TrackEnds, TrackWay } from './rtp-ports.ts'
import { ViewerReports, type ViewerReportsOptions } from './viewer-reports.ts'

export type UdpSinkOptions = ViewerReportsOptions & {
  /** A datagram of the viewer's is on its way here: told if it comes, and when. */
  readonly cross: (sizeBytes: number, arrived: (atMs: number) => void) => void
}

/** One viewer's sockets; a track that was not set up is not sent. */
export class UdpSink implements PacketSink {
  readonly reports: ViewerReports
  readonly #ports: RtpPorts
  readonly #options: UdpSinkOptions
  readonly #ways = new Map<number, TrackWay>()
  #isClosed = false
  #refusedSinceMs: number | undefined
  #lastRefusedMs = 0
  sentPackets = 0
  droppedPackets = 0

  constructor(ports: RtpPorts, options: UdpSinkOptions) {
    this.#ports = ports
    this.#options = options
    this.reports = new ViewerReports(options)
  }

  async setTrack(trackIndex: number, ends: TrackEnds): Promise<void> {
    const way = await this.#ports.openTrack(ends, {
      onRtcp: (datagram) => {
        this.#options.cross(datagram.length, (atMs) => this.#takeRtcp(trackIndex, datagram, atMs))
      },
      onRtp: (datagram) => this.#options.cross(datagram.length, () => void (this.reports.otherDatagrams += 1)),
      onRefused: () => this.#takeRefusal(),
    })
    if (this.#isClosed) return way.close()
    this.#ways.get(trackIndex)?.close()
    this.#ways.set(trackIndex, way)
  }

  send(kind: 'rtp' | 'rtcp', trackIndex: number, packet: Uint8Array): void {
    const way = this.#ways.get(trackIndex)
    if (way === undefined) return
    const isTaken = kind === 'rtp' ? way.sendRtp(packet) : way.sendRtcp(packet)
    if (isTaken) this.sentPackets += 1
    else this.droppedPackets += 1
  }

  close(): void {
    this.#isClosed = true
    for (const way of this.#ways.values()) way.close()
    this.#ways.clear()
  }

  /** For how long the viewer's host has been refusing packets, as far as packets were sent; `sinceMs` is when the viewer
   *  was last known to be there. */
  refusedMs(sinceMs: number): number {
    if (this.#refusedSinceMs === undefined) return 0
    return Math.max(0, this.#lastRefusedMs - Math.max(this.#refusedSinceMs, sinceMs))
  }

  #takeRtcp(trackIndex: number, datagram: Uint8Array, atMs: number): void {
    if (this.reports.take(trackIndex, datagram, atMs)) this.#refusedSinceMs = undefined
  }

  #takeRefusal(): void {
    this.#lastRefusedMs = this.#options.timer.nowMs()
    this.#refusedSinceMs ??= this.#lastRefusedMs
  }
}
