import { LinkMeasuresFold, type LinkMeasures } from '../stream/link-measures.ts'
import { MeasuresFold, type Measures } from '../stream/measures.ts'
import type { RunEvent, ViewerSide } from '../stream/record.ts'
import { tellerOf } from '../stream/run-clock.ts'

/** The measures of a run: of each viewer that there was, and of each direction of each lane. */
export type RunFigures = {
  readonly hls?: Measures
  readonly udp?: Measures
  readonly link: readonly LinkMeasures[]
}

type Side = { readonly fold: MeasuresFold; newestMs: number }

/** The fold over the events of a run, in their order; each viewer by its own clock, up to its newest event. */
export class RunFiguresFold {
  readonly #frameIntervalMs: number
  readonly #sides = new Map<ViewerSide, Side>()
  readonly #link = new LinkMeasuresFold()
  #linkMs = 0

  constructor(frameIntervalMs: number) {
    this.#frameIntervalMs = frameIntervalMs
  }

  add(event: RunEvent): void {
    if (event.kind === 'clock' || event.kind === 'events-left-out') return
    if ('lane' in event) {
      this.#link.add(event)
      this.#linkMs = event.atMs
      return
    }
    const side = this.#side(tellerOf(event) as ViewerSide)
    side.fold.add(event)
    side.newestMs = Math.max(side.newestMs, event.atMs)
  }

  read(): RunFigures {
    const sides = [...this.#sides].map(([name, { fold, newestMs }]) => [name, fold.at(newestMs)] as const)
    return { ...Object.fromEntries(sides), link: this.#link.at(this.#linkMs) }
  }

  #side(name: ViewerSide): Side {
    const known = this.#sides.get(name) ?? { fold: new MeasuresFold(this.#frameIntervalMs), newestMs: -Infinity }
    this.#sides.set(name, known)
    return known
  }
}
