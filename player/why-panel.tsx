import { useEffect, useRef } from 'preact/hooks'
import { DamageView } from './damage-view.tsx'
import { StallView } from './stall-view.tsx'
import { lineOf, type WhyStory } from './why-lines.ts'
import type { WhyStore } from './why-store.ts'
import { whyWords } from './words.ts'

/** "Why does it look like this?": the chosen damage or stall, else the newest, in one line that unfolds. */
export function WhyPanel({ store }: { store: WhyStore }) {
  const story = store.shown.value
  const isUnfolded = store.isUnfolded.value
  const remark = store.remark.value
  const toggle = () => (isUnfolded ? store.fold() : store.unfold())
  const panel = useRef<HTMLElement>(null)
  // What was chosen in the charts is explained below them, perhaps out of sight.
  useEffect(() => {
    if (store.choices.value > 0) panel.current?.scrollIntoView({ block: 'nearest' })
  }, [store.choices.value])
  return (
    <section class="why" aria-labelledby="why-title" ref={panel}>
      <div class="why-head">
        <h2 id="why-title">{whyWords.title}</h2>
        {isUnfolded && story !== store.newest.value && (
          <button type="button" class="button small" onClick={() => store.chooseNewest()}>
            {whyWords.newest}
          </button>
        )}
      </div>
      <p class={remark === undefined ? 'visually-hidden' : 'why-remark'} role="status">
        {remark === undefined ? saidOf(store.chosen.value) : whyWords.remarks[remark]}
      </p>
      {story === undefined ? <Nothing /> : <Story story={story} isOpen={isUnfolded} onToggle={toggle} />}
    </section>
  )
}

/** Heard by who cannot see the line: only what somebody chose. */
function saidOf(story: WhyStory | undefined): string {
  return story === undefined ? '' : lineOf(story).chain.join(', ')
}

function Nothing() {
  return (
    <p class="why-nothing">
      {whyWords.nothing} <span>{whyWords.hint}</span>
    </p>
  )
}

function Story({ story, isOpen, onToggle }: { story: WhyStory; isOpen: boolean; onToggle(): void }) {
  const { when, chain } = lineOf(story)
  return (
    <>
      <button
        type="button"
        class={`why-line ${story.kind}`}
        aria-expanded={isOpen}
        aria-controls="why-story"
        onClick={onToggle}
      >
        <span class="why-when">{when}</span>
        {(isOpen && story.kind === 'stall' ? chain.slice(0, -1) : chain).map((link, index) => (
          <span key={index} class="why-link">
            {link}
          </span>
        ))}
      </button>
      {isOpen && (
        <div id="why-story" class="why-story">
          {story.kind === 'damage' ? (
            <DamageView key={`${story.asked.ptsTicks} ${story.root.ptsTicks}`} story={story} />
          ) : (
            <StallView story={story} />
          )}
        </div>
      )}
    </>
  )
}
