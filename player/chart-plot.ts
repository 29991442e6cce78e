import uPlot from 'uplot'
import type { DrawnRun } from '../stream/run-series.ts'
import { xAxis, yAxis } from './chart-axes.ts'
import { PlotData } from './chart-data.ts'
import type { Figure, Plot, RowsPlot } from './chart-figures.ts'
import { ChartLegend, element } from './chart-legend.ts'
import { drawBands, drawLosses, drawMarks, type Moments } from './chart-moments.ts'
import type { Paint } from './chart-paint.ts'
import { drawRows } from './chart-rows.ts'
import type { Span } from './chart-window.ts'
import type { Mark } from '../stream/run-moments.ts'
import { formatTime } from './format.ts'
import { chartWords } from './words.ts'

export type ChartPlotOptions = {
  readonly plot: Plot
  readonly series: DrawnRun
  readonly sync: string // the plots that share a cursor
  readonly place: 'first' | 'middle' | 'last' // the first names the marks, the last the times
  readonly sayMark: (mark: Mark) => string
  readonly paint: () => Paint
  readonly onCursor: (atSeconds: number | undefined) => void
  readonly onSelect: (span: Span) => void
  readonly onReset: () => void
  readonly onClick: (atSeconds: number, heightRatio: number) => void // 0 at the top
}

const MARK_LABELS_PIXELS = 20
const TIMES_PIXELS = 22
const TICK_PIXELS = 8
const LEAST_DRAG_PIXELS = 4
const OUTSIDE = -10 // where uPlot has a pointer that is elsewhere
const ROUND_TOPS = [1, 2, 3, 4, 6, 8]

/** One plot: its head, and a canvas that uPlot draws. */
export class ChartPlot {
  readonly root: HTMLElement
  readonly data: PlotData
  readonly #options: ChartPlotOptions
  readonly #legend: ChartLegend
  readonly #canvas: HTMLElement
  readonly #chart: uPlot
  readonly #heightPixels: number
  #moments: Moments | undefined

