import { useSignal } from '@preact/signals'
import { useLayoutEffect, useRef } from 'preact/hooks'
import type { DamageStory, FrameFate } from '../stream/why-damage.ts'
import { formatBytes, formatCount } from './format.ts'
import { placeOfFrame } from './why-lines.ts'
import { whyWords } from './words.ts'

const steps: Readonly<Record<string, number>> = { ArrowLeft: -1, ArrowUp: -1, ArrowRight: 1, ArrowDown: 1 }

/** The group of pictures as a row of cells, one a frame: arrow keys walk over it, and the chosen one is told below. */
export function FrameStrip({ story }: { story: DamageStory }) {
  const { frames, root, end } = story
  const list = useRef<HTMLDivElement>(null)
  const chosen = useSignal(Math.max(0, frames.indexOf(story.asked)))
  const frame = frames[chosen.value] ?? root
  const onKey = (event: KeyboardEvent) => {
    const next = nextPlace(event.key, chosen.value, frames.length)
    if (next === undefined) return
    event.preventDefault()
    chosen.value = next
  }
  useLayoutEffect(() => bringIntoView(list.current, chosen.value), [chosen.value])
  return (
    <>
      <div
        class="strip"
        role="listbox"
        tabIndex={0}
        ref={list}
        aria-label={whyWords.stripHelp}
        aria-activedescendant={cellId(frame)}
        onKeyDown={onKey}
      >
        {frames.map((cell, index) => (
          <span
            key={cell.ptsTicks}
            id={cellId(cell)}
            role="option"
            aria-selected={index === chosen.value}
            aria-label={wordsOf(cell)}
            class={`cell ${cell.state} ${cell.letter} ${cell.lostPackets > 0 ? 'hit' : ''}`}
            title={wordsOf(cell)}
            onClick={() => (chosen.value = index)}
          >
            {cell.letter === 'I' || cell === root ? cell.letter : ''}
          </span>
        ))}
        {end.by === 'idr' && (
          <span class="cell next I" title={whyWords.cell.nextKeyframe(formatCount(end.frameNumber))} aria-hidden="true">
            {whyWords.cell.keyframe}
          </span>
        )}
      </div>
      <p class="strip-told" aria-live="polite">
        {wordsOf(frame)}
      </p>
      <p class="strip-key" aria-hidden="true">
        {(['intact', 'damaged', 'frozen'] as const).map((state) => (
          <span key={state}>
            <i class={`cell ${state} P`} /> {whyWords.states[state]}
          </span>
        ))}
        <span>
          <i class="cell damaged P hit" /> {whyWords.ownLoss}
        </span>
      </p>
    </>
  )
}

/** Sideways only: the page stays where it is. */
function bringIntoView(list: HTMLElement | null, place: number): void {
  const cell = list?.children[place]
  if (list === null || !(cell instanceof HTMLElement)) return
  const middle = cell.offsetLeft - list.offsetLeft + cell.offsetWidth / 2
  const isSeen =
    middle > list.scrollLeft + cell.offsetWidth && middle < list.scrollLeft + list.clientWidth - cell.offsetWidth
  if (!isSeen) list.scrollLeft = middle - list.clientWidth / 2
}

function nextPlace(key: string, place: number, count: number): number | undefined {
  if (key === 'Home') return 0
  if (key === 'End') return count - 1
  const step = steps[key]
  return step === undefined ? undefined : Math.min(count - 1, Math.max(0, place + step))
}

function wordsOf({ frameNumber, letter, state, lostPackets, sizeBytes, isReference, ...frame }: FrameFate): string {
  const { cell, states } = whyWords
  const kind = isReference ? letter : cell.disposable(letter)
  const lost = lostPackets === 0 ? [] : [cell.lost(lostPackets)]
  const told = [kind, formatBytes(sizeBytes), states[state], ...lost].join(', ')
  return cell.frame(formatCount(frameNumber), placeOfFrame(frame), told)
}

function cellId({ ptsTicks }: FrameFate): string {
  return `why-frame-${ptsTicks}`
}
