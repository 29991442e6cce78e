import { useSignal } from '@preact/signals'
import { useEffect, useRef } from 'preact/hooks'
import { realtimeWays } from '../protocol/realtime-api.ts'
import { historyMeasures, type HistoryMeasure } from './realtime-history.ts'
import type { RealtimePlot } from './realtime-plot.ts'
import type { RealtimeSession } from './realtime-session.ts'
import { realtimeWords as words, wayWords } from './realtime-words.ts'
import { theme } from './theme.ts'
import { wayLooks } from './way-looks.ts'

/** One measure of all ways over the last minute; uPlot is loaded when it is first shown. */
export function RealtimeChart({ session }: { session: RealtimeSession }) {
  const host = useRef<HTMLDivElement>(null)
  const plot = useSignal<RealtimePlot | undefined>(undefined)
  const measure = useSignal<HistoryMeasure>('bytesPerEvent')
  const hasFailed = useSignal(false)
  useEffect(() => {
    let isGone = false
    import('./realtime-plot.ts').then(
      (loaded) => {
        if (!isGone) plot.value = new loaded.RealtimePlot(host.current!)
      },
      () => (hasFailed.value = true),
    )
    return () => {
      isGone = true
      plot.value?.destroy()
    }
  }, [])
  useEffect(() => plot.value?.repaint(), [theme.value, plot.value])
  useEffect(() => plot.value?.draw(session.history, measure.value), [session.rows.value, measure.value, plot.value])
  return (
    <section class="realtime-part" aria-labelledby="realtime-chart">
      <div class="realtime-head">
        <h2 id="realtime-chart">{words.chart}</h2>
        <label class="menu">
          <span class="visually-hidden">{words.chartMeasure}</span>
          <select
            value={measure.value}
            onChange={(event) => (measure.value = event.currentTarget.value as HistoryMeasure)}
          >
            {historyMeasures.map((each) => (
              <option key={each} value={each}>
                {words.chartOf[each]}
              </option>
            ))}
          </select>
        </label>
      </div>
      {hasFailed.value && <p role="alert">{words.chartFailed}</p>}
      <div class="realtime-plot" ref={host} role="img" aria-label={words.chartOf[measure.value]} />
      <ul class="realtime-legend" aria-label={words.legend}>
        {realtimeWays.map((way) => (
          <li key={way}>
            <svg width="28" height="8" aria-hidden="true">
              <line
                x1="0"
                y1="4"
                x2="28"
                y2="4"
                stroke={`var(--${wayLooks[way].colour})`}
                stroke-width="2"
                stroke-dasharray={wayLooks[way].dash.join(' ')}
              />
            </svg>
            {wayWords[way].name}
          </li>
        ))}
      </ul>
    </section>
  )
}
