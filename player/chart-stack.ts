import type { DrawnRun } from '../stream/run-series.ts'
import { plots, type Plot } from './chart-figures.ts'
import { onChartKeys } from './chart-keys.ts'
import type { Moments } from './chart-moments.ts'
import { readPaint, type Paint } from './chart-paint.ts'
import { Picker, type ChartPicks } from './chart-picks.ts'
import { ChartPlot } from './chart-plot.ts'
import { ChartReadout, sayMark } from './chart-readout.ts'
import { placeOfNext, sayStop, stopsOf, type Stop } from './chart-stops.ts'
import { hold, letGo, pan, spanOf, zoom, type ChartWindow, type Following, type Span } from './chart-window.ts'
import { chartWords } from './words.ts'

export type ChartStackOptions = ChartPicks & {
  readonly follows: Following
  /** The newest so many milliseconds are not drawn: of them not everybody has told yet. A finished run needs none. */
  readonly lagMs?: number
  readonly isOver?: boolean // nothing comes any more: its newest moment is not now
  readonly onWindow?: (window: ChartWindow) => void
  readonly onStop?: (stop: Stop | undefined) => void // which fault is chosen
}

const ZOOM_STEP = 1.5
const NEAR_PIXELS = 6
const SILENT_MS = 1000

let stacks = 0

/** All plots of a run, one below the other on one axis of time. Draws when it is told to; what it draws comes from a
 *  DrawnRun, live or of a finished run alike. */
export class ChartStack {
  readonly #host: HTMLElement
  readonly #series: DrawnRun
  readonly #options: ChartStackOptions
  readonly #readout: ChartReadout
  readonly #plots: readonly ChartPlot[]
  readonly #picker: Picker
  readonly #resizes: ResizeObserver
  readonly #stopKeys: () => void
  #paint: Paint
  #window: ChartWindow
  #cursorSeconds: number | undefined
  #stop: Stop | undefined // that the keys have come to
  #newest = { ms: -Infinity, sinceMs: 0 }
  #nowMs = 0
  #isPressed = false // somebody drags: the plots stand still below the pointer

