import uPlot from 'uplot'
import { realtimeWays } from '../protocol/realtime-api.ts'
import { readPaint } from './chart-paint.ts'
import type { HistoryMeasure, RealtimeHistory } from './realtime-history.ts'
import { wayWords } from './realtime-words.ts'
import { wayLooks } from './way-looks.ts'

const HEIGHT_PIXELS = 220
const SPAN_SECONDS = 60

/** One measure of all ways over the last minute; in a logarithmic scale, for they lie far apart. */
export class RealtimePlot {
  readonly #host: HTMLElement
  readonly #chart: uPlot
  readonly #sight: ResizeObserver
  #paint: ReturnType<typeof readPaint>

  constructor(host: HTMLElement) {
    this.#host = host
    this.#paint = readPaint(host)
    this.#chart = new uPlot(this.#options(), [[]], host)
    this.#sight = new ResizeObserver(() => this.#chart.setSize({ width: host.clientWidth, height: HEIGHT_PIXELS }))
    this.#sight.observe(host)
  }

  draw(history: RealtimeHistory, measure: HistoryMeasure): void {
    const [times, ...columns] = history.columns(measure)
    const newest = times.at(-1) ?? 0
    this.#chart.batch(() => {
      this.#chart.setData([times.map((time) => time - newest), ...columns], false)
      this.#chart.setScale('x', { min: -SPAN_SECONDS, max: 0 })
    })
  }

  /** Another theme. */
  repaint(): void {
    this.#paint = readPaint(this.#host)
    this.#chart.redraw()
  }

  destroy(): void {
    this.#sight.disconnect()
    this.#chart.destroy()
  }

  #options(): uPlot.Options {
    const axis = { stroke: () => this.#paint.colours.muted, font: this.#paint.font, ticks: { show: false } }
    const grid = { stroke: () => this.#paint.colours.grid, width: 1 }
    return {
      width: this.#host.clientWidth || 640,
      height: HEIGHT_PIXELS,
      legend: { show: false },
      cursor: { show: false },
      scales: {
        x: { time: false, auto: false },
        y: { distr: 3, range: (_chart, least, most) => roundDecades(least, most) },
      },
      axes: [
        {
          ...axis,
          grid,
          values: (_chart, splits) => splits.map((seconds) => (seconds === 0 ? '0 s' : `${seconds} s`)),
        },
        {
          ...axis,
          grid,
          size: 64,
          values: (_chart, splits) => splits.map((value) => (isDecade(value) ? shortNumber(value) : null)),
        },
      ],
      series: [
        {},
        ...realtimeWays.map((way) => ({
          label: wayWords[way].name,
          stroke: () => this.#paint.colours[wayLooks[way].colour],
          dash: [...wayLooks[way].dash],
          width: 2,
          points: { show: false },
        })),
      ],
    }
  }
}

function roundDecades(least: number | null, most: number | null): [number, number] {
  const low = 10 ** Math.floor(Math.log10(Math.max(least ?? 1, 0.1)))
  return [low, Math.max(low * 10, 10 ** Math.ceil(Math.log10(Math.max(most ?? 10, 0.1))))]
}

function isDecade(value: number): boolean {
  return Math.abs(Math.log10(value) - Math.round(Math.log10(value))) < 1e-9
}

function shortNumber(value: number): string {
  return value >= 1000 ? `${value / 1000}k` : String(value)
}
