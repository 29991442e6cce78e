import type { ReadonlySignal } from '@preact/signals'
import type { FallbackTry } from '../stream/fallback.ts'
import type { RunEvent } from '../stream/record.ts'
import { noCounters, type Counters } from './counters.ts'
import type { PaneName } from './settings.ts'

/** `held`: ready, and waiting for the other side to come to the same place. */
export type SidePhase = 'starting' | 'playing' | 'held' | 'paused' | 'stalled' | 'ended' | 'failed'

/** What a side tells the page, a few times a second and at each change of phase. */
export type SideStatus = {
  readonly phase: SidePhase
  readonly positionSeconds: number
  readonly durationSeconds: number
  readonly variant: string | undefined // the one that is shown now
  readonly transport: string // how the bytes came, in words for people
  readonly note?: string // something about this start worth knowing
  readonly tries?: readonly FallbackTry[] // of a side that takes what gets through
  readonly problem?: { readonly message: string; readonly whatToDo: string }
  readonly counters: Counters
  readonly ownFigures?: readonly OwnFigure[] // that no other way has
}

/** In words, since each has units of its own. */
export type OwnFigure = { readonly label: string; readonly value: string }

/** Of a side of which nothing is known yet. */
export const beforeStart: SideStatus = {
  phase: 'starting',
  positionSeconds: 0,
  durationSeconds: 0,
  variant: undefined,
  transport: '',
  counters: noCounters,
}

/** One way of watching a video: HLS in a video element, or UDP on a canvas. It owns what it puts into its host element. */
export type Side = {
  readonly name: PaneName
  readonly status: ReadonlySignal<SideStatus>
  /** It could ask for the video now; never rejects. Until `begin` it does not. */
  readonly ready: Promise<void>
  begin(): void
  /** The position of the picture shown now, to the frame. */
  positionSeconds(): number
  play(): void
  pause(): void
  seek(seconds: number): void
  /** `undefined`: HLS chooses by itself, UDP takes the best. */
  chooseVariant(variant: string | undefined): void
  setSound(sound: Sound): void
  /** What the side adds to `window.weir`. */
  details(): Readonly<Record<string, unknown>>
  close(): void
}

export type Sound = { readonly volumeRatio: number; readonly muted: boolean }

/** How a channel is watched over HLS: in parts, where it has them. */
export type LiveHls = 'low-latency' | 'segments'

/** How a side is begun. `startPaused` shows the first picture and waits. */
export type SideStart = {
  readonly host: HTMLElement
  readonly videoId: string
  readonly packageFolder: string // of its HLS files, without a slash at the end
  readonly startSeconds: number
  readonly durationSeconds: number // as far as it is known; 0 when it is not
  readonly live: LiveHls | undefined // undefined: a video that has an end
  readonly startPaused: boolean
  readonly variant: string | undefined
  readonly sound: Sound
  readonly tell: (events: readonly RunEvent[]) => void
  readonly bandwidthOf: (variant: string) => number // BANDWIDTH in the multivariant playlist, bit/s
}
