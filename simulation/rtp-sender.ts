import type { Alarm, EventQueue } from '../link/event-queue.ts'
import { seededRandom, type Random } from '../link/random.ts'
import { reportDelayMs, reportSeed, SENDER_REPORT_BYTES } from '../stream/report-schedule.ts'
import type { SendCourse } from '../stream/send-course.ts'
import type { SendPlan } from '../stream/send-plan.ts'
import { NO_PLACE, type LostPackets, type RtpWay } from './rtp-way.ts'
import { SentPackets } from './sent-packets.ts'

export type RtpSenderOptions = {
  readonly plan: SendPlan
  readonly startSeconds: number // plays from the keyframe at or before it
  readonly linkSeed: number // the reports' moments are drawn from it
  readonly canRepair?: boolean // keeps what it sends, for who asks for it again
  readonly fecGroupPackets?: number | undefined // so many packets of a track are followed by one of parity; absent: none is sent
  /** All has been sent; what is still on its way may yet arrive. So many packets of each track, video first. */
  readonly ended: (packetsOfTrack: readonly number[], atMs: number) => void
}

/** Sends a presentation as udp-relay/playout.ts does, in virtual time: the same sizes at the same moments in the same
 *  order, sender reports among them. */
export class RtpSender {
  readonly #alarms: EventQueue
  readonly #way: RtpWay
  readonly #ended: RtpSenderOptions['ended']
  readonly #course: SendCourse
  readonly #sent: SentPackets | undefined
  readonly #tracks: number
  readonly #alarm: Alarm
  readonly #reportRandom: Random
  #place = 0 // of the packet to send next
  #packetMs = Infinity // when it is due
  #zeroMs = 0 // link time of media time 0
  #reportMs = 0 // of the next report, before it is rounded
  #nextReportMs = 0

  /** Throws RangeError when the outline has no keyframe. */
  constructor(alarms: EventQueue, way: RtpWay, options: RtpSenderOptions) {
    const { plan, startSeconds, linkSeed, canRepair = false, fecGroupPackets, ended } = options
    this.#alarms = alarms
    this.#way = way
    this.#ended = ended
    this.#course = plan.courseFrom(startSeconds, fecGroupPackets)
    this.#sent = canRepair ? new SentPackets(this.#course) : undefined
    this.#tracks = [plan.outline.video, plan.outline.audio].filter((track) => track !== undefined).length
    this.#reportRandom = seededRandom(reportSeed(linkSeed))
    this.#alarm = alarms.newAlarm((atMs) => this.#sendDue(atMs))
  }

  /** The first packet is due now. */
  begin(atMs: number): void {
    this.#zeroMs = atMs - (this.#course.sendMs[0] ?? 0)
    this.#reportMs = atMs
    this.#nextReportMs = toMicrosecond(atMs)
    this.#goTo(0)
    this.#alarms.set(this.#alarm, atMs)
  }

  /** A viewer asks for packets again. */
  resend({ trackIndex, sequenceNumbers }: LostPackets, nowMs: number): void {
    for (const sequenceNumber of sequenceNumbers) {
      const again = this.#sent?.again(trackIndex, sequenceNumber, nowMs)
      if (again !== undefined) this.#way.send('rtx', again.place, again.sizeBytes, nowMs)
    }
  }

  close(): void {
    this.#alarms.cancel(this.#alarm)
    this.#way.close()
  }

  /** Reports before packets of the same moment, as the live sender sends them. */
  #sendDue(nowMs: number): void {
    while (this.#packetMs < Infinity) {
      const dueMs = Math.min(this.#packetMs, this.#nextReportMs)
      if (dueMs > nowMs) return this.#alarms.set(this.#alarm, dueMs)
      if (this.#nextReportMs <= this.#packetMs) this.#sendReports(this.#nextReportMs)
      else this.#sendNext()
    }
    this.#ended(this.#course.packetsOfTrack, nowMs)
  }

  #sendNext(): void {
    const place = this.#place
    const isParity = (this.#course.protectedPackets?.[place] ?? 0) > 0
    this.#way.send(isParity ? 'fec' : 'rtp', place, this.#course.sizesBytes[place] as number, this.#packetMs)
    this.#sent?.keep(place, this.#packetMs)
    this.#goTo(place + 1)
  }

  #goTo(place: number): void {
    const { sendMs } = this.#course
    this.#place = place
    this.#packetMs = place < sendMs.length ? toMicrosecond(this.#zeroMs + (sendMs[place] as number)) : Infinity
  }

  #sendReports(atMs: number): void {
    for (let track = 0; track < this.#tracks; track += 1) this.#way.send('rtcp', NO_PLACE, SENDER_REPORT_BYTES, atMs)
    this.#reportMs += reportDelayMs(this.#reportRandom)
    this.#nextReportMs = toMicrosecond(this.#reportMs)
  }
}

/** As the live link reads its clock (server/era.ts). */
function toMicrosecond(ms: number): number {
  return Math.round(ms * 1000) / 1000
}
