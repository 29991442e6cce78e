import { DamageView } from './damage-view.tsx'
import { StallView } from './stall-view.tsx'
import { lineOf, type WhyStory } from './why-lines.ts'
import type { WhyStore } from './why-store.ts'
import { whyWords } from './words.ts'

/** "Why does it look like this?": the chosen damage or stall, else the newest, in one line that unfolds. */
export function WhyPanel({ store }: { store: WhyStore }) {
  const story = store.shown.value
  const isUnfolded = store.isUnfolded.value
  const toggle = () => (isUnfolded ? store.fold() : store.unfold())
  return (
    <section class="why" aria-labelledby="why-title">
      <div class="why-head">
        <h2 id="why-title">{whyWords.title}</h2>
        {isUnfolded && story !== store.newest.value && (
          <button type="button" class="button small" onClick={() => store.chooseNewest()}>
            {whyWords.newest}
          </button>
        )}
      </div>
      {story === undefined ? <Nothing /> : <Story story={story} isOpen={isUnfolded} onToggle={toggle} />}
    </section>
  )
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
