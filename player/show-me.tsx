import { useSignal } from '@preact/signals'
import { useEffect } from 'preact/hooks'
import { Icon } from './icons.tsx'
import type { NetworkLink } from './network-link.ts'
import type { SidePhase } from './side.ts'
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
 *  that it keeps the focus. A video that rests when the show begins is played, one that ends meanwhile begins again. */
export function ShowMe({ link, phase, play }: { link: NetworkLink; phase: SidePhase; play: () => void }) {
  const run = useSignal<ShowRun | undefined>(undefined)
  const moment = run.value?.moment.value
  const isRunning = moment !== undefined
  useEffect(() => () => run.peek()?.stop(), [link])
  useEffect(() => {
    if (isRunning && phase === 'ended') play()
  }, [isRunning, phase])
  const begin = () => {
    run.value = new ShowRun(link)
    if (phase === 'paused') play()
  }
  return (
    <section class="show-me" aria-label={showWords.begin}>
      <button
        type="button"
        class="button"
        title={isRunning ? showWords.stopTitle : showWords.beginTitle}
        disabled={link.presets.value.length === 0}
        onClick={() => (isRunning ? run.value?.stop() : begin())}
      >
        <Icon name={isRunning ? 'stop' : 'play'} />
        {isRunning ? showWords.stop : showWords.begin}
      </button>
      {isRunning && <Caption moment={moment} />}
    </section>
  )
}
