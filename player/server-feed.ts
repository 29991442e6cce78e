import { signal } from '@preact/signals'
import type { ServerEvent, ToldEvent } from '../protocol/weir-api.ts'
import { feedRoads, openRoad, type FeedRoad, type OpenRoad, type RoadEnds } from './feed-roads.ts'
import { applyServerEvent, loadVideos } from './library-store.ts'

const FIRST_RETRY_MS = 500
const LONGEST_RETRY_MS = 10_000
const BETTER_ROAD_MS = 5 * 60_000 // on a road that is not the best, until the best is tried again

export type FeedParts = {
  openRoad(road: FeedRoad, ends: RoadEnds): OpenRoad
  /** Whether the server answers at all: a road that fails then is barred. */
  isServerThere(): Promise<boolean>
  /** Everything that the events are about, as it is now. */
  list(): Promise<void>
  apply(event: ServerEvent): void
  setTimeout(act: () => void, afterMs: number): unknown
  random(): number
}

/** Which road the feed is on; undefined while it has none. */
export const feedRoad = signal<FeedRoad | undefined>(undefined)

/** Follows the server's events, nothing lost and nothing doubled: it goes on after the last one that it has had, and lists
 *  everything anew where that is not possible. A barred road leads to the next one. */
export class ServerFeed {
  readonly #parts: FeedParts
  #cursor: number | undefined
  #roadIndex = 0
  #retryMs = FIRST_RETRY_MS
  #road: OpenRoad | undefined
  #applied: Promise<void> = Promise.resolve() // events wait until what they change is listed

  constructor(parts: FeedParts) {
    this.#parts = parts
  }

  follow(): void {
    const name = feedRoads[this.#roadIndex] as FeedRoad
    let hasOpened = false
    const road = this.#parts.openRoad(name, {
      since: this.#cursor,
      onOpen: () => {
        hasOpened = true
        this.#retryMs = FIRST_RETRY_MS
        feedRoad.value = name
        if (this.#roadIndex > 0) this.#parts.setTimeout(() => this.#tryBest(road), BETTER_ROAD_MS)
      },
      onEvent: (event) => this.#take(event),
      onLost: () => void this.#comeBack(hasOpened),
    })
    this.#road = road
  }

  #take(event: ToldEvent): void {
    const { sequence } = event
    if (event.kind === 'cursor') return this.#begin(sequence)
    if (this.#cursor !== undefined && sequence <= this.#cursor) return // known already
    const isGap = this.#cursor !== undefined && sequence > this.#cursor + 1
    if (isGap) this.#begin(sequence)
    this.#cursor = sequence
    const { sequence: _sequence, ...told } = event
    this.#applied = this.#applied.then(() => this.#parts.apply(told))
  }

  /** Whatever happened until then is in the list. */
  #begin(sequence: number): void {
    this.#cursor = sequence
    this.#applied = this.#applied.then(() => this.#parts.list())
  }

  async #comeBack(hadOpened: boolean): Promise<void> {
    feedRoad.value = undefined
    this.#road = undefined
    const isThere = await this.#parts.isServerThere()
    if (!hadOpened && isThere) return this.#takeNextRoad()
    if (hadOpened && isThere) this.#cursor = undefined // it answers, and yet closed the road: the cursor is of no use to it
    this.#followLater()
  }

  /** At once, until all have been tried. */
  #takeNextRoad(): void {
    this.#roadIndex = (this.#roadIndex + 1) % feedRoads.length
    if (this.#roadIndex > 0) this.follow()
    else this.#followLater()
  }

  /** Spread over half the time, so that many pages do not come back in one moment. */
  #followLater(): void {
    this.#parts.setTimeout(() => this.follow(), this.#retryMs * (0.75 + this.#parts.random() / 2))
    this.#retryMs = Math.min(this.#retryMs * 2, LONGEST_RETRY_MS)
  }

  #tryBest(road: OpenRoad): void {
    if (road !== this.#road) return
    road.close()
    this.#roadIndex = 0
    this.follow()
  }
}

/** Follows for as long as the page lives. */
export function followServer(): void {
  const feed = new ServerFeed({
    openRoad,
    isServerThere: () =>
      fetch('/api/health', { cache: 'no-store' }).then(
        () => true,
        () => false,
      ),
    list: loadVideos,
    apply: applyServerEvent,
    setTimeout: (act, afterMs) => setTimeout(act, afterMs),
    random: Math.random,
  })
  feed.follow()
}
