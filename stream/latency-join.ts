import type { ViewerEvent } from './record.ts'

/** A picture of a channel, as the server tells it; moments on the viewer's clock. */
export type PublishedMoments = {
  readonly ptsTicks: number // 90 kHz after the channel's first picture
  readonly capturedMs: number
  readonly publishedMs: number
  readonly file?: string // in which it came, where files come
}

/** What a viewer knows of when a picture came; undefined: it did not, or that is forgotten. */
export type ReceivedMs = (picture: PublishedMoments) => number | undefined

type Shown = { readonly ptsTicks: number; readonly atMs: number }

const KEPT_PICTURES = 1200 // twenty seconds of sixty a second
const MOST_WAITING = 600 // shown, and not yet told of by the server
const SAME_PICTURE_TICKS = 700 // 8 ms: a player's timeline is rounded, and pictures lie further apart

/** Puts together what the server knows of a picture (captured, published) with what its viewer does (received, shown), in whatever order
 *  they come, and tells each picture of which all four are known. */
export class LatencyJoin {
  readonly #receivedMs: ReceivedMs
  readonly #tell: (event: ViewerEvent) => void
  #published: PublishedMoments[] = []
  #shown: Shown[] = []

  constructor(receivedMs: ReceivedMs, tell: (event: ViewerEvent) => void) {
    this.#receivedMs = receivedMs
    this.#tell = tell
  }

  /** Of the newest picture that is known to be published; -Infinity: of none. */
  get newestTicks(): number {
    return this.#published.reduce((newest, { ptsTicks }) => Math.max(newest, ptsTicks), -Infinity)
  }

  publish(pictures: readonly PublishedMoments[]): void {
    if (pictures.length === 0) return
    this.#published = [...this.#published, ...pictures].slice(-KEPT_PICTURES)
    const { newestTicks } = this
    const waiting = this.#shown
    this.#shown = []
    for (const shown of waiting) {
      if (shown.ptsTicks > newestTicks + SAME_PICTURE_TICKS) this.#shown.push(shown)
      else this.#join(shown)
    }
  }

  /** In their order. */
  show(ptsTicks: number, atMs: number): void {
    this.#shown.push({ ptsTicks, atMs })
    if (this.#shown.length > MOST_WAITING) this.#shown.shift()
  }

  /** Nothing is received before it is published: the clocks are known to half a round trip. */
  #join({ ptsTicks, atMs }: Shown): void {
    const picture = this.#published.findLast((each) => Math.abs(each.ptsTicks - ptsTicks) <= SAME_PICTURE_TICKS)
    const receivedMs = picture && this.#receivedMs(picture)
    if (picture === undefined || receivedMs === undefined) return
    const { capturedMs, publishedMs } = picture
    const cameMs = Math.min(Math.max(receivedMs, publishedMs), atMs)
    this.#tell({
      kind: 'picture-latency',
      atMs,
      captureToPublishMs: publishedMs - capturedMs,
      publishToReceivedMs: cameMs - publishedMs,
      receivedToShownMs: atMs - cameMs,
    })
  }
}
