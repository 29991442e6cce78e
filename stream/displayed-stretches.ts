import { countLeading } from '../protocol/count-leading.ts'
import type { DisplayedSlot } from './displayed-slots.ts'

/** Slots in a row that one decoder can show: frames of one variant and start, never going back. */
export type DisplayedStretch = Pick<DisplayedSlot, 'variant' | 'start'> & {
  readonly shownFrames: readonly number[] // of each slot
  readonly dueFrames: readonly number[] // as many
}

const MOST_SLOTS = 500 // a unit of work: some seconds of a processor, some megabytes of a file
const MOST_SKIPPED_FRAMES = 1000 // between two slots; beyond it decoding them all is not worth it

export function stretchesOf(slots: readonly DisplayedSlot[]): readonly DisplayedStretch[] {
  const stretches: (DisplayedStretch & { readonly shownFrames: number[]; readonly dueFrames: number[] })[] = []
  for (const [index, slot] of slots.entries()) {
    const before = slots[index - 1]
    const current = stretches.at(-1)
    if (
      before === undefined ||
      current === undefined ||
      !goesOn(before, slot) ||
      current.shownFrames.length >= MOST_SLOTS
    ) {
      const { variant, start, shownFrame, dueFrame } = slot
      stretches.push({ variant, start, shownFrames: [shownFrame], dueFrames: [dueFrame] })
      continue
    }
    current.shownFrames.push(slot.shownFrame)
    current.dueFrames.push(slot.dueFrame)
  }
  return stretches
}

function goesOn(before: DisplayedSlot, { wish, variant, start, shownFrame, dueFrame }: DisplayedSlot): boolean {
  if (wish !== before.wish || variant !== before.variant || start !== before.start) return false
  return isStep(before.shownFrame, shownFrame) && isStep(before.dueFrame, dueFrame)
}

function isStep(from: number, to: number): boolean {
  return to >= from && to - from <= MOST_SKIPPED_FRAMES
}

/** Of the clock by which a sequence of slots is written; the first slot lies at one slot of it. */
export const TICKS_PER_SLOT = 10_000

/** When each decoded frame has to come on the screen, so that slot k shows the frame `frames[k]` and holds it until another
 *  is shown. What is skipped comes within the slot before, and is replaced at that slot's end; no two times are the same. */
export class SlotTimes {
  readonly #frames: readonly number[] // never falling

  constructor(frames: readonly number[]) {
    this.#frames = frames
  }

  ticksOf(frame: number): number {
    const slot = countLeading(this.#frames, (shownFrame) => shownFrame < frame)
    const shown = this.#frames[slot]
    if (shown === undefined) return (1 + this.#frames.length + frame - (this.#frames.at(-1) ?? 0)) * TICKS_PER_SLOT // after all of them
    const slotTicks = (1 + slot) * TICKS_PER_SLOT
    const before = this.#frames[slot - 1]
    if (before === undefined) return Math.max(1, slotTicks - (shown - frame)) // decoded for the sake of others
    return slotTicks - Math.floor(((shown - frame) * TICKS_PER_SLOT) / (shown - before))
  }
}
