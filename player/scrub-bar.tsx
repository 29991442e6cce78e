import { useSignal } from '@preact/signals'
import { useEffect, useMemo } from 'preact/hooks'
import { formatTime } from './format.ts'
import type { PlayerStatus } from './player-status.ts'
import { ThumbnailShelf } from './thumbnail-shelf.ts'
import { playWords } from './words.ts'

const HANDLE_PIXELS = 16 // its middle stands at the value

type ScrubBarProps = { packageFolder: () => string; status: PlayerStatus; onSeek: (seconds: number) => void }

function useShelf(packageFolder: () => string): ThumbnailShelf {
  const shelf = useMemo(() => new ThumbnailShelf(packageFolder), [packageFolder])
  useEffect(() => () => shelf.close(), [shelf])
  return shelf
}

/** The moment under a pointer. */
function secondsUnder({ clientX, currentTarget }: PointerEvent & { currentTarget: Element }, durationSeconds: number) {
  const { left, width } = currentTarget.getBoundingClientRect()
  const ratio = (clientX - left - HANDLE_PIXELS / 2) / (width - HANDLE_PIXELS)
  return Math.min(1, Math.max(0, ratio)) * durationSeconds
}

/** A small picture of the moment, over its place of the bar. The slider itself tells the time to who does not see it. */
function Preview({ shelf, seconds, ratio }: { shelf: ThumbnailShelf; seconds: number; ratio: number }) {
  const style = shelf.styleAt(seconds)
  return (
    <div class="scrub-preview" aria-hidden="true" style={{ '--at': ratio }}>
      {style && <div class="thumbnail" style={style} />}
      <span class="clock">{formatTime(seconds)}</span>
    </div>
  )
}

/** While it is dragged the bar follows the hand; the seek happens when it is let go. A preview shows the place under the
 *  pointer, or where the keys have led. */
export function ScrubBar({ packageFolder, status: { positionSeconds, durationSeconds }, onSeek }: ScrubBarProps) {
  const dragged = useSignal<number | undefined>(undefined)
  const pointed = useSignal<number | undefined>(undefined)
  const hasKeys = useSignal(false)
  const shelf = useShelf(packageFolder)
  const shown = Math.min(dragged.value ?? positionSeconds, durationSeconds)
  const ratioOf = (seconds: number): number => (durationSeconds > 0 ? seconds / durationSeconds : 0)
  const previewed = dragged.value ?? pointed.value ?? (hasKeys.value ? shown : undefined)
  return (
    <>
      <span class="clock">{formatTime(shown)}</span>
      <div class="scrub-room">
        <input
          class="scrub"
          type="range"
          min={0}
          max={durationSeconds}
          step="any"
          value={shown}
          style={{ '--filled': `${ratioOf(shown) * 100}%` }}
          aria-label={playWords.position}
          aria-valuetext={playWords.positionOf(formatTime(shown), formatTime(durationSeconds))}
          onInput={(event) => (dragged.value = event.currentTarget.valueAsNumber)}
          onChange={(event) => {
            dragged.value = undefined
            onSeek(event.currentTarget.valueAsNumber)
          }}
          onPointerMove={(event) => {
            shelf.ask()
            pointed.value = secondsUnder(event, durationSeconds)
          }}
          onPointerLeave={() => (pointed.value = undefined)}
          onFocus={(event) => {
            shelf.ask()
            hasKeys.value = event.currentTarget.matches(':focus-visible')
          }}
          onKeyDown={({ key }) => {
            hasKeys.value = key !== 'Escape'
            if (!hasKeys.value) pointed.value = undefined
          }}
          onBlur={() => (hasKeys.value = false)}
        />
        {previewed !== undefined && durationSeconds > 0 && (
          <Preview shelf={shelf} seconds={previewed} ratio={ratioOf(previewed)} />
        )}
      </div>
      <span class="clock">{formatTime(durationSeconds)}</span>
    </>
  )
}