  constructor(host: HTMLElement, series: DrawnRun, options: ChartStackOptions) {
    this.#host = host
    this.#series = series
    this.#options = options
    this.#paint = readPaint(host)
    this.#window = { kind: 'following', follows: options.follows }
    this.#picker = new Picker(series, options)
    this.#readout = new ChartReadout(series)
    stacks += 1
    this.#plots = plots.map((plot, index) => this.#newPlot(plot, index, `weir-charts-${stacks}`))
    host.append(this.#readout.root, ...this.#plots.map(({ root }) => root))
    this.#resizes = new ResizeObserver(() => this.#fit())
    this.#resizes.observe(host)
    host.addEventListener('pointerdown', this.#press)
    addEventListener('pointerup', this.#release) // wherever that is
    addEventListener('pointercancel', this.#release)
    this.#stopKeys = onChartKeys(host, {
      zoom: (isCloser, atSeconds) => this.zoom(isCloser, atSeconds ?? this.#cursorSeconds),
      pan: (share) => this.#show(pan(this.#window, this.#run(), share)),
      toggleHold: () => this.toggleHold(),
      letGo: () => this.#show(letGo(this.#window)),
      step: (direction) => this.step(direction),
      explain: () => this.explain(),
    })
  }

  /** Draws what is known at `nowMs`, a clock of the caller's. */
  draw(nowMs: number): void {
    const { newestMs } = this.#series.bins
    if (newestMs === -Infinity) return
    if (newestMs !== this.#newest.ms) this.#newest = { ms: newestMs, sinceMs: nowMs }
    this.#nowMs = nowMs
    if (!this.#isPressed) this.#drawNow()
  }

  follow(follows: Following): void {
    this.#show({ kind: 'following', follows })
  }

  /** Holds what is seen, or follows the run again. */
  toggleHold(): void {
    const seen = spanOf(this.#window, this.#run())
    this.#show(this.#window.kind === 'held' ? letGo(this.#window) : hold(this.#window, seen))
  }

  zoom(isCloser: boolean, atSeconds?: number): void {
    this.#show(zoom(this.#window, this.#run(), isCloser ? 1 / ZOOM_STEP : ZOOM_STEP, atSeconds))
  }

  /** To the next fault or the one before, which stays in view; the first step goes to the newest, or the oldest in view. */
  step(direction: 1 | -1): void {
    const stops = stopsOf(this.#series)
    const { originMs } = this.#series
    const seen = spanOf(this.#window, this.#run())
    const edgeSeconds = direction === 1 ? seen.fromSeconds : seen.toSeconds
    const place = placeOfNext(stops, this.#stop ?? originMs + edgeSeconds * 1000, direction) // s to ms
    const stop = stops[place]
    if (stop === undefined) return this.#readout.sayStop(chartWords.stops.none)
    const atSeconds = (stop.atMs - originMs) / 1000 // ms to s
    this.#show(hold(this.#window, spanWith(seen, atSeconds)))
    this.#stop = stop
    this.#options.onStop?.(stop)
    for (const plot of this.#plots) plot.pointAt(atSeconds)
    this.#readout.sayStop(chartWords.stops.place(sayStop(stop), place + 1, stops.length))
  }

  /** The fault that was stepped to, as a click at it does. */
  explain(): void {
    if (this.#stop !== undefined) this.#picker.pickStop(this.#stop)
  }

  /** After a change of the theme. */
  repaint(): void {
    this.#paint = readPaint(this.#host)
    this.#drawNow()
  }

  destroy(): void {
    this.#stopKeys()
    this.#host.removeEventListener('pointerdown', this.#press)
    removeEventListener('pointerup', this.#release)
    removeEventListener('pointercancel', this.#release)
    this.#resizes.disconnect()
    for (const plot of this.#plots) plot.destroy()
    this.#readout.root.remove()
  }

  #newPlot(plot: Plot, index: number, sync: string): ChartPlot {
    const made: ChartPlot = new ChartPlot({
      plot,
      series: this.#series,
      sync,
      place: index === 0 ? 'first' : index === plots.length - 1 ? 'last' : 'middle',
      sayMark,
      paint: () => this.#paint,
      onCursor: (atSeconds) => this.#moveCursor(atSeconds),
      onSelect: (span) => this.#show(hold(this.#window, span)),
      onReset: () => this.#show(letGo(this.#window)),
      onClick: (atSeconds, heightRatio) =>
        this.#picker.pick(plot, { atSeconds, heightRatio, nearSeconds: this.#nearSeconds(made.widthPixels) }),
    })
    return made
  }

  /** From the run's first moment to the newest one of which everybody has told. */
  #run(): Span {
    const { bins, originMs } = this.#series
    const isSilent = this.#nowMs - this.#newest.sinceMs > SILENT_MS
    const lagMs = isSilent ? 0 : (this.#options.lagMs ?? 0)
    const fromSeconds = Math.max(bins.firstMs - originMs, 0) / 1000 // ms to s
    return { fromSeconds, toSeconds: Math.max(fromSeconds, (bins.newestMs - lagMs - originMs) / 1000) } // ms to s
  }

  #show(window: ChartWindow): void {
    this.#window = window
    this.#leaveStop()
    this.#options.onWindow?.(window)
    this.#drawNow()
  }

  #leaveStop(): void {
    if (this.#stop === undefined) return
    this.#stop = undefined
    this.#options.onStop?.(undefined)
    this.#readout.sayStop('')
    for (const plot of this.#plots) plot.pointAt(undefined)
  }

  #drawNow(): void {
    if (this.#series.bins.newestMs === -Infinity) return
    const run = this.#run()
    const seen = spanOf(this.#window, run)
    const { originMs, bands, moments } = this.#series
    const drawn: Moments = {
      bands,
      marks: moments.marks,
      lostPackets: moments.lostPackets,
      secondsAt: (atMs) => (atMs - originMs) / 1000, // ms to s
    }
    for (const plot of this.#plots) plot.draw(seen, run.toSeconds, drawn)
    this.#cursorSeconds = this.#plots[0]?.cursorSeconds
    this.#say(run, seen)
  }

  #moveCursor(atSeconds: number | undefined): void {
    if (atSeconds === this.#cursorSeconds) return // the other plots of the same move
    this.#cursorSeconds = atSeconds
    const run = this.#run()
    this.#say(run, spanOf(this.#window, run))
  }

  /** Every figure at the moment under the pointer, else at the newest one in view. */
  #say(run: Span, seen: Span): void {
    const newestSeconds = Math.min(run.toSeconds, seen.toSeconds)
    const pointedSeconds = this.#cursorSeconds === undefined ? undefined : Math.min(this.#cursorSeconds, newestSeconds)
    for (const plot of this.#plots) plot.say(pointedSeconds ?? newestSeconds)
    this.#readout.say({
      atSeconds: pointedSeconds ?? newestSeconds,
      isNow: pointedSeconds === undefined && this.#window.kind === 'following' && !this.#options.isOver,
      ...(pointedSeconds === undefined ? {} : { nearSeconds: this.#nearSeconds(this.#plots[0]?.widthPixels ?? 1) }),
    })
  }

  #nearSeconds(widthPixels: number): number {
    const { fromSeconds, toSeconds } = spanOf(this.#window, this.#run())
    return ((toSeconds - fromSeconds) * NEAR_PIXELS) / widthPixels
  }

  readonly #press = () => void (this.#isPressed = true)
  readonly #release = () => void (this.#isPressed = false)

  #fit(): void {
    for (const plot of this.#plots) plot.resize(this.#host.clientWidth)
    this.#drawNow()
  }
}

/** The span that was seen, moved where a moment lies outside of it or at its edge. */
function spanWith({ fromSeconds, toSeconds }: Span, atSeconds: number): Span {
  const lengthSeconds = toSeconds - fromSeconds
  const roomSeconds = lengthSeconds / 20
  if (fromSeconds + roomSeconds <= atSeconds && atSeconds <= toSeconds - roomSeconds) return { fromSeconds, toSeconds }
  const from = Math.max(0, atSeconds - lengthSeconds / 2)
  return { fromSeconds: from, toSeconds: from + lengthSeconds }
}
