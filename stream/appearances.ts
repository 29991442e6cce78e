import { listensTo } from './event-kinds.ts'
import type { ViewerEvent } from './record.ts'

/** A picture that came on the screen. */
export type Appearance = {
  readonly atMs: number // since the wish to play, without pauses
  readonly frame: number // in order of presentation, from 0
  readonly variant: string | undefined // as it was told last
  readonly start: number // of RTP, counted from 0; -1 before the first
}

const TICKS_PER_MS = 90
const isHeard = listensTo('play-asked', 'paused', 'ended', 'resumed', 'variant-shown', 'rtp-started', 'frame-shown')

/** The pictures that a viewer saw since its newest wish to play, on the clock of what it watched. */
export class Appearances {
  readonly #frameIntervalMs: number
  readonly #mostPictures: number
  #pictures: Appearance[] = []
  #variant: string | undefined
  #start = -1
  #zeroMs = 0 // the wish to play, later by each pause
  #heldMs: number | undefined = 0 // since when nothing is watched
  #newestMs = 0
  #untoldPictures = 0 // shown before the next one, their places not told
  firstVariant: string | undefined

  constructor(frameIntervalMs: number, mostPictures: number) {
    this.#frameIntervalMs = frameIntervalMs
    this.#mostPictures = mostPictures
  }

  add(event: ViewerEvent): void {
    this.#newestMs = Math.max(this.#newestMs, event.atMs)
    if (!isHeard(event)) return
    switch (event.kind) {
      case 'play-asked':
        this.#zeroMs = event.atMs
        this.#heldMs = undefined
        return
      case 'paused':
      case 'ended':
        this.#heldMs ??= event.atMs
        return
      case 'resumed':
        return this.#goOn(event.atMs)
      case 'variant-shown':
        this.#variant = event.variant
        this.firstVariant ??= event.variant
        return
      case 'rtp-started':
        if (event.track !== 'video') return
        this.#start += 1
        this.#variant = event.variant
        return
      case 'frame-shown':
        this.#goOn(event.atMs)
        if (event.ptsTicks === undefined) this.#untoldPictures += 1
        else this.#show(event.ptsTicks, event.atMs)
        return
    }
  }

  /** Those of the wish that ends with this, at the newest event or later, and until when it was watched. */
  take(nowMs = this.#newestMs): { readonly pictures: readonly Appearance[]; readonly endMs: number } {
    const pictures = this.#pictures
    const endMs = (this.#heldMs ?? nowMs) - this.#zeroMs
    this.#pictures = []
    this.#untoldPictures = 0
    return { pictures, endMs }
  }

  #goOn(atMs: number): void {
    if (this.#heldMs !== undefined) this.#zeroMs += atMs - this.#heldMs
    this.#heldMs = undefined
  }

  #show(ptsTicks: number, eventMs: number): void {
    const frame = Math.round(ptsTicks / TICKS_PER_MS / this.#frameIntervalMs)
    const atMs = eventMs - this.#zeroMs
    this.#fillIn(frame, atMs)
    this.#keep(frame, atMs)
  }

  /** A busy page tells late of several pictures at once, and of the newest alone where it is: those before it came evenly. */
  #fillIn(frame: number, atMs: number): void {
    const untold = this.#untoldPictures
    const before = this.#pictures.at(-1)
    this.#untoldPictures = 0
    if (before === undefined || frame - before.frame !== untold + 1) return
    for (let index = 1; index <= untold; index += 1) {
      const betweenMs = before.atMs + ((atMs - before.atMs) * index) / (untold + 1)
      this.#keep(before.frame + index, betweenMs)
    }
  }

  #keep(frame: number, atMs: number): void {
    if (this.#pictures.length >= this.#mostPictures) return
    this.#pictures.push({ atMs, frame, variant: this.#variant, start: this.#start })
  }
}
