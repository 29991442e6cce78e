import type { FallbackTry } from '../stream/fallback.ts'
import { fallbackWords } from './words.ts'

/** What became of each way, one line a way, on a common axis of time since play was asked. */
export function FallbackTimeline({ tries, onAgain }: { tries: readonly FallbackTry[]; onAgain: () => void }) {
  const endMs = Math.max(
    ...tries.flatMap(({ startMs, leftMs, pictureMs }) => [startMs, leftMs ?? 0, pictureMs ?? 0]),
    1,
  )
  return (
    <div class="fallback">
      <ol aria-label={fallbackWords.title}>
        {tries.map((one) => (
          <FallbackRow key={one.way} one={one} endMs={endMs} />
        ))}
      </ol>
      {tries.length > 1 && (
        <button type="button" class="button small" onClick={onAgain}>
          {fallbackWords.again}
        </button>
      )}
    </div>
  )
}

function FallbackRow({ one, endMs }: { one: FallbackTry; endMs: number }) {
  const { way, startMs, leftMs, pictureMs } = one
  const untilMs = leftMs ?? pictureMs ?? endMs
  const percent = (ms: number) => `${(100 * ms) / endMs}%`
  return (
    <li>
      <span class="fallback-way">{fallbackWords.ways[way]}</span>
      <span class="fallback-track" aria-hidden="true">
        <i
          class={leftMs === undefined ? 'fallback-bar' : 'fallback-bar left'}
          style={{ left: percent(startMs), width: percent(untilMs - startMs) }}
        />
      </span>
      <span class="fallback-told">{toldOf(one)}</span>
    </li>
  )
}

function toldOf({ leftMs, leftBecause, pictureMs }: FallbackTry): string {
  if (leftMs !== undefined && leftBecause !== undefined)
    return fallbackWords.leftAt(seconds(leftMs), fallbackWords.because[leftBecause])
  return pictureMs === undefined ? fallbackWords.tried : fallbackWords.picture(seconds(pictureMs))
}

const seconds = (ms: number): string => (ms / 1000).toFixed(2)
