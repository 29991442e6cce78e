const TICK_MS = 2 // fewer wake-ups for a millisecond of lateness more
const SLOTS = 512 // of a tick each; a power of two
const MASK = SLOTS - 1

/** One thing to do at a moment, once. */
export type WheelAlarm = {
  readonly tick: number // the first at or after the moment
  readonly ring: () => void
  isOff: boolean
}

/** Alarms by the tick of two milliseconds in which they are due. To set one, to call it off and to ring it cost the same
 *  however many there are. Those of one tick ring together, in the order in which they were set; what is further away than
 *  the wheel is round waits in its slot for another turn. */
export class TimerWheel {
  readonly #slots: WheelAlarm[][] = Array.from({ length: SLOTS }, () => [])
  #spare: WheelAlarm[] = [] // takes the place of a slot that rings
  #rungTick: number // all before and in it has rung
  #count = 0

  constructor(nowMs: number) {
    this.#rungTick = Math.floor(nowMs / TICK_MS)
  }

  /** What is due already rings with the next tick. */
  set(dueMs: number, ring: () => void): WheelAlarm {
    const tick = Math.max(Math.ceil(dueMs / TICK_MS), this.#rungTick + 1)
    const alarm = { tick, ring, isOff: false }
    this.#slots[tick & MASK]?.push(alarm)
    this.#count += 1
    return alarm
  }

  /** It does not ring, if it has not rung. */
  callOff(alarm: WheelAlarm): void {
    alarm.isOff = true
  }

  /** Rings all that is due by `nowMs`. */
  ringUntil(nowMs: number): void {
    const untilTick = Math.floor(nowMs / TICK_MS)
    const firstTick = Math.max(this.#rungTick + 1, untilTick - MASK) // a longer sleep has passed every slot once
    for (let tick = firstTick; tick <= untilTick; tick += 1) {
      this.#rungTick = tick
      if (this.#slots[tick & MASK]?.length !== 0) this.#ringSlot(tick & MASK, untilTick)
    }
  }

  /** The moment of the next alarm, or one before it; Infinity: there is none. */
  get nextMs(): number {
    if (this.#count === 0) return Infinity
    const lastTick = this.#rungTick + SLOTS
    for (let tick = this.#rungTick + 1; tick < lastTick; tick += 1) {
      const slot = this.#slots[tick & MASK] as WheelAlarm[]
      if (slot.some((alarm) => alarm.tick <= tick)) return tick * TICK_MS
    }
    return lastTick * TICK_MS
  }

  /** Another may be set or called off by one that rings. */
  #ringSlot(place: number, untilTick: number): void {
    const alarms = this.#slots[place] as WheelAlarm[]
    this.#slots[place] = this.#spare
    for (const alarm of alarms) {
      if (alarm.tick > untilTick && !alarm.isOff) {
        this.#slots[place]?.push(alarm)
        continue
      }
      this.#count -= 1
      if (!alarm.isOff) alarm.ring()
    }
    alarms.length = 0
    this.#spare = alarms
  }
}
