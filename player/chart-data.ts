import type { DrawnRun } from '../stream/run-series.ts'
import type { BinnedValues, BinsView } from '../stream/time-bins.ts'
import { figuresOf, type Figure, type Plot } from './chart-figures.ts'
import type { Span } from './chart-window.ts'

const LEAST_BIN_PIXELS = { lines: 1, rows: 6 }
const STEADY_BIN_MS = 400 // of lines and columns in a long view: a video sends in gusts of a frame
const STEADY_FROM_SECONDS = 20

/** What a plot draws: the places of its bins, and a column a figure in the plot's unit. Filled anew for each drawing, in
 *  the same arrays. */
export class PlotData {
  readonly plot: Plot
  readonly figures: readonly Figure[]
  readonly startsSeconds: number[] = []
  readonly widthsSeconds: number[] = []
  readonly columns: readonly BinnedValues[]
  readonly #series: DrawnRun
  #bins: BinsView['bins'] = []

  constructor(plot: Plot, series: DrawnRun) {
    this.plot = plot
    this.figures = figuresOf(plot)
    this.columns = this.figures.map(() => [])
    this.#series = series
  }

  /** Reads the bins that a span shows on so many pixels, up to a moment. */
  read({ fromSeconds, toSeconds }: Span, untilSeconds: number, widthPixels: number): void {
    const { bins } = this.#series
    const spanSeconds = toSeconds - fromSeconds
    const binPixels = Math.max(1, Math.floor(widthPixels / LEAST_BIN_PIXELS[this.plot.kind]))
    const leastMs = Math.max((spanSeconds * 1000) / binPixels, spanSeconds > STEADY_FROM_SECONDS ? STEADY_BIN_MS : 0)
    const view = bins.view(this.#ms(fromSeconds), this.#ms(Math.min(toSeconds, untilSeconds)), leastMs)
    this.#place(view)
    for (const [index, figure] of this.figures.entries()) {
      const column = bins.read(figure.column, view, this.columns[index]!)
      this.#scale(figure, column)
    }
  }

  /** The bin that a moment lies in or ends; undefined outside of what is drawn. */
  placeAt(atSeconds: number): number | undefined {
    const atMs = this.#ms(atSeconds)
    const place = this.#bins.findIndex(({ startMs, widthMs }) => atMs <= startMs + widthMs)
    return place >= 0 && this.#bins[place]!.startMs <= atMs ? place : undefined
  }

  /** How many of a figure there were up to a moment of the run. */
  total({ column }: Figure, untilSeconds: number): number {
    return this.#series.bins.total(column, this.#ms(untilSeconds))
  }

  /** Whole: bins end at whole milliseconds, and there and back over seconds a moment would miss the end of its bin. */
  #ms(seconds: number): number {
    return Math.round(this.#series.originMs + seconds * 1000) // s to ms
  }

  #place({ bins }: BinsView): void {
    const { originMs } = this.#series
    this.#bins = bins
    this.startsSeconds.length = this.widthsSeconds.length = bins.length
    for (const [place, { startMs, widthMs }] of bins.entries()) {
      this.startsSeconds[place] = (startMs - originMs) / 1000 // ms to s
      this.widthsSeconds[place] = widthMs / 1000 // ms to s
    }
  }

  #scale({ factor, perSecond }: Figure, column: BinnedValues): void {
    for (const [place, value] of column.entries()) {
      if (value !== null) column[place] = (value * factor) / (perSecond ? this.widthsSeconds[place]! : 1)
    }
  }
}
