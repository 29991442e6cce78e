import { formatPercent } from './format.ts'

/** A true progress: `ratio` from 0 to 1 of the work done. */
export function ProgressBar({ ratio, label }: { ratio: number; label: string }) {
  const percent = Math.min(100, Math.max(0, ratio * 100))
  return (
    <div
      class="progress"
      role="progressbar"
      aria-label={label}
      aria-valuemin={0}
      aria-valuemax={100}
      aria-valuenow={Math.floor(percent)}
      aria-valuetext={formatPercent(ratio)}
    >
      <div style={{ width: `${percent}%` }} />
    </div>
  )
}
