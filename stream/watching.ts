import { listensTo, type Heard } from './event-kinds.ts'
import { Standstills, type Standstill } from './standstills.ts'

const STALL_MS = 100
const FREEZE_MS = 150
const FREEZE_INTERVALS = 3

/** The events that say when a viewer watches, and what. */
export const isWatchEvent = listensTo(
  'play-asked',
  'paused',
  'resumed',
  'ended',
  'playhead',
  'frame-shown',
  'sound-heard',
)

/** For who wants each stall, each freeze, once it is over. */
export type WatchingTold = {
  readonly stalled?: (stall: Standstill) => void
  readonly frozen?: (freeze: Standstill) => void
}

type WatchEvent = Heard<typeof isWatchEvent>

/** When a viewer watched, and when the picture stood still meanwhile; definitions: network-model.md 5.1. Watching begins
 *  with the first picture after each wish to play, of sound alone with the first sound, and is broken by a pause. A playhead
 *  that does not move at once then stands still before the viewer's eyes: the startup has ended, so that time is a stall's. */
export class Watching {
  readonly stalls: Standstills // of the playhead
  readonly freezes: Standstills // of the picture
  startupMs: number | undefined // from the first wish to play to the first picture, or sound
  #isSoundAlone = false // as far as is known: there is no picture that could freeze
  #askedMs: number | undefined
  #positionSeconds: number | undefined
  #sinceMs: number | undefined // while it watches
  #watchedMs = 0 // before that

  constructor(frameIntervalMs: number, { stalled, frozen }: WatchingTold = {}) {
    const freezeMs = Math.max(FREEZE_MS, FREEZE_INTERVALS * frameIntervalMs)
    this.stalls = new Standstills(STALL_MS, 0, stalled)
    this.freezes = new Standstills(freezeMs, frameIntervalMs, frozen)
  }

  get isSoundAlone(): boolean {
    return this.#isSoundAlone
  }

  get isOn(): boolean {
    return this.#sinceMs !== undefined
  }

  add(event: WatchEvent): void {
    switch (event.kind) {
      case 'play-asked':
        this.#askedMs ??= event.atMs
        return this.#hold(event.atMs)
      case 'paused':
      case 'ended':
        return this.#hold(event.atMs)
      case 'resumed':
        return this.#moveOn(event.atMs)
      case 'playhead':
        return this.#movePlayhead(event.positionSeconds, event.atMs)
      case 'frame-shown':
        this.#isSoundAlone = false
        return this.#show(event.atMs)
      case 'sound-heard':
        this.#isSoundAlone = true
        return this.#show(event.atMs)
    }
  }

  /** How long it has watched; standstills count, pauses do not. */
  watchedMs(nowMs: number): number {
    return this.#watchedMs + (this.#sinceMs === undefined ? 0 : nowMs - this.#sinceMs)
  }

  #show(atMs: number): void {
    this.startupMs ??= atMs - (this.#askedMs ?? atMs)
    if (!this.isOn) this.#moveOn(atMs)
    else if (!this.#isSoundAlone) this.freezes.mark(atMs)
  }

  #movePlayhead(positionSeconds: number, atMs: number): void {
    const hasMoved = positionSeconds !== this.#positionSeconds
    this.#positionSeconds = positionSeconds
    if (hasMoved && this.isOn) this.stalls.mark(atMs)
  }

  #hold(atMs: number): void {
    this.#watchedMs = this.watchedMs(atMs)
    this.#sinceMs = undefined
    this.stalls.stop(atMs)
    this.freezes.stop(atMs)
  }

  #moveOn(atMs: number): void {
    this.#sinceMs ??= atMs
    this.stalls.mark(atMs)
    if (!this.#isSoundAlone) this.freezes.mark(atMs)
  }
}
