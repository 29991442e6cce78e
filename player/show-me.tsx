import { useSignal } from '@preact/signals'
import { useEffect } from 'preact/hooks'
import { Icon } from './icons.tsx'
import type { NetworkLink } from './network-link.ts'
import { ProgressBar } from './progress-bar.tsx'
import { ShowRun } from './show-run.ts'
import { showSteps, type ShowMoment } from './show-me.ts'
import { showWords } from './words.ts'

/** What happens now and what to look at. A reader hears of it when a step begins, not of the progress. */
function Caption({ moment: { step, index, progressRatio } }: { moment: ShowMoment }) {
  const { title, look } = showWords.steps[step.key]
  return (
    <div class="show-caption">
      <div role="status" aria-atomic="true">
        <p class="show-title">
          <span>{showWords.count(index + 1, showSteps.length)}</span> {title}
        </p>
        <p>{look}</p>
      </div>
      <ProgressBar ratio={progressRatio} label={showWords.progress} />
    </div>
  )
}

/** The difference between the transports in 40 seconds, without reading anything before. One button begins and stops it, so
 *  that it keeps the focus. */
export function ShowMe({ link, onBegin }: { link: NetworkLink; onBegin: () => void }) {
  const run = useSignal<ShowRun | undefined>(undefined)
  useEffect(() => () => run.peek()?.stop(), [link])
  const moment = run.value?.moment.value
  const isReady = link.presets.value.length > 0
  const toggle = () => {
    if (moment !== undefined) return run.value?.stop()
    run.value = new ShowRun(link)
    onBegin()
  }
  return (
    <section class={moment === undefined ? 'show-me' : 'show-me running'} aria-label={showWords.begin}>
      <button
        type="button"
        class="button"
        title={moment === undefined ? showWords.beginTitle : showWords.stopTitle}
        disabled={!isReady}
        onClick={toggle}
      >
        <Icon name={moment === undefined ? 'play' : 'stop'} />
        {moment === undefined ? showWords.begin : showWords.stop}
      </button>
      {moment !== undefined && <Caption moment={moment} />}
    </section>
  )
}
