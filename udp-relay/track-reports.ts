import { randomInt } from 'node:crypto'
import type { RtcpPacket } from '../protocol/rtcp.ts'
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
  hasSaidBye = false

  constructor(options: TrackReportsOptions) {
    const { track, cname, jitterBufferMs } = options
    this.#options = options
    this.#datagrams = new ReportDatagrams({ track, cname, jitterBufferMs, ssrc: randomInt(2 ** 32) })
  }

  /** Of the packet that was sent last, once its sender has said goodbye; undefined: not known. */
  get lastSequenceNumber(): number | undefined {
    const isKnown = this.hasSaidBye && this.#countsFromFirst && this.#options.track.restarts === 0
    return isKnown ? this.#lastTold() & 0xffff : undefined
  }

  take(packets: readonly RtcpPacket[], nowMs: number): void {
    const { ssrc } = this.#options.track
    for (const packet of packets) {
      if (packet.kind === 'sender-report' && (ssrc ?? packet.ssrc) === packet.ssrc) {
        this.#datagrams.noteSenderReport(packet, nowMs)
        this.#sentPackets = packet.sentPackets
      }
      if (packet.kind === 'bye') this.hasSaidBye ||= ssrc === undefined || packet.ssrcs.includes(ssrc)
    }
    if (!this.hasSaidBye) this.#judgeCount()
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
