import type { Direction, FlowEnds, Line } from './access-link.ts'
import { type Alarm, EventQueue } from './event-queue.ts'
import type { LinkPacket, PacketListener } from './link-packet.ts'

/** The line under one flow, which may be exchanged for another while the flow lives: what its owner knows, his timers and
 *  his packets under way stay. He lives in the link time of his first line, whatever that of the one he is on. */
export class MovableLine implements Line {
  readonly alarms = new EventQueue() // in the owner's time
  readonly #isRtsp: boolean
  #ends: FlowEnds = {}
  #place: Place
  readonly #left = new Set<Place>() // with packets under way

  /** `isRtsp` as `AccessLink.openFlow` has it. */
  constructor(line: Line, isRtsp = false) {
    this.#isRtsp = isRtsp
    this.#place = this.#newPlace(line, 0)
  }

  /** As the line that it is on now knows it. */
  get flow(): number {
    return this.#place.flow
  }

  /** To be called once: who is told what becomes of the packets, in his own time. */
  openFlow(ends: FlowEnds): number {
    this.#ends = ends
    return this.flow
  }

  closeFlow(): void {
    this.#ends = {}
    for (const place of [this.#place, ...this.#left]) place.close()
  }

  send(direction: Direction, packet: LinkPacket, ownMs: number): void {
    this.#place.send(direction, packet, ownMs)
  }

  /** The owner acts at this moment of the line that he is on, and is given his own time. */
  at<Result>(lineMs: number, act: (ownMs: number) => Result): Result {
    const result = act(this.#place.ownMs(lineMs))
    this.#place.wakeAt(this.alarms.nextEventMs())
    return result
  }

  /** From now on his packets enter `line`, whose link time 0 is `shiftMs` of his own. `left` is told when those on the line
   *  of before have arrived or are lost, which may be now. Not to be called from a callback of the line. */
  moveTo(line: Line, shiftMs: number, left: () => void): void {
    const before = this.#place
    this.#place = this.#newPlace(line, shiftMs)
    this.#place.wakeAt(this.alarms.nextEventMs())
    this.#left.add(before)
    before.leave(() => {
      this.#left.delete(before)
      left()
    })
  }

  #newPlace(line: Line, shiftMs: number): Place {
    return new Place(line, shiftMs, {
      ends: () => this.#ends,
      isRtsp: this.#isRtsp,
      ringNext: () => this.alarms.ringNext(),
      settled: () => this.#place.wakeAt(this.alarms.nextEventMs()),
    })
  }
}

type Owner = {
  readonly ends: () => FlowEnds
  readonly isRtsp: boolean
  readonly ringNext: () => void
  readonly settled: () => void // he has been told something, and may have set alarms
}

/** The flow on one line, from its coming to its last packet. */
class Place {
  readonly flow: number
  readonly #line: Line
  readonly #shiftMs: number
  readonly #owner: Owner
  readonly #wake: Alarm
  #underWay = 0
  #left: (() => void) | undefined

  constructor(line: Line, shiftMs: number, owner: Owner) {
    this.#line = line
    this.#shiftMs = shiftMs
    this.#owner = owner
    this.flow = line.openFlow({ down: this.#listener('down'), up: this.#listener('up') }, owner.isRtsp)
    this.#wake = line.alarms.newAlarm(() => this.#tell(owner.ringNext))
  }

  ownMs(lineMs: number): number {
    return lineMs + this.#shiftMs
  }

  send(direction: Direction, packet: LinkPacket, ownMs: number): void {
    this.#underWay += 1
    const { flow } = this
    this.#line.send(direction, packet.flow === flow ? packet : { ...packet, flow }, ownMs - this.#shiftMs)
  }

  wakeAt(ownMs: number): void {
    const dueMs = ownMs - this.#shiftMs
    if (dueMs === this.#wake.dueMs) return
    if (dueMs === Infinity) this.#line.alarms.cancel(this.#wake)
    else this.#line.alarms.set(this.#wake, dueMs)
  }

  leave(left: () => void): void {
    this.#left = left
    this.#line.alarms.cancel(this.#wake)
    if (this.#underWay === 0) this.close()
  }

  close(): void {
    this.#line.alarms.cancel(this.#wake)
    this.#line.closeFlow(this.flow)
    const left = this.#left
    this.#left = undefined
    left?.()
  }

  #listener(direction: Direction): PacketListener {
    const end = (): Partial<PacketListener> => this.#owner.ends()[direction] ?? {}
    return {
      accepted: (packet, atMs) => end().accepted?.(packet, this.ownMs(atMs)),
      dropped: (packet, atMs, cause) => this.#forget(() => end().dropped?.(packet, this.ownMs(atMs), cause)),
      delivered: (packet, atMs, queueingDelayMs) =>
        this.#forget(() => end().delivered?.(packet, this.ownMs(atMs), queueingDelayMs)),
      duplicated: (packet, atMs) => this.#tell(() => end().duplicated?.(packet, this.ownMs(atMs))),
    }
  }

  #forget(tell: () => void): void {
    this.#underWay -= 1
    this.#tell(tell)
    if (this.#left !== undefined && this.#underWay === 0) this.close()
  }

  #tell(tell: () => void): void {
    tell()
    this.#owner.settled()
  }
}
