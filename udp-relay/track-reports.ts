import { randomInt } from 'node:crypto'
import type { Bye, RtcpPacket, Sdes } from '../protocol/rtcp.ts'
import { reportDelayMs } from '../stream/report-schedule.ts'
import type { ReceivedTrack } from './received-track.ts'
import { ReportDatagrams } from './report-datagrams.ts'

export type TrackReportsOptions = {
  readonly track: ReceivedTrack
  readonly cname: string
  readonly jitterBufferMs: number
  readonly roundTripMs: number // told in extended reports until repairs know it better
  readonly send: (datagram: Uint8Array) => void
  readonly random: () => number
}

/** The RTCP of one track: what its sender reports, and our reports and requests at their times. */
export class TrackReports {
  readonly #options: TrackReportsOptions
  readonly #datagrams: ReportDatagrams
  #nextReportMs: number | undefined
  #sentPackets = 0 // by the sender's newest report
  #countsFromFirst = false // the sender has begun to count with our first packet
  #senderCname: string | undefined
  #isLastTold = false // the newest report came with the goodbye
  hasSaidBye = false

  constructor(options: TrackReportsOptions) {
    const { track, cname, jitterBufferMs } = options
    this.#options = options
    this.#datagrams = new ReportDatagrams({ track, cname, jitterBufferMs, ssrc: randomInt(2 ** 32) })
  }

  /** Of the packet that was sent last, once its sender has said goodbye; undefined: not known. */
  get lastSequenceNumber(): number | undefined {
    const isKnown = this.#isLastTold && this.#countsFromFirst && this.#options.track.restarts === 0
    return isKnown ? this.#lastTold() & 0xffff : undefined
  }

  take(packets: readonly RtcpPacket[], nowMs: number): void {
    const { ssrc } = this.#options.track
    for (const packet of packets) {
      if (packet.kind === 'sender-report' && (ssrc ?? packet.ssrc) === packet.ssrc) {
        this.#datagrams.noteSenderReport(packet, nowMs)
        this.#sentPackets = packet.sentPackets
      }
      if (packet.kind === 'source-description') this.#noteSources(packet, ssrc)
      if (packet.kind === 'bye') this.#isLastTold ||= ssrc === undefined || packet.ssrcs.includes(ssrc)
    }
    this.hasSaidBye ||=
      this.#isLastTold || packets.some((packet) => packet.kind === 'bye' && this.#leaves(packet, packets))
    if (!this.#isLastTold) this.#judgeCount()
  }

  #noteSources({ sources }: Sdes, ssrc: number | undefined): void {
    for (const source of sources) if (source.ssrc === ssrc) this.#senderCname = source.cname
  }

  /** Of two sources of one sender, media and what repairs it, a server may say goodbye for one alone, as gst-rtsp-server does: they
   *  have one CNAME (RFC 4588 section 5.3), and a compound packet tells whose it is (RFC 3550 section 6.1). */
  #leaves({ ssrcs }: Bye, compound: readonly RtcpPacket[]): boolean {
    const sources = compound.flatMap((packet) => (packet.kind === 'source-description' ? packet.sources : []))
    return sources.some(({ ssrc, cname }) => cname !== undefined && cname === this.#senderCname && ssrcs.includes(ssrc))
  }

  /** A first report comes after half the usual time (RFC 3550 section 6.2). */
  reportWhenDue(nowMs: number): void {
    const { send, random, roundTripMs } = this.#options
    this.#nextReportMs ??= nowMs + reportDelayMs(random) / 2
    if (nowMs < this.#nextReportMs) return
    this.#nextReportMs = nowMs + reportDelayMs(random)
    send(this.#datagrams.report(nowMs, roundTripMs))
  }

  askForMissing(nowMs: number): void {
    const requests = this.#options.track.takeRequests(nowMs)
    if (requests.length > 0) this.#options.send(this.#datagrams.nack(requests))
  }

  leave(nowMs: number): void {
    this.#options.send(this.#datagrams.bye(nowMs))
  }

  /** Packets come before the report that counts them: one that tells of more than we know counts others' packets, as a
   *  presentation that many share. Only the last report, with the goodbye, may tell of packets that are lost. */
  #judgeCount(): void {
    this.#countsFromFirst ||= this.#lastTold() <= this.#options.track.statistics.highestSequenceNumber
  }

  #lastTold(): number {
    const { highestSequenceNumber, expectedPackets } = this.#options.track.statistics
    return highestSequenceNumber - expectedPackets + this.#sentPackets
  }
}
