import { useSignal, type Signal } from '@preact/signals'
import { useEffect, useMemo, useRef } from 'preact/hooks'
import { RunSeries } from '../stream/run-series.ts'
import type { ChartPicks } from './chart-picks.ts'
import type { ChartStack } from './chart-stack.ts'
import type { Stop } from './chart-stops.ts'
import type { ChartWindow, Following } from './chart-window.ts'
import { RedrawLoop } from './redraw-loop.ts'
import type { RunLog } from './run-log.ts'
import { theme } from './theme.ts'
import { chartWords } from './words.ts'

export type ChartsProps = ChartPicks & {
  readonly log: RunLog
  readonly frameIntervalMs?: number // of the video: it says how long a freeze is
  readonly isUnfolded?: boolean // at first
}

const FRAME_INTERVAL_MS = 1000 / 30
const LAG_MS = 500 // the page tells ten times a second, and the link's events cross a socket

/** What a run does, drawn as it happens. uPlot is loaded when the charts are first unfolded; the run is kept from its
 *  beginning, seen or not. Another run is another component: give it a key. */
export function Charts({ log, frameIntervalMs = FRAME_INTERVAL_MS, isUnfolded = true, ...picks }: ChartsProps) {
  const isOpen = useSignal(isUnfolded)
  const isEmpty = useSignal(true)
  const series = useMemo(() => new RunSeries(frameIntervalMs), [frameIntervalMs])
  const loop = useRef<RedrawLoop | undefined>(undefined)
  useEffect(
    () =>
      log.listen((events) => {
        for (const event of events) series.add(event)
        isEmpty.value = series.bins.newestMs === -Infinity
        loop.current?.touch()
      }),
    [log, series],
  )
  return (
    <details class="fold charts" open={isOpen.value} onToggle={(event) => (isOpen.value = event.currentTarget.open)}>
      <summary>{chartWords.title}</summary>
      {isOpen.value && <Unfolded series={series} picks={picks} loop={loop} isEmpty={isEmpty} />}
    </details>
  )
}

type UnfoldedProps = {
  readonly series: RunSeries
  readonly picks: ChartPicks
  readonly loop: { current: RedrawLoop | undefined }
  readonly isEmpty: Signal<boolean>
}

const following: ChartWindow = { kind: 'following', follows: 'newest' }

function Unfolded({ series, picks, loop, isEmpty }: UnfoldedProps) {
  const host = useRef<HTMLDivElement>(null)
  const stack = useSignal<ChartStack | undefined>(undefined)
  const view = useSignal<ChartWindow>(following)
  const stop = useSignal<Stop | undefined>(undefined)
  const problem = useSignal(false)
  const newestPicks = useRef(picks)
  newestPicks.current = picks
  useEffect(() => {
    let isGone = false
    import('./chart-stack.ts').then(
      ({ ChartStack }) => {
        if (isGone) return
        stack.value = new ChartStack(host.current!, series, {
          follows: 'newest',
          lagMs: LAG_MS,
          onWindow: (window) => (view.value = window),
          onStop: (chosen) => (stop.value = chosen),
          onFrame: (frame) => newestPicks.current.onFrame?.(frame),
          onLossMark: (packet) => newestPicks.current.onLossMark?.(packet),
          onStall: (band) => newestPicks.current.onStall?.(band),
        })
        loop.current = new RedrawLoop(host.current!, (nowMs) => stack.value?.draw(nowMs))
        loop.current.touch()
      },
      () => (problem.value = !isGone),
    )
    return () => {
      isGone = true
      loop.current?.stop()
      loop.current = undefined
      stack.value?.destroy()
    }
  }, [series])
  useEffect(() => stack.value?.repaint(), [theme.value])
  return (
    <div class="charts-body">
      {problem.value && <p role="alert">{chartWords.failed}</p>}
      {isEmpty.value && <p class="charts-note">{chartWords.empty}</p>}
      {stack.value !== undefined && (
        <Toolbar stack={stack.value} view={view.value} canExplain={stop.value !== undefined} />
      )}
      <div class="chart-stack" ref={host} hidden={isEmpty.value} />
    </div>
  )
}

export type ToolbarProps = {
  readonly stack: ChartStack
  readonly view: ChartWindow
  readonly canExplain?: boolean // what was stepped to; absent: nobody explains
}

/** What a mouse does in the plots, for those who have none; the keys are in onChartKeys. */
export function Toolbar({ stack, view, canExplain }: ToolbarProps) {
  const isHeld = view.kind === 'held'
  return (
    <div class="charts-bar" role="group" aria-label={chartWords.title}>
      <Follow label={chartWords.newest} follows="newest" stack={stack} view={view} />
      <Follow label={chartWords.whole} follows="whole" stack={stack} view={view} />
      <button
        type="button"
        class="button"
        title={chartWords.zoomOut}
        aria-label={chartWords.zoomOut}
        onClick={() => stack.zoom(false)}
      >
        −
      </button>
      <button
        type="button"
        class="button"
        title={chartWords.zoomIn}
        aria-label={chartWords.zoomIn}
        onClick={() => stack.zoom(true)}
      >
        +
      </button>
      <button type="button" class="button charts-hold" aria-pressed={isHeld} onClick={() => stack.toggleHold()}>
        {isHeld ? chartWords.goOn : chartWords.pause}
      </button>
      <Step stack={stack} direction={-1} />
      <Step stack={stack} direction={1} />
      {canExplain !== undefined && (
        <button
          type="button"
          class="button"
          title={chartWords.explainTitle}
          disabled={!canExplain}
          onClick={() => stack.explain()}
        >
          {chartWords.explain}
        </button>
      )}
      <span class="charts-hint" title={chartWords.keys}>
        {chartWords.hint}
      </span>
    </div>
  )
}

function Step({ stack, direction }: { stack: ChartStack; direction: 1 | -1 }) {
  const label = direction === 1 ? chartWords.nextFault : chartWords.previousFault
  return (
    <button type="button" class="button" title={label} aria-label={label} onClick={() => stack.step(direction)}>
      {direction === 1 ? '›' : '‹'}
    </button>
  )
}

function Follow({
  label,
  follows,
  stack,
  view,
}: {
  label: string
  follows: Following
  stack: ChartStack
  view: ChartWindow
}) {
  return (
    <button
      type="button"
      class="button"
      aria-pressed={view.kind === 'following' && view.follows === follows}
      onClick={() => stack.follow(follows)}
    >
      {label}
    </button>
  )
}
