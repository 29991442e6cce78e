import type { AccessLink } from '../link/access-link.ts'
import type { Alarm } from '../link/event-queue.ts'
import { UDP_IPV4_HEADER_BYTES, type LinkPacket, type Traffic } from '../link/link-packet.ts'
import { seededRandom, type Random } from '../link/random.ts'
import { reportDelayMs, reportSeed, SENDER_REPORT_BYTES } from '../stream/report-schedule.ts'
import type { SendCourse } from '../stream/send-course.ts'
import type { SendPlan } from '../stream/send-plan.ts'

/** Of the video, of the audio: made up, as there are no bytes. */
export const SIMULATED_SSRCS = [1, 2] as const

export type RtpSenderOptions = {
  readonly plan: SendPlan
  readonly startSeconds: number // plays from the keyframe at or before it
  readonly linkSeed: number // the reports' moments are drawn from it
}

/** The link's view of a packet, and where the course tells the rest of it: no bytes. */
type SentPacket = LinkPacket & { readonly place: number; readonly course: SendCourse } // place -1: a report

/** Which RTP packet it is, for who observes the link; undefined for all others. */
export function rtpOf(packet: LinkPacket): { readonly ssrc: number; readonly sequenceNumber: number } | undefined {
  if (!('course' in packet)) return undefined
  const { place, course } = packet as SentPacket
  if (place < 0) return undefined
  const trackIndex = course.trackIndices[place] as 0 | 1
  return { ssrc: SIMULATED_SSRCS[trackIndex], sequenceNumber: (course.sequenceNumbers[place] as number) & 0xffff }
}

export type RtpSenderTold = {
  /** The packet at this place of the course. */
  readonly arrived: (place: number, atMs: number) => void
  /** All has been sent; what is still on its way may yet arrive. So many packets of each track, video first. */
  readonly ended: (packetsOfTrack: readonly number[], atMs: number) => void
}

/** Sends a presentation over a lane as udp-relay/playout.ts does, in virtual time: the same sizes at the same moments in
 *  the same order, sender reports among them. */
export class RtpSender {
  readonly #link: AccessLink
  readonly #told: RtpSenderTold
  readonly #course: SendCourse
  readonly #tracks: number
  readonly #flow: number
  readonly #alarm: Alarm
  readonly #reportRandom: Random
  #place = 0 // of the packet to send next
  #packetMs = Infinity // when it is due
  #newestId = 0
  #zeroMs = 0 // link time of media time 0
  #reportMs = 0 // of the next report, before it is rounded
  #nextReportMs = 0

  /** Throws RangeError when the outline has no keyframe. */
  constructor(link: AccessLink, { plan, startSeconds, linkSeed }: RtpSenderOptions, told: RtpSenderTold) {
    this.#link = link
    this.#told = told
    this.#course = plan.courseFrom(startSeconds)
    this.#tracks = [plan.outline.video, plan.outline.audio].filter((track) => track !== undefined).length
    this.#reportRandom = seededRandom(reportSeed(linkSeed))
    this.#alarm = link.alarms.newAlarm((atMs) => this.#sendDue(atMs))
    this.#flow = link.openFlow({
      down: {
        delivered: (packet, atMs) => this.#deliver(packet as SentPacket, atMs), // the very object that was sent
        duplicated: (packet, atMs) => this.#deliver(packet as SentPacket, atMs),
      },
    })
  }

  /** The first packet is due now. */
  begin(atMs: number): void {
    this.#zeroMs = atMs - (this.#course.sendMs[0] ?? 0)
    this.#reportMs = atMs
    this.#nextReportMs = toMicrosecond(atMs)
    this.#goTo(0)
    this.#link.alarms.set(this.#alarm, atMs)
  }

  close(): void {
    this.#link.alarms.cancel(this.#alarm)
    this.#link.closeFlow(this.#flow)
  }

  /** Reports before packets of the same moment, as the live sender sends them. */
  #sendDue(nowMs: number): void {
    while (this.#packetMs < Infinity) {
      const dueMs = Math.min(this.#packetMs, this.#nextReportMs)
      if (dueMs > nowMs) return this.#link.alarms.set(this.#alarm, dueMs)
      if (this.#nextReportMs <= this.#packetMs) this.#sendReports(this.#nextReportMs)
      else this.#sendNext()
    }
    this.#told.ended(this.#course.packetsOfTrack, nowMs)
  }

  #sendNext(): void {
    const place = this.#place
    this.#send(this.#course.sizesBytes[place] as number, 'rtp', place, this.#packetMs)
    this.#goTo(place + 1)
  }

  #goTo(place: number): void {
    const { sendMs } = this.#course
    this.#place = place
    this.#packetMs = place < sendMs.length ? toMicrosecond(this.#zeroMs + (sendMs[place] as number)) : Infinity
  }

  #sendReports(atMs: number): void {
    for (let track = 0; track < this.#tracks; track += 1) this.#send(SENDER_REPORT_BYTES, 'rtcp', -1, atMs)
    this.#reportMs += reportDelayMs(this.#reportRandom)
    this.#nextReportMs = toMicrosecond(this.#reportMs)
  }

  #send(rtpBytes: number, traffic: Traffic, place: number, atMs: number): void {
    this.#newestId += 1
    const sizeBytes = rtpBytes + UDP_IPV4_HEADER_BYTES
    const packet: SentPacket = { id: this.#newestId, flow: this.#flow, sizeBytes, traffic, place, course: this.#course }
    this.#link.send('down', packet, atMs)
  }

  #deliver({ place }: SentPacket, atMs: number): void {
    if (place >= 0) this.#told.arrived(place, atMs)
  }
}

/** As the live link reads its clock (server/era.ts). */
function toMicrosecond(ms: number): number {
  return Math.round(ms * 1000) / 1000
}
