import type { TsUnit } from '../protocol/mpeg-ts-stream.ts'

const MAX_PICTURE_TICKS = 5 * 90_000 // longer than this no picture lasts: the clock has leapt
const MAX_APART_TICKS = 10 * 90_000 // of sound and pictures
const ASSUMED_PICTURE_TICKS = 3600 // of 25 a second

/** The clock of what others send, which may leap: when they come back, and at a join of theirs. Pictures then go on right after the last
 *  one, and sound with them. */
export class IngestClock {
  #shiftTicks = 0
  #lastDtsTicks: number | undefined // as it was given
  #lastDurationTicks = ASSUMED_PICTURE_TICKS

  /** undefined for sound that belongs to no picture. */
  place(unit: TsUnit): TsUnit | undefined {
    if (unit.kind === 'sound') {
      const ptsTicks = unit.ptsTicks + this.#shiftTicks
      const apartTicks = Math.abs(ptsTicks - (this.#lastDtsTicks ?? ptsTicks))
      return apartTicks > MAX_APART_TICKS ? undefined : { ...unit, ptsTicks }
    }
    const last = this.#lastDtsTicks
    const sinceTicks = last === undefined ? this.#lastDurationTicks : unit.dtsTicks + this.#shiftTicks - last
    const hasLeapt = sinceTicks <= 0 || sinceTicks > MAX_PICTURE_TICKS
    if (hasLeapt) this.#shiftTicks += this.#lastDurationTicks - sinceTicks
    else if (last !== undefined) this.#lastDurationTicks = sinceTicks
    const dtsTicks = unit.dtsTicks + this.#shiftTicks
    this.#lastDtsTicks = dtsTicks
    return { ...unit, dtsTicks, ptsTicks: unit.ptsTicks + this.#shiftTicks }
  }
}
