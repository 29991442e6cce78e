import type { CatchUp } from '../stream/catch-up.ts'
import { LATENCY_STRETCHES, type LatencySplit, type Spread } from '../stream/latency-split.ts'
import { formatCount } from './format.ts'
import { latencyWords } from './latency-words.ts'
import type { SideLatency } from './live-latencies.ts'
import type { SideName } from './settings.ts'
import type { Viewing } from './viewing.ts'
import { sideWords } from './words.ts'

const showMs = (ms: number): string => formatCount(Math.round(ms))
const showSeconds = (ms: number): string => (ms / 1000).toFixed(1) // ms to s

/** A side's mean stretches, one after the other; `fullMs` is as wide as there is room. */
function LatencyBar({ side, split, fullMs }: { side: SideName; split: LatencySplit; fullMs: number }) {
  const means = LATENCY_STRETCHES.map((stretch) => split[stretch].meanMs)
  const [toPublish = '', toReceive = '', toShow = ''] = means.map(showMs)
  const label = latencyWords.barOf(sideWords[side], toPublish, toReceive, toShow)
  return (
    <div class="latency-bar" role="img" aria-label={label} title={latencyWords.barTitle}>
      {LATENCY_STRETCHES.map((stretch, index) => (
        <i key={stretch} data-stretch={stretch} style={{ width: `${(100 * (means[index] ?? 0)) / fullMs}%` }} />
      ))}
    </div>
  )
}

function SpreadCell({ spread: { p50Ms, p95Ms } }: { spread: Spread }) {
  return (
    <td>
      {showMs(p50Ms)} <small>{latencyWords.atMost(showMs(p95Ms))}</small>
    </td>
  )
}

function backWords({ backAfterMs, by, highestLatencyMs, latencyBeforeMs }: CatchUp): string {
  const { back, notYet } = latencyWords.catchUp
  if (backAfterMs === undefined || by === undefined) return notYet(showMs(highestLatencyMs - latencyBeforeMs))
  return back[by](showSeconds(backAfterMs))
}

function CatchUpLine({ catchUp }: { catchUp: CatchUp }) {
  const { title, joined, stood } = latencyWords.catchUp
  return (
    <p class="latency-catch-up" title={title}>
      {joined(stood(showSeconds(catchUp.stalledMs)), backWords(catchUp))}
    </p>
  )
}

function SideRows({ side, latency, fullMs }: { side: SideName; latency: SideLatency; fullMs: number }) {
  const { split, catchUps } = latency
  const newest = catchUps.at(-1)
  return (
    <tbody data-side={side}>
      <tr>
        <th scope="row">
          <i class={`mark ${side}`} aria-hidden="true" />
          {sideWords[side]}
        </th>
        <SpreadCell spread={split.captureToShown} />
        {LATENCY_STRETCHES.map((stretch) => (
          <SpreadCell key={stretch} spread={split[stretch]} />
        ))}
      </tr>
      <tr>
        <td colSpan={5} class="latency-below">
          <LatencyBar {...{ side, split, fullMs }} />
          {newest !== undefined && <CatchUpLine catchUp={newest} />}
        </td>
      </tr>
    </tbody>
  )
}

function Heading({ words: [label, title] }: { words: readonly [string, string] }) {
  return (
    <th scope="col" title={title}>
      {label}
    </th>
  )
}

/** Of a channel: how late its pictures are on each side, where that time goes, and how a side came back from a standstill. */
export function LatencyPanel({ viewing }: { viewing: Viewing }) {
  const latencies = viewing.latencies.sides.value
  const sides = (['hls', 'udp'] as const).flatMap((side) => {
    const latency = latencies[side]
    return latency === undefined ? [] : [{ side, latency }]
  })
  if (!viewing.isLive) return null
  const fullMs = Math.max(...sides.map(({ latency }) => latency.split.captureToShown.meanMs), 1)
  return (
    <div class="latency">
      <table>
        <caption class="visually-hidden">{latencyWords.caption}</caption>
        <thead>
          <tr>
            <th scope="col">{latencyWords.title}</th>
            <Heading words={latencyWords.whole} />
            {LATENCY_STRETCHES.map((stretch) => (
              <Heading key={stretch} words={latencyWords.stretches[stretch]} />
            ))}
          </tr>
        </thead>
        {sides.map(({ side, latency }) => (
          <SideRows key={side} {...{ side, latency, fullMs }} />
        ))}
      </table>
    </div>
  )
}
