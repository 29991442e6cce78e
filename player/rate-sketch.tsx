import { rateFacts } from '../link/rate-facts.ts'
import type { RateStep } from '../link/stepped-rate.ts'
import { formatMegabits, formatTime } from './format.ts'
import { rateWords } from './words.ts'

const WIDTH = 320
const HEIGHT = 48
const SKETCHED_SECONDS = 120
const MOST_STEPS = 2000

/** How a rate goes over its period, at most two minutes of it, and its facts. */
export function RateSketch({ steps }: { steps: readonly RateStep[] }) {
  const { durationSeconds, meanBitsPerSecond, lowestBitsPerSecond, highestBitsPerSecond } = rateFacts(steps)
  const shownSeconds = Math.min(durationSeconds, SKETCHED_SECONDS)
  const facts = [
    { label: rateWords.period, value: formatTime(durationSeconds) },
    { label: rateWords.mean, value: formatMegabits(meanBitsPerSecond) },
    { label: rateWords.lowest, value: formatMegabits(lowestBitsPerSecond) },
    { label: rateWords.highest, value: formatMegabits(highestBitsPerSecond) },
  ]
  return (
    <figure class="rate-sketch">
      <svg viewBox={`0 0 ${WIDTH} ${HEIGHT}`} preserveAspectRatio="none" role="img" aria-label={rateWords.sketch}>
        <path d={outline(steps, shownSeconds * 1000, highestBitsPerSecond)} />
      </svg>
      <dl>
        {facts.map(({ label, value }) => (
          <div key={label}>
            <dt>{label}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
    </figure>
  )
}

/** The area below the steps, from the left until the time is full. */
function outline(steps: readonly RateStep[], shownMs: number, highest: number): string {
  const x = (ms: number) => ((Math.min(ms, shownMs) / shownMs) * WIDTH).toFixed(1)
  const y = (rate: number) => (HEIGHT - (rate / highest) * (HEIGHT - 2)).toFixed(1)
  let path = `M0 ${HEIGHT}`
  let atMs = 0
  for (const { rateBitsPerSecond, durationMs } of steps.slice(0, MOST_STEPS)) {
    path += `V${y(rateBitsPerSecond)}H${x(atMs + durationMs)}`
    atMs += durationMs
    if (atMs >= shownMs) break
  }
  return `${path}V${HEIGHT}Z`
}
