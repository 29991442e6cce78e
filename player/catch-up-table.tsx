import type { CatchUp } from '../stream/catch-up.ts'
import { formatCount } from './format.ts'
import { latencyWords } from './latency-words.ts'
import type { LiveLatencies } from './live-latencies.ts'
import { sideWords } from './words.ts'

const SHOWN = 8 // of each side, the newest
const { catchUpTable: words } = latencyWords

const showMs = (ms: number): string => formatCount(Math.round(ms))

function CatchUpRow({ side, catchUp }: { side: 'hls' | 'udp'; catchUp: CatchUp }) {
  const { stalledMs, latencyBeforeMs, highestLatencyMs, backAfterMs, by } = catchUp
  return (
    <tr>
      <th scope="row">
        <i class={`mark ${side}`} aria-hidden="true" />
        {sideWords[side]}
      </th>
      <td>{showMs(stalledMs)}</td>
      <td>{showMs(latencyBeforeMs)}</td>
      <td>{showMs(highestLatencyMs)}</td>
      <td>{backAfterMs === undefined ? words.notYet : showMs(backAfterMs)}</td>
      <td>{by === undefined ? '–' : words.by[by]}</td>
    </tr>
  )
}

/** Of a channel: each time for which no picture came, and how its side came back to the latency that it had before. */
export function CatchUpTable({ latencies }: { latencies: LiveLatencies }) {
  const rows = (['hls', 'udp'] as const).flatMap((side) =>
    (latencies.sides.value[side]?.catchUps ?? []).slice(-SHOWN).map((catchUp) => ({ side, catchUp })),
  )
  if (rows.length === 0) return <p class="catch-up-none">{words.none}</p>
  return (
    <div class="catch-up">
      <table class="figure-table">
        <caption class="visually-hidden">{words.title}</caption>
        <thead>
          <tr>
            <td />
            {words.columns.map(([label, title]) => (
              <th key={label} scope="col" title={title}>
                {label}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map(({ side, catchUp }) => (
            <CatchUpRow key={`${side} ${catchUp.stalledAtMs}`} {...{ side, catchUp }} />
          ))}
        </tbody>
      </table>
    </div>
  )
}
