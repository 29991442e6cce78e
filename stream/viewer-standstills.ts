import type { ViewerEvent } from './record.ts'
import { Standstills, type StandstillTold } from './standstills.ts'

const STALL_MS = 100
const FREEZE_MS = 150
const FREEZE_INTERVALS = 3

/** The stalls and freezes of one viewer, network-model.md 5.1. Stall: the playhead stands still for more than 100 ms.
 *  Freeze: no new frame for more than 150 ms and three frame intervals; it lasts what the next frame was overdue. Neither
 *  counts before the first frame, while paused, while seeking or after the end. */
export class ViewerStandstills {
  readonly stalls: Standstills
  readonly freezes: Standstills
  #positionSeconds: number | undefined
  #isHeld = true

  constructor(
    frameIntervalMs: number,
    told: { readonly stall?: StandstillTold; readonly freeze?: StandstillTold } = {},
  ) {
    this.stalls = new Standstills(STALL_MS, 0, told.stall)
    this.freezes = new Standstills(
      Math.max(FREEZE_MS, FREEZE_INTERVALS * frameIntervalMs),
      frameIntervalMs,
      told.freeze,
    )
  }

  add(event: ViewerEvent): void {
    switch (event.kind) {
      case 'play-asked':
      case 'paused':
      case 'ended':
        return this.#hold(event.atMs)
      case 'resumed':
        return this.#moveOn(event.atMs)
      case 'playhead':
        return this.#movePlayhead(event.positionSeconds, event.atMs)
      case 'frame-shown':
        if (this.#isHeld) this.#moveOn(event.atMs)
        else this.freezes.mark(event.atMs)
        return
      case 'frame-frozen':
      case 'code-read':
      case 'variant-shown':
      case 'buffer':
      case 'media-received':
      case 'segment-asked':
      case 'segment-received':
      case 'segment-cancelled':
      case 'packets-given-up':
      case 'packet-late':
        return
    }
  }

  #movePlayhead(positionSeconds: number, atMs: number): void {
    const hasMoved = positionSeconds !== this.#positionSeconds
    this.#positionSeconds = positionSeconds
    if (hasMoved && !this.#isHeld) this.stalls.mark(atMs)
  }

  #hold(atMs: number): void {
    this.#isHeld = true
    this.stalls.stop(atMs)
    this.freezes.stop(atMs)
  }

  #moveOn(atMs: number): void {
    this.#isHeld = false
    this.stalls.mark(atMs)
    this.freezes.mark(atMs)
  }
}
