import { BehindFold } from './behind.ts'
import { listensTo, type Heard } from './event-kinds.ts'
import type { ViewerEvent, ViewerSide } from './record.ts'
import type { Band, RunMoments } from './run-moments.ts'
import { sideNames, type SeriesName, type SideNames } from './series-columns.ts'
import type { TimeBins } from './time-bins.ts'
import { isWatchEvent, Watching } from './watching.ts'

const isDrawn = listensTo(
  'play-asked',
  'frame-shown',
  'frame-frozen',
  'variant-shown',
  'buffer',
  'packets-given-up',
  'packet-late',
)

/** What one viewer tells, as columns and moments. */
export class ViewerSeries {
  readonly #side: ViewerSide
  readonly #names: SideNames
  readonly #bins: TimeBins<SeriesName>
  readonly #moments: RunMoments
  readonly #behind: BehindFold
  readonly #watching: Watching
  #offsetMs = 0 // of the axis to the viewer's clock
  #newestMs = -Infinity // on the viewer's clock
  #hasAsked = false

  constructor(side: ViewerSide, frameIntervalMs: number, bins: TimeBins<SeriesName>, moments: RunMoments) {
    this.#side = side
    this.#names = sideNames[side]
    this.#bins = bins
    this.#moments = moments
    this.#behind = new BehindFold(frameIntervalMs)
    this.#watching = new Watching(frameIntervalMs, {
      stalled: ({ fromMs, toMs }) => moments.addBand(this.#band('stall', fromMs, toMs)),
      frozen: ({ fromMs, toMs }) => moments.addBand(this.#band('freeze', fromMs, toMs)),
    })
  }

  add(event: ViewerEvent, atMs: number): void {
    this.#offsetMs = atMs - event.atMs
    this.#newestMs = Math.max(this.#newestMs, event.atMs)
    if (isWatchEvent(event)) this.#watching.add(event)
    const behindMs = this.#behind.add(event)
    if (behindMs !== undefined) this.#bins.add(this.#names.behindMs, atMs, behindMs)
    if (isDrawn(event)) this.#draw(event, atMs)
  }

  /** The stall and the freeze that last, up to what the viewer told last. */
  openBands(): readonly Band[] {
    const stallMs = this.#watching.stalls.openSinceMs(this.#newestMs)
    const freezeMs = this.#watching.freezes.openSinceMs(this.#newestMs)
    return [
      ...(stallMs === undefined ? [] : [this.#band('stall', stallMs, this.#newestMs)]),
      ...(freezeMs === undefined ? [] : [this.#band('freeze', freezeMs, this.#newestMs)]),
    ]
  }

  #draw(event: Heard<typeof isDrawn>, atMs: number): void {
    switch (event.kind) {
      case 'play-asked':
        if (this.#hasAsked) this.#moments.addSeek(this.#side, atMs, event.fromSeconds)
        this.#hasAsked = true
        return
      case 'frame-shown':
        if (event.state === 'intact') return this.#bins.add(this.#names.intactFrames, atMs, 1)
        this.#moments.addFrame(atMs, this.#side, 'damaged', event)
        return this.#bins.add(this.#names.damagedFrames, atMs, 1)
      case 'frame-frozen':
        this.#moments.addFrame(atMs, this.#side, 'frozen', event)
        return this.#bins.add(this.#names.frozenFrames, atMs, 1)
      case 'variant-shown':
        return this.#bins.add(this.#names.shownBitsPerSecond, atMs, event.bitsPerSecond)
      case 'buffer':
        return this.#bins.add(this.#names.bufferSeconds, atMs, event.bufferSeconds)
      case 'packets-given-up':
        return this.#bins.add('givenUpPackets', atMs, event.packets)
      case 'packet-late':
        return this.#bins.add('latePackets', atMs, 1)
    }
  }

  #band(kind: Band['kind'], fromMs: number, toMs: number): Band {
    return { kind, side: this.#side, fromMs: fromMs + this.#offsetMs, toMs: toMs + this.#offsetMs }
  }
}
