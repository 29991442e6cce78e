import { Appearances, type Appearance } from './appearances.ts'
import type { ViewerEvent } from './record.ts'

/** A moment of watching as long as a frame: which picture stood on the screen, and which was due. Frames count from 0 in
 *  order of presentation. */
export type DisplayedSlot = {
  readonly wish: number // to play; one more with each seek
  readonly variant: string
  readonly start: number // of RTP, counted from 0; -1 where there is none
  readonly shownFrame: number
  readonly dueFrame: number
}

export type DisplayedSlotsOptions = {
  readonly frameIntervalMs: number // a slot's length
  readonly mostSlots: number // what is watched after them is left out
}

/** The fold over a viewer's events that gives its slots, network-model.md 5.1 "displayed quality". A frame is due at the
 *  median latency of the pictures since the wish to play; a slot is looked at in its middle, so that a picture some
 *  milliseconds early or late is still that slot's. A standstill repeats the picture; before the first one, and in
 *  pauses, nothing counts. */
export class DisplayedSlots {
  readonly #options: DisplayedSlotsOptions
  readonly #appearances: Appearances
  #slots: DisplayedSlot[] = []
  #wishes = 0
  isCut = false // more was watched than `mostSlots`

  constructor(options: DisplayedSlotsOptions) {
    this.#options = options
    const mostPictures = 4 * options.mostSlots // what is shown is not much more than is due
    this.#appearances = new Appearances(options.frameIntervalMs, mostPictures)
  }

  add(event: ViewerEvent): void {
    if (event.kind === 'play-asked') this.#endWish(event.atMs)
    this.#appearances.add(event)
  }

  /** After the last event. */
  finish(): readonly DisplayedSlot[] {
    this.#endWish()
    return this.#slots
  }

  #endWish(nowMs?: number): void {
    const { pictures, endMs } = this.#appearances.take(nowMs)
    const [first] = pictures
    if (first === undefined) return
    const { frameIntervalMs, mostSlots } = this.#options
    const latencyMs = medianOf(pictures.map(({ atMs, frame }) => atMs - frame * frameIntervalMs))
    const middleMs = (dueFrame: number) => latencyMs + (dueFrame + 0.5) * frameIntervalMs
    let shown = 0
    let dueFrame = Math.ceil((first.atMs - latencyMs) / frameIntervalMs - 0.5)
    for (; middleMs(dueFrame) < endMs; dueFrame += 1) {
      if (this.#slots.length >= mostSlots) return void (this.isCut = true)
      while ((pictures[shown + 1]?.atMs ?? Infinity) <= middleMs(dueFrame)) shown += 1
      this.#slots.push(this.#slotOf(pictures[shown] as Appearance, Math.max(first.frame, dueFrame)))
    }
    this.#wishes += 1
  }

  #slotOf({ frame, variant, start }: Appearance, dueFrame: number): DisplayedSlot {
    return {
      wish: this.#wishes,
      variant: variant ?? this.#appearances.firstVariant ?? '',
      start,
      shownFrame: frame,
      dueFrame,
    }
  }
}

function medianOf(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b)
  return sorted[Math.floor(sorted.length / 2)] as number
}
