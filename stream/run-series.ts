import { viewerOf } from './event-kinds.ts'
import { LinkSeries } from './link-series.ts'
import type { RunEvent } from './record.ts'
import { RunClock, tellerOf } from './run-clock.ts'
import { RunMoments, type Band } from './run-moments.ts'
import { seriesKinds, type SeriesName } from './series-columns.ts'
import { TimeBins } from './time-bins.ts'
import { ViewerSeries } from './viewer-series.ts'

const MOST_WAITING = 20_000

/** What charts draw: a run as it is told, or one that was written down (series-snapshot.ts). */
export type DrawnRun = {
  readonly bins: TimeBins<SeriesName>
  readonly moments: Pick<RunMoments, 'marks' | 'lostPackets' | 'faultyFrames'>
  readonly originMs: number // the run's second 0
  readonly bands: readonly Band[]
  readonly leftOutEvents: number
}

type ToldEvent = Exclude<RunEvent, { readonly kind: 'clock' }>

/** A run as it is drawn: columns and moments on one axis of time, civil milliseconds. Each teller's events come in their
 *  order, the tellers as they like; events of one whose clock is not told yet wait for it, the newest 20,000. */
export class RunSeries implements DrawnRun {
  readonly bins = new TimeBins<SeriesName>(seriesKinds)
  readonly moments = new RunMoments()
  readonly #clock = new RunClock()
  readonly #link = new LinkSeries(this.bins, this.moments)
  readonly #viewers: Readonly<Record<'hls' | 'udp', ViewerSeries>>
  #waiting: ToldEvent[] = []
  #originMs: number | undefined
  leftOutEvents = 0

  constructor(frameIntervalMs: number) {
    this.#viewers = {
      hls: new ViewerSeries('hls', frameIntervalMs, this.bins, this.moments),
      udp: new ViewerSeries('udp', frameIntervalMs, this.bins, this.moments),
    }
  }

  /** The run's second 0: when somebody first asked to play, or while nobody has, the oldest that was told. */
  get originMs(): number {
    return this.#originMs ?? this.bins.firstMs
  }

  /** Stalls and freezes of both sides, those that last included. */
  get bands(): readonly Band[] {
    return [...this.moments.bands, ...this.#viewers.hls.openBands(), ...this.#viewers.udp.openBands()]
  }

  add(event: RunEvent): void {
    this.#clock.add(event)
    if (event.kind === 'clock') return this.#readd()
    const atMs = this.#clock.unixMsOf(event)
    if (atMs === undefined) this.#wait(event)
    else this.#addAt(event, atMs)
  }

  #addAt(event: ToldEvent, atMs: number): void {
    if (event.kind === 'events-left-out') {
      this.leftOutEvents += event.events
      return
    }
    if (event.kind === 'play-asked') this.#originMs = Math.min(this.#originMs ?? Infinity, atMs)
    if ('lane' in event) this.#link.add(event, atMs)
    else this.#viewers[viewerOf(event)].add(event, atMs)
  }

  #wait(event: ToldEvent): void {
    this.#waiting.push(event)
    if (this.#waiting.length <= MOST_WAITING) return
    this.#waiting.splice(0, MOST_WAITING / 2)
    this.leftOutEvents += MOST_WAITING / 2
  }

  #readd(): void {
    const waiting = this.#waiting
    this.#waiting = []
    for (const event of waiting) {
      const atMs = this.#clock.unixMs(tellerOf(event), event.atMs)
      if (atMs === undefined) this.#waiting.push(event)
      else this.#addAt(event, atMs)
    }
  }
}
