import { genericNackPacket } from '../protocol/rtcp-feedback.ts'
import { encodeRtcp } from '../protocol/rtcp.ts'
import type { Alarm, EventQueue } from '../link/event-queue.ts'
import { RepairRequests, type RepairOptions } from '../stream/repair-requests.ts'
import { SeenLately } from '../stream/seen-lately.ts'

const CNAME = 'sixteen letters.' // 96 bits as base64, RFC 7022 section 4.2

/** What a viewer asks for again of one track, as udp-relay/received-track.ts does; sequence numbers are extended ones. */
export class TrackRepairs {
  readonly #alarms: EventQueue
  readonly #alarm: Alarm
  readonly #requests: RepairRequests
  readonly #repaired = new SeenLately()
  readonly #ask: (sequenceNumbers: readonly number[], sizeBytes: number, atMs: number) => void

  constructor(
    alarms: EventQueue,
    options: RepairOptions,
    ask: (sequenceNumbers: readonly number[], sizeBytes: number, atMs: number) => void,
  ) {
    this.#alarms = alarms
    this.#requests = new RepairRequests(options)
    this.#ask = ask
    this.#alarm = alarms.newAlarm((atMs) => this.askForMissing(atMs))
  }

  /** A packet has come, and so many numbers before it were passed over: less than none, if it came after a later one. */
  note(sequenceNumber: number, passed: number, atMs: number): void {
    if (passed < 0) this.#requests.arrive(sequenceNumber)
    if (passed > 0) this.#requests.miss(sequenceNumber - passed, sequenceNumber - 1, atMs)
  }

  /** A retransmission has come; whether it is still of use. */
  repair(sequenceNumber: number, atMs: number): boolean {
    if (!this.#requests.repair(sequenceNumber, atMs)) return false
    this.#repaired.add(sequenceNumber)
    return true
  }

  /** Its retransmission has come before it. */
  isRepaired(sequenceNumber: number): boolean {
    return this.#repaired.has(sequenceNumber)
  }

  askForMissing(nowMs: number): void {
    const due = this.#requests.nextEventMs() <= nowMs ? this.#requests.due(nowMs) : []
    if (due.length > 0) this.#ask(due, nackBytes(due), nowMs)
    const nextMs = this.#requests.nextEventMs()
    if (nextMs === Infinity) this.#alarms.cancel(this.#alarm)
    else if (nextMs !== this.#alarm.dueMs) this.#alarms.set(this.#alarm, nextMs)
  }

  close(): void {
    this.#alarms.cancel(this.#alarm)
  }
}

/** A receiver report that counts nothing, the source's description, and the generic NACK (udp-relay/report-datagrams.ts). */
function nackBytes(sequenceNumbers: readonly number[]): number {
  const lostSequenceNumbers = sequenceNumbers.map((number) => number & 0xffff)
  return encodeRtcp([
    { kind: 'receiver-report', ssrc: 3, reports: [] },
    { kind: 'source-description', sources: [{ ssrc: 3, cname: CNAME }] },
    genericNackPacket({ senderSsrc: 3, mediaSsrc: 1, lostSequenceNumbers }),
  ]).length
}
