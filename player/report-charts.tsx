import { useSignal } from '@preact/signals'
import { useEffect, useRef } from 'preact/hooks'
import { readSeries, type SeriesSnapshot } from '../stream/series-snapshot.ts'
import { ChartStack } from './chart-stack.ts'
import type { ChartWindow } from './chart-window.ts'
import { Toolbar } from './charts.tsx'
import { theme } from './theme.ts'

const whole: ChartWindow = { kind: 'following', follows: 'whole' }

/** The charts of a run that has ended, all of it in view at first. */
export function ReportCharts({ series }: { series: SeriesSnapshot }) {
  const host = useRef<HTMLDivElement>(null)
  const stack = useSignal<ChartStack | undefined>(undefined)
  const view = useSignal<ChartWindow>(whole)
  useEffect(() => {
    const made = new ChartStack(host.current!, readSeries(series), {
      follows: 'whole',
      isOver: true,
      onWindow: (window) => (view.value = window),
    })
    made.draw(performance.now())
    stack.value = made
    return () => made.destroy()
  }, [series])
  useEffect(() => stack.value?.repaint(), [theme.value])
  return (
    <div class="charts-body">
      {stack.value !== undefined && <Toolbar stack={stack.value} view={view.value} />}
      <div class="chart-stack" ref={host} />
    </div>
  )
}
