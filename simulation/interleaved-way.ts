import type { Conversation } from '../link/conversation.ts'
import type { SendCourse } from '../stream/send-course.ts'
import { TRACK_VIDEO } from '../stream/send-schedule.ts'
import { MAX_WAITING_BYTES, UnitGate } from '../stream/unit-gate.ts'
import type { LostPackets, RtpEnds, RtpWay, SentKind } from './rtp-way.ts'

const FRAMING_BYTES = 4 // $, channel, length: RFC 2326 section 10.12

/** A packet on the connection, and where it ends in the stream of bytes. */
type Waiting = { readonly kind: SentKind; readonly place: number; readonly endBytes: number }

/** Packets between the messages of an RTSP connection, in order and without loss: one that is late keeps all others waiting.
 *  When too much waits, whole frames are dropped, as udp-relay/interleaved-sink.ts drops them. */
export class InterleavedWay implements RtpWay {
  readonly #connection: () => Pick<Conversation<string>, 'write'>
  readonly #course: SendCourse
  readonly #ends: RtpEnds
  readonly #gates = [new UnitGate(MAX_WAITING_BYTES), new UnitGate(MAX_WAITING_BYTES)]
  readonly #keyframeTicks: ReadonlySet<number>
  #waiting: Waiting[] = []
  #first = 0 // of those that have not come
  #sentBytes = 0
  #receivedBytes = 0
  #drained: (() => void) | undefined

  /** `connection` gives it once packets are sent. */
  constructor(connection: () => Pick<Conversation<string>, 'write'>, course: SendCourse, ends: RtpEnds) {
    this.#connection = connection
    this.#course = course
    this.#ends = ends
    this.#keyframeTicks = new Set(course.frames.filter(({ kind }) => kind === 'idr').map(({ ptsTicks }) => ptsTicks))
  }

  send(kind: SentKind, place: number, sizeBytes: number, atMs: number): void {
    if (kind === 'rtp' && !this.#admits(place)) return
    this.#sentBytes += FRAMING_BYTES + sizeBytes
    this.#waiting.push({ kind, place, endBytes: this.#sentBytes })
    this.#connection().write(FRAMING_BYTES + sizeBytes, atMs, this.#receive)
  }

  /** TCP loses nothing, so nobody asks. */
  ask(_lost: LostPackets): void {}

  /** So many more bytes of packets have come to the viewer. */
  readonly #receive = (bytes: number, atMs: number): void => {
    this.#receivedBytes += bytes
    for (let next = this.#waiting[this.#first]; next !== undefined; next = this.#waiting[this.#first]) {
      if (next.endBytes > this.#receivedBytes) break
      this.#first += 1
      if (next.kind === 'rtp') this.#ends.arrived(next.place, atMs)
    }
    this.#forget()
    if (this.#waiting.length === 0) this.#drained?.()
  }

  whenDrained(told: () => void): void {
    if (this.#waiting.length === 0) told()
    else this.#drained = told
  }

  close(): void {
    this.#waiting = []
    this.#first = 0
  }

  #admits(place: number): boolean {
    const { trackIndices, markers, mediaTicks } = this.#course
    const trackIndex = trackIndices[place] as 0 | 1
    const canBegin = () => trackIndex !== TRACK_VIDEO || this.#keyframeTicks.has(mediaTicks[place] as number)
    const gate = this.#gates[trackIndex] as UnitGate
    return gate.admits(markers[place] === 1, this.#sentBytes - this.#receivedBytes, canBegin)
  }

  /** What has come, once it is most of the list. */
  #forget(): void {
    if (2 * this.#first < this.#waiting.length) return
    this.#waiting.splice(0, this.#first)
    this.#first = 0
  }
}
