import type { Mark } from '../stream/run-moments.ts'
import type { DrawnRun } from '../stream/run-series.ts'
import { formatMoment } from './chart-axes.ts'
import { describeChange } from './chart-change.ts'
import { element } from './chart-legend.ts'
import { isSeen } from './chart-moments.ts'
import { formatCount } from './format.ts'
import { chartWords, sideWords } from './words.ts'

export type ReadMoment = {
  readonly atSeconds: number
  readonly isNow: boolean
  readonly nearSeconds?: number // marks so near are named; absent: nobody points
}

/** The line above the plots: which moment all their figures are of, and what was going on then. */
export class ChartReadout {
  readonly root = element('p', 'chart-moment')
  readonly #moment = element('span', '')
  readonly #stop = element('span', 'chart-stop') // heard by who does not see it
  readonly #series: DrawnRun

  constructor(series: DrawnRun) {
    this.#series = series
    this.#stop.setAttribute('role', 'status')
    this.root.append(this.#moment, ' ', this.#stop)
  }

  /** Which fault the keys have come to; nothing where they have not. */
  sayStop(text: string): void {
    this.#stop.textContent = text
  }

  say(moment: ReadMoment): void {
    const { leftOutEvents } = this.#series
    const said = [
      formatMoment(moment.atSeconds, 1),
      ...(moment.isNow ? [chartWords.now] : []),
      ...this.#standing(moment),
      ...this.#changes(moment),
      ...(leftOutEvents === 0 ? [] : [`${formatCount(leftOutEvents)} ${chartWords.leftOut}`]),
    ].join(' · ')
    if (this.#moment.textContent !== said) this.#moment.textContent = said
  }

  #standing(moment: ReadMoment): readonly string[] {
    const atMs = this.#ms(moment)
    return this.#series.bands
      .filter((band) => isSeen(band) && band.fromMs <= atMs && atMs <= band.toMs)
      .map(({ side, kind }) => `${sideWords[side]} ${kind === 'stall' ? chartWords.stalled : chartWords.frozen}`)
  }

  #changes(moment: ReadMoment): readonly string[] {
    const { nearSeconds } = moment
    if (nearSeconds === undefined) return []
    const atMs = this.#ms(moment)
    const near = this.#series.moments.marks.filter((mark) => Math.abs(mark.atMs - atMs) <= nearSeconds * 1000) // s to ms
    return near.map(sayMark)
  }

  #ms({ atSeconds }: ReadMoment): number {
    return this.#series.originMs + atSeconds * 1000 // s to ms
  }
}

export function sayMark(mark: Mark): string {
  return mark.kind === 'seek' ? `${sideWords[mark.side]} ${chartWords.seek}` : describeChange(mark.profile, mark.before)
}
