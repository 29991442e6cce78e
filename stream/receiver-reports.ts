import { middle32 } from '../protocol/rtcp-round-trip.ts'
import { genericNackPacket } from '../protocol/rtcp-feedback.ts'
import { decodeRtcp, encodeRtcp, type ReportBlock, type RtcpPacket, type SenderReport } from '../protocol/rtcp.ts'
import type { ReceptionStatistics } from './reception-statistics.ts'
import { RECEIVER_REPORT_INTERVAL_MS, reportDelayMs } from './report-schedule.ts'

/** One of the streams that a viewer receives, and what it counts of it. */
export type ReceivedStream = { readonly ssrc: number; readonly statistics: ReceptionStatistics }

type Reported = {
  statistics: ReceptionStatistics
  earlierLostPackets: number // before a seek, which begins the statistics anew
  lostPackets: number
  receivedPackets: number // when it was reported last
  lastSr: number
  lastSrMs: number
}

/** A viewer's half of RTCP, RFC 3550 section 6.4.2: what the sender reports is noted, and a compound packet of receiver
 *  report and CNAME tells how its streams come. A stream of which nothing has come since the report before is left out, and
 *  with it the whole report if it is the only one. */
export class ReceiverReports {
  readonly #random: () => number
  readonly ssrc: number // the viewer's own
  readonly #cname: string
  readonly #streams = new Map<number, Reported>()
  #nextMs = Infinity

  /** `random` from 0 to 1: the viewer's own SSRC, its CNAME and the times of its reports are drawn from it. */
  constructor(random: () => number) {
    const word = (): number => Math.floor(random() * 0x1_0000_0000)
    this.#random = random
    this.ssrc = word()
    this.#cname = [word(), word(), word()].map((part) => part.toString(16).padStart(8, '0')).join('') // RFC 7022 4.2
  }

  /** What is received from now on; a stream that was known goes on under its SSRC. */
  follow(streams: readonly ReceivedStream[], nowMs: number): void {
    for (const { ssrc, statistics } of streams) {
      const known = this.#streams.get(ssrc)
      const earlierLostPackets = known?.lostPackets ?? 0
      const { lastSr, lastSrMs } = known ?? { lastSr: 0, lastSrMs: 0 }
      const counts = { earlierLostPackets, lostPackets: earlierLostPackets, receivedPackets: 0 }
      this.#streams.set(ssrc, { statistics, ...counts, lastSr, lastSrMs })
    }
    if (this.#nextMs === Infinity) this.#nextMs = nowMs + this.#delayMs() / 2 // the first one: half as long, section 6.2
  }

  /** RTCP of the sender; what cannot be read is left alone. */
  receive(datagram: Uint8Array, arrivalMs: number): void {
    const packets = decodeRtcp(datagram)
    if (!packets.ok) return
    for (const packet of packets.value) if (packet.kind === 'sender-report') this.#note(packet, arrivalMs)
  }

  /** The report that is due, if there is one. */
  advance(nowMs: number): Uint8Array | undefined {
    if (nowMs < this.#nextMs) return undefined
    this.#nextMs = nowMs + this.#delayMs()
    const heard = [...this.#streams].filter(([, stream]) => stream.statistics.receivedPackets > stream.receivedPackets)
    if (heard.length === 0) return undefined
    const reports = heard.map(([ssrc, stream]) => blockOf(ssrc, stream, nowMs))
    return encodeRtcp(this.#head(reports))
  }

  /** Asks for packets again; sent at once (RFC 4585 section 3.5), with a report that counts nothing anew. */
  nack(mediaSsrc: number, lostSequenceNumbers: readonly number[]): Uint8Array {
    return encodeRtcp([...this.#head([]), genericNackPacket({ senderSsrc: this.ssrc, mediaSsrc, lostSequenceNumbers })])
  }

  #head(reports: readonly ReportBlock[]): RtcpPacket[] {
    return [
      { kind: 'receiver-report', ssrc: this.ssrc, reports },
      { kind: 'source-description', sources: [{ ssrc: this.ssrc, cname: this.#cname }] },
    ]
  }

  #note({ ssrc, ntpTime }: SenderReport, arrivalMs: number): void {
    const stream = this.#streams.get(ssrc)
    if (stream === undefined) return
    stream.lastSr = middle32(ntpTime)
    stream.lastSrMs = arrivalMs
  }

  #delayMs(): number {
    return reportDelayMs(this.#random, RECEIVER_REPORT_INTERVAL_MS)
  }
}

function blockOf(ssrc: number, stream: Reported, nowMs: number): ReportBlock {
  const { cumulativePacketsLost, ...figures } = stream.statistics.report()
  stream.lostPackets = stream.earlierLostPackets + cumulativePacketsLost
  stream.receivedPackets = stream.statistics.receivedPackets
  const heldUnits = Math.round(((nowMs - stream.lastSrMs) * 65_536) / 1000) // ms to 1/65536 s
  return {
    ssrc,
    ...figures,
    cumulativePacketsLost: stream.lostPackets,
    lastSr: stream.lastSr,
    delaySinceLastSr: stream.lastSr === 0 ? 0 : heldUnits >>> 0,
  }
}
