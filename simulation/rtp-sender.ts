import type { AccessLink } from '../link/access-link.ts'
import type { Alarm } from '../link/event-queue.ts'
import { UDP_IPV4_HEADER_BYTES, type LinkPacket } from '../link/link-packet.ts'
import { seededRandom, type Random } from '../link/random.ts'
import { keyframeAtOrBefore, type Keyframe, type Outline } from '../protocol/outline.ts'
import { PacketQueue, type TimedPacket } from '../stream/packet-queue.ts'
import { reportDelayMs, reportSeed, SENDER_REPORT_BYTES } from '../stream/report-schedule.ts'
import type { SendPlan } from '../stream/send-plan.ts'
import { packetsFrom, type PlannedPacket } from '../stream/send-schedule.ts'

export type RtpSenderOptions = {
  readonly plan: SendPlan
  readonly startSeconds: number // plays from the keyframe at or before it
  readonly linkSeed: number // the reports' moments are drawn from it
}

/** A packet as its receiver reads it: no bytes, and the link's own view of it. */
export type VirtualRtpPacket = LinkPacket &
  TimedPacket<PlannedPacket> & {
    readonly sequenceNumber: number // of its track, from 0, never wrapping
  }

export type RtpSenderTold = {
  readonly arrived: (packet: VirtualRtpPacket, atMs: number) => void
  /** All has been sent; what is still on its way may yet arrive. So many packets of each track, video first. */
  readonly ended: (packetsOfTrack: readonly number[], atMs: number) => void
}

/** Sends a presentation over a lane as udp-relay/playout.ts does, in virtual time: the same sizes at the same moments in
 *  the same order, sender reports among them. */
export class RtpSender {
  readonly #options: RtpSenderOptions
  readonly #link: AccessLink
  readonly #told: RtpSenderTold
  readonly #queue: PacketQueue<PlannedPacket>
  readonly #packetsOfTrack = [0, 0]
  readonly #flow: number
  readonly #alarm: Alarm
  readonly #reportRandom: Random
  #nextSegment: number
  #newestId = 0
  #zeroMs = 0 // link time of media time 0
  #reportMs = 0 // of the next report, before it is rounded
  #nextReportMs = 0

  /** Throws RangeError when the outline has no keyframe. */
  constructor(link: AccessLink, options: RtpSenderOptions, told: RtpSenderTold) {
    const { plan, startSeconds, linkSeed } = options
    this.#link = link
    this.#options = options
    this.#told = told
    this.#reportRandom = seededRandom(reportSeed(linkSeed))
    this.#queue = new PacketQueue(plan.outline.audio)
    const keyframe = startKeyframe(plan.outline, startSeconds)
    this.#nextSegment = keyframe.segmentIndex + 1
    this.#queue.add(packetsFrom(plan.packetsOf(keyframe.segmentIndex), keyframe))
    this.#alarm = link.alarms.newAlarm((atMs) => this.#sendDue(atMs))
    this.#flow = link.openFlow({
      down: {
        delivered: (packet, atMs) => this.#deliver(packet, atMs),
        duplicated: (packet, atMs) => this.#deliver(packet, atMs),
      },
    })
  }

  /** The first packet is due now. */
  begin(atMs: number): void {
    this.#refill()
    this.#zeroMs = atMs - (this.#queue.peek()?.sendMs ?? 0)
    this.#reportMs = atMs
    this.#nextReportMs = toMicrosecond(atMs)
    this.#link.alarms.set(this.#alarm, atMs)
  }

  close(): void {
    this.#link.alarms.cancel(this.#alarm)
    this.#link.closeFlow(this.#flow)
  }

  /** Reports before packets of the same moment, as the live sender sends them. */
  #sendDue(nowMs: number): void {
    for (;;) {
      const next = this.#queue.peek()
      if (next === undefined) return this.#told.ended(this.#packetsOfTrack, nowMs)
      const packetMs = toMicrosecond(this.#zeroMs + next.sendMs)
      const dueMs = Math.min(packetMs, this.#nextReportMs)
      if (dueMs > nowMs) return this.#link.alarms.set(this.#alarm, dueMs)
      if (this.#nextReportMs <= packetMs) this.#sendReports(this.#nextReportMs)
      else this.#sendNext(packetMs)
    }
  }

  #sendNext(atMs: number): void {
    const timed = this.#queue.take() as TimedPacket<PlannedPacket>
    const { trackIndex } = timed.packet
    const sequenceNumber = this.#packetsOfTrack[trackIndex] as number
    this.#packetsOfTrack[trackIndex] = sequenceNumber + 1
    const sent: VirtualRtpPacket = {
      id: this.#newId(), // all fields here: a copy of another object costs more than all else that is done for a packet
      flow: this.#flow,
      sizeBytes: timed.packet.sizeBytes + UDP_IPV4_HEADER_BYTES,
      traffic: 'rtp',
      packet: timed.packet,
      mediaTicks: timed.mediaTicks,
      sequenceNumber,
    }
    this.#link.send('down', sent, atMs)
    this.#refill()
  }

  #sendReports(atMs: number): void {
    const tracks = this.#options.plan.outline.audio === undefined ? 1 : 2
    for (let track = 0; track < tracks; track += 1) {
      const sizeBytes = SENDER_REPORT_BYTES + UDP_IPV4_HEADER_BYTES
      this.#link.send('down', { id: this.#newId(), flow: this.#flow, sizeBytes, traffic: 'rtcp' }, atMs)
    }
    this.#reportMs += reportDelayMs(this.#reportRandom)
    this.#nextReportMs = toMicrosecond(this.#reportMs)
  }

  /** The link tells of the very object that was sent. */
  #deliver(packet: LinkPacket, atMs: number): void {
    if (packet.traffic === 'rtp') this.#told.arrived(packet as VirtualRtpPacket, atMs)
  }

  #newId(): number {
    this.#newestId += 1
    return this.#newestId
  }

  #refill(): void {
    const { plan } = this.#options
    while (!this.#queue.isFilled && this.#nextSegment < plan.outline.segments.length) {
      this.#queue.add(plan.packetsOf(this.#nextSegment))
      this.#nextSegment += 1
    }
  }
}

/** The keyframe that a play from `seconds` begins with. */
export function startKeyframe(outline: Outline, seconds: number): Keyframe {
  const keyframe = keyframeAtOrBefore(outline, seconds) ?? keyframeAtOrBefore(outline, Infinity)
  if (keyframe === undefined) throw new RangeError(`${outline.variant} has no keyframe`)
  return keyframe
}

/** As the live link reads its clock (server/era.ts). */
function toMicrosecond(ms: number): number {
  return Math.round(ms * 1000) / 1000
}