  constructor(options: ChartPlotOptions) {
    const { plot, series, place } = options
    this.#options = options
    this.data = new PlotData(plot, series)
    this.#legend = new ChartLegend(plot, this.data.figures)
    this.#canvas = element('div', 'chart-canvas')
    this.#canvas.tabIndex = 0
    this.#canvas.setAttribute('role', 'img')
    this.#canvas.ariaLabel = plot.title // until the first moment is drawn
    this.root = element('figure', 'chart')
    this.root.append(this.#legend.root, this.#canvas)
    this.#heightPixels =
      plot.heightPixels + (place === 'first' ? MARK_LABELS_PIXELS : 0) + (place === 'last' ? TIMES_PIXELS : 0)
    this.#chart = new uPlot(this.#uplotOptions(), [[]], this.#canvas)
    this.#chart.over.addEventListener('click', (event) => this.#click(event)) // uPlot lets none through after a drag
  }

  /** The moment under the pointer; undefined while it is elsewhere. */
  get cursorSeconds(): number | undefined {
    const left = this.#chart.cursor.left ?? -1
    return left < 0 ? undefined : this.#chart.posToVal(left, 'x')
  }

  /** As if the pointer were at a moment; undefined takes it away. */
  pointAt(atSeconds: number | undefined): void {
    const left = atSeconds === undefined ? OUTSIDE : this.#chart.valToPos(atSeconds, 'x')
    this.#chart.setCursor({ left, top: atSeconds === undefined ? OUTSIDE : 0 })
  }

  get widthPixels(): number {
    return this.#chart.bbox.width / devicePixelRatio
  }

  resize(widthPixels: number): void {
    this.#chart.setSize({ width: widthPixels, height: this.#heightPixels })
  }

  /** A span of the run, with what is known up to a moment. */
  draw(span: Span, untilSeconds: number, moments: Moments): void {
    this.#moments = moments
    this.data.read(span, untilSeconds, this.widthPixels)
    this.#chart.batch(() => {
      this.#chart.setData([this.data.startsSeconds, ...(this.#isLines ? this.data.columns : [])], false)
      this.#chart.setScale('x', { min: span.fromSeconds, max: span.toSeconds })
    })
    this.#name(span)
  }

  say(atSeconds: number): void {
    this.#legend.say(this.data, atSeconds)
  }

  destroy(): void {
    this.#chart.destroy()
    this.root.remove()
  }

  get #isLines(): boolean {
    return this.data.plot.kind === 'lines'
  }

  #name({ fromSeconds, toSeconds }: Span): void {
    const name = chartWords.span(this.data.plot.title, formatTime(fromSeconds), formatTime(toSeconds))
    if (this.#canvas.ariaLabel !== name) this.#canvas.ariaLabel = name
  }

  #uplotOptions(): uPlot.Options {
    const { plot, sync, place, paint } = this.#options
    return {
      width: this.#canvas.clientWidth || 640,
      height: this.#heightPixels,
      padding: [place === 'first' ? MARK_LABELS_PIXELS : 8, 20, place === 'last' ? 0 : 8, 0],
      legend: { show: false },
      cursor: {
        y: false,
        points: { show: false },
        drag: { x: true, y: false, setScale: false, dist: LEAST_DRAG_PIXELS },
        sync: { key: sync, scales: ['x', null], filters: { pub: isPointing } },
        bind: { dblclick: () => () => this.#reset() },
      },
      scales: {
        x: { time: false, auto: false },
        y:
          plot.kind === 'lines' ? { range: (_chart, _least, most) => [0, topOf(most, plot.leastTop)] } : rowScale(plot),
      },
      axes: [xAxis(paint, place === 'last'), yAxis(paint, plot)],
      series: [{}, ...(plot.kind === 'lines' ? plot.figures.map((figure) => line(figure, paint)) : [])],
      hooks: {
        drawClear: [(chart) => this.#moments && drawBands(chart, this.#moments, paint(), plot.kind === 'rows')],
        draw: [(chart) => this.#drawOver(chart)],
        setCursor: [() => this.#options.onCursor(this.cursorSeconds)],
        setSelect: [(chart) => this.#select(chart)],
      },
    }
  }

  #drawOver(chart: uPlot): void {
    const { plot, place, sayMark } = this.#options
    const paint = this.#options.paint()
    if (plot.kind === 'rows') drawRows(chart, this.data, plot, paint)
    else drawTicks(chart, this.data, paint)
    if (this.#moments === undefined) return
    if (plot.kind === 'rows') drawLosses(chart, plot, this.#moments, paint)
    drawMarks(chart, this.#moments, paint, place === 'first' ? sayMark : undefined)
  }

  #select(chart: uPlot): void {
    const { left, width } = chart.select
    if (width < LEAST_DRAG_PIXELS) return
    const span = { fromSeconds: chart.posToVal(left, 'x'), toSeconds: chart.posToVal(left + width, 'x') }
    chart.setSelect({ left: 0, top: 0, width: 0, height: 0 }, false)
    this.#options.onSelect(span)
  }

  #click({ offsetX, offsetY }: MouseEvent): void {
    const { over } = this.#chart
    this.#options.onClick(this.#chart.posToVal(offsetX, 'x'), offsetY / over.clientHeight)
  }

  #reset(): null {
    this.#options.onReset()
    return null
  }
}

/** The plots share where the pointer is; what is pressed in one of them is meant once. */
function isPointing(type: string): boolean {
  return type === 'mousemove' || type === 'mouseleave'
}

function rowScale({ rows }: RowsPlot): uPlot.Scale {
  return { auto: false, range: [0, rows.length] }
}

function line({ label, colour, look }: Figure, paint: () => Paint): uPlot.Series {
  const isStepped = look === 'step' || look === 'dashed-step'
  return {
    label,
    stroke: () => paint().colours[colour],
    width: 2,
    points: { show: false },
    ...(look === 'dashed' || look === 'dashed-step'
      ? { dash: [6, 4] }
      : look === 'dotted'
        ? { dash: [1, 4], cap: 'round' }
        : {}),
    ...(look === 'tick' ? { paths: () => null } : {}),
    ...(isStepped && uPlot.paths.stepped !== undefined ? { paths: uPlot.paths.stepped({ align: 1 }) } : {}),
  }
}

/** Where a figure is not nothing, a stroke at the foot of the plot. */
function drawTicks(chart: uPlot, data: PlotData, { colours }: Paint): void {
  const { ctx, bbox } = chart
  const height = TICK_PIXELS * devicePixelRatio
  for (const [index, { look, colour }] of data.figures.entries()) {
    if (look !== 'tick') continue
    ctx.fillStyle = colours[colour]
    for (const [place, value] of data.columns[index]!.entries()) {
      const left = Math.round(chart.valToPos(data.startsSeconds[place]!, 'x', true))
      if (value === null || value <= 0 || left < bbox.left) continue
      ctx.fillRect(left, bbox.top + bbox.height - height, 2 * devicePixelRatio, height)
    }
  }
}

/** The next round number whose half is round too: the scale is steady while values move. */
function topOf(most: number | null, leastTop: number): number {
  const wanted = Math.max(most ?? 0, leastTop)
  const power = 10 ** Math.floor(Math.log10(wanted))
  return power * (ROUND_TOPS.find((top) => top * power >= wanted) ?? 10)
}
