import { reportDelayMs } from '../stream/report-schedule.ts'
import type { PacketSink } from './packet-sink.ts'
import type { RtpSender } from './rtp-sender.ts'
import type { SendTimer } from './send-timer.ts'
import { byeDatagram, senderReportDatagram, type ReportedMoment } from './sender-reports.ts'
import type { Timeline } from './timeline.ts'

export type PlayoutReportsOptions = {
  readonly senders: readonly RtpSender[] // by track
  readonly sink: PacketSink
  readonly timer: Pick<SendTimer, 'nowMs' | 'unixMs'>
  readonly cname: string
  readonly random: () => number // from 0 to 1
  readonly reorderMs: number // how long a picture is sent before its time
}

/** The RTCP of one playout: sender reports at their times, and the goodbye. All tracks tell one NTP time and one mapping of it,
 *  also over pauses and seeks. */
export class PlayoutReports {
  readonly #options: PlayoutReportsOptions
  readonly #createdMs: number
  readonly #createdUnixMs: number
  #random: () => number
  #owesBye = false
  /** When the next ones are due, by the clock. */
  nextMs = 0

  constructor(options: PlayoutReportsOptions) {
    this.#options = options
    this.#createdMs = options.timer.nowMs()
    this.#createdUnixMs = options.timer.unixMs()
    this.#random = options.random
  }

  /** The first ones go with the first packet; `random`, if given, draws the times from here on. */
  begin(firstPacketMs: number, random?: () => number): void {
    this.nextMs = firstPacketMs
    this.#random = random ?? this.#random
  }

  notePacket(): void {
    this.#owesBye = true
  }

  /** After a suspended machine what was due meanwhile is left out. */
  skipTo(nowMs: number): void {
    this.nextMs = nowMs
  }

  /** Each tells the RTP time of the moment for which it is due. */
  send(timeline: Timeline): void {
    const { senders, sink } = this.#options
    const dueMs = this.nextMs
    for (const [index, sender] of senders.entries()) {
      sink.send('rtcp', index, senderReportDatagram(sender, this.#momentOf(sender, timeline, dueMs)), dueMs)
    }
    this.nextMs += reportDelayMs(this.#random)
  }

  /** With a last report: by its count a receiver knows of what was lost at the end. Nothing where no packet went before. */
  sayBye(timeline: Timeline | undefined): void {
    if (!this.#owesBye || timeline === undefined) return
    this.#owesBye = false
    const { senders, sink, timer } = this.#options
    const nowMs = timer.nowMs()
    for (const [index, sender] of senders.entries()) {
      sink.send('rtcp', index, byeDatagram(sender, this.#momentOf(sender, timeline, nowMs)), nowMs)
    }
  }

  #momentOf(sender: RtpSender, timeline: Timeline, atMs: number): ReportedMoment {
    const { cname, reorderMs } = this.#options
    const elapsedMs = timeline.elapsedMs(timeline.mediaMs(atMs) + reorderMs)
    const unixMs = this.#createdUnixMs + (atMs - this.#createdMs)
    const timestampTicks = sender.timestampAt((elapsedMs * sender.clockRateHz) / 1000) // ms to ticks
    return { unixMs, timestampTicks, cname }
  }
}
