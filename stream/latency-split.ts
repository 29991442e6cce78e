import { DelayHistogram } from './delay-histogram.ts'
import type { EventOf } from './event-kinds.ts'

/** Where a picture's time from capture to screen went. The three add up to the whole of that picture. */
export const LATENCY_STRETCHES = ['captureToPublish', 'publishToReceived', 'receivedToShown'] as const

export type LatencyStretch = (typeof LATENCY_STRETCHES)[number]

export type Spread = { readonly p50Ms: number; readonly p95Ms: number; readonly meanMs: number }

/** Over all pictures that were told. Means add up, medians need not. */
export type LatencySplit = Readonly<Record<LatencyStretch | 'captureToShown', Spread>> & {
  readonly pictures: number
  readonly newestMs: number // the whole of the newest picture
}

/** From capture to screen. */
export function captureToShownMs(event: EventOf<'picture-latency' | 'live-latency'>): number {
  if (event.kind === 'live-latency') return event.latencyMs
  return event.captureToPublishMs + event.publishToReceivedMs + event.receivedToShownMs
}

/** The fold over what a viewer of something live tells of its pictures. */
export class LatencySplitFold {
  readonly #captureToPublish = new DelayHistogram()
  readonly #publishToReceived = new DelayHistogram()
  readonly #receivedToShown = new DelayHistogram()
  readonly #captureToShown = new DelayHistogram()
  #pictures = 0
  #newestMs = 0

  add(event: EventOf<'picture-latency'>): void {
    this.#newestMs = captureToShownMs(event)
    this.#pictures += 1
    this.#captureToPublish.add(event.captureToPublishMs)
    this.#publishToReceived.add(event.publishToReceivedMs)
    this.#receivedToShown.add(event.receivedToShownMs)
    this.#captureToShown.add(this.#newestMs)
  }

  /** undefined before the first picture. */
  get split(): LatencySplit | undefined {
    if (this.#pictures === 0) return undefined
    return {
      captureToPublish: spreadOf(this.#captureToPublish),
      publishToReceived: spreadOf(this.#publishToReceived),
      receivedToShown: spreadOf(this.#receivedToShown),
      captureToShown: spreadOf(this.#captureToShown),
      pictures: this.#pictures,
      newestMs: this.#newestMs,
    }
  }
}

function spreadOf(delays: DelayHistogram): Spread {
  return { p50Ms: delays.quantileMs(0.5), p95Ms: delays.quantileMs(0.95), meanMs: delays.meanMs }
}
