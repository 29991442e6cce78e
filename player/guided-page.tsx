import { useSignal } from '@preact/signals'
import { useEffect, useMemo } from 'preact/hooks'
import { plannedRunCount } from '../simulation/planned-runs.ts'
import { controlledScenario } from '../simulation/scenario-control.ts'
import type { Scenario } from '../simulation/scenario.ts'
import type { GuidedExperiment } from './guided-experiments.ts'
import { guidedList } from './guided-list.ts'
import { TryNext } from './guided-next.tsx'
import { Claims, ResultFigures } from './guided-result.tsx'
import { GuidedRuns, type GuidedResult, type GuidedState } from './guided-runs.ts'
import { SetUp } from './guided-set-up.tsx'
import { exposeGuided } from './guided-snapshot.ts'
import { guidedWords as words } from './guided-words.ts'
import { Icon } from './icons.tsx'
import { MarkedText } from './marked-text.tsx'
import { onLinkClick } from './navigation.ts'
import { shellWords } from './words.ts'

/** One guided experiment: question, explanation, one click, and what came of it. */
export function GuidedPage({ name }: { name: string }) {
  const index = guidedList.findIndex((experiment) => experiment.name === name)
  const experiment = guidedList[index]
  useEffect(() => void (document.title = shellWords.titled(experiment?.page.title ?? words.title)), [name])
  if (experiment === undefined) {
    return (
      <div class="notice" role="alert">
        <p>{words.unknown(name)}</p>
        <p>
          <a href="/lab" onClick={onLinkClick}>
            {words.toList}
          </a>
        </p>
      </div>
    )
  }
  return <Experiment key={name} experiment={experiment} index={index} />
}

function Experiment({ experiment, index }: { experiment: GuidedExperiment; index: number }) {
  const { page, scenario, path } = experiment
  const runs = useMemo(() => new GuidedRuns(), [])
  const without = useSignal<number | undefined>(undefined) // which cause is taken away
  useEffect(() => {
    const hide = exposeGuided(experiment.name, runs)
    return () => {
      hide()
      runs.close()
    }
  }, [runs])
  const tried = scenarioWithout(experiment, without.value)
  const start = (control: number | undefined) => {
    without.value = control
    runs.run(scenarioWithout(experiment, control))
  }
  return (
    <article class="guided">
      <header class="guided-head">
        <p class="guided-place">
          <a href="/lab" onClick={onLinkClick}>
            {words.back}
          </a>
          {' · '}
          {words.place(index, guidedList.length)}
        </p>
        <h1>{page.title}</h1>
        <p class="guided-question">{page.question}</p>
      </header>
      <div class="guided-text">
        <h2>{words.expect}</h2>
        {page.paragraphs.map((paragraph) => (
          <p key={paragraph}>
            <MarkedText text={paragraph} />
          </p>
        ))}
        <SetUp scenario={tried} page={page} />
      </div>
      <div class="guided-trial">
        <Trial experiment={experiment} runs={runs} without={without.value} onStart={start} />
      </div>
      <Figures page={page} runs={runs} />
      <footer class="guided-foot">
        <TryNext page={page} scenario={scenario} path={path} />
        <details class="fold">
          <summary>{words.modelled}</summary>
          <p>{words.modelledNote}</p>
        </details>
        <Neighbours index={index} />
      </footer>
    </article>
  )
}

function scenarioWithout({ page, scenario }: GuidedExperiment, control: number | undefined): Scenario {
  const taken = control === undefined ? undefined : page.without[control]
  return taken === undefined ? scenario : controlledScenario(scenario, taken)
}

function Figures({ page, runs }: { page: GuidedExperiment['page']; runs: GuidedRuns }) {
  const state = runs.state.value
  return state.phase === 'done' ? <ResultFigures page={page} result={state.result} /> : null
}

type TrialProps = {
  readonly experiment: GuidedExperiment
  readonly runs: GuidedRuns
  readonly without: number | undefined
  readonly onStart: (control: number | undefined) => void
}

function Trial({ experiment: { page, scenario }, runs, without, onStart }: TrialProps) {
  const state = runs.state.value
  const result = state.phase === 'done' ? state.result : undefined
  const control = without === undefined ? undefined : page.without[without]
  const verdict = result === undefined ? words.claims : verdictOf(result, control !== undefined)
  return (
    <>
      <div class="guided-run">
        <button type="button" class="button primary large" onClick={() => onStart(undefined)}>
          <Icon name={result === undefined ? 'play' : 'replay'} />
          {result === undefined ? words.run : words.runAgain}
        </button>
        <p>{words.runSize(plannedRunCount(scenario), scenario.seeds.length, scenario.durationSeconds)}</p>
      </div>
      <Progress state={state} />
      <section
        class="guided-outcome"
        aria-labelledby="guided-claims"
        data-phase={state.phase}
        data-verdict={result === undefined ? undefined : isAllKept(result) ? 'kept' : 'broken'}
      >
        {control !== undefined && <p class="guided-control">{words.withoutCause(control.title)}</p>}
        <h2 id="guided-claims">{verdict}</h2>
        <p class="visually-hidden" role="status">
          {result === undefined ? '' : verdict}
        </p>
        <Claims page={page} result={result} />
        {result !== undefined && <Lesson text={control?.says ?? page.lesson} />}
      </section>
      {(result !== undefined || without !== undefined) && (
        <section class="guided-without" aria-labelledby="guided-without">
          <h2 id="guided-without">{words.without}</h2>
          <p>{words.withoutNote}</p>
          <div class="guided-links">
            {page.without.map(({ title }, index) => (
              <button
                key={title}
                type="button"
                class="button"
                aria-pressed={without === index}
                onClick={() => onStart(index)}
              >
                {title}
              </button>
            ))}
          </div>
        </section>
      )}
    </>
  )
}

function Lesson({ text }: { text: string }) {
  return (
    <div class="guided-lesson">
      <p>
        <MarkedText text={text} />
      </p>
    </div>
  )
}

function Progress({ state }: { state: GuidedState }) {
  if (state.phase === 'failed') {
    return (
      <p class="run-note" role="alert">
        {words.failed} {state.message}
      </p>
    )
  }
  if (state.phase !== 'running') return null
  const { doneRuns, allRuns } = state
  return (
    <div class="guided-progress">
      <div
        class="progress"
        role="progressbar"
        aria-label={words.progress}
        aria-valuemin={0}
        aria-valuemax={allRuns}
        aria-valuenow={doneRuns}
      >
        <div style={{ width: `${(100 * doneRuns) / allRuns}%` }} />
      </div>
      <p>{words.running(doneRuns, allRuns)}</p>
    </div>
  )
}

function isAllKept({ judged }: GuidedResult): boolean {
  return judged.every(({ isKept }) => isKept)
}

function verdictOf({ judged }: GuidedResult, isControl: boolean): string {
  const kept = judged.filter(({ isKept }) => isKept).length
  if (kept === judged.length) return words.allHold(kept)
  return isControl ? words.someBreak(judged.length - kept, judged.length) : words.someHold(kept, judged.length)
}

function Neighbours({ index }: { index: number }) {
  const [before, after] = [guidedList[index - 1], guidedList[index + 1]]
  return (
    <nav class="guided-neighbours" aria-label={words.title}>
      {before !== undefined && <Neighbour label={words.previous} experiment={before} />}
      {after !== undefined && <Neighbour label={words.following} experiment={after} />}
    </nav>
  )
}

function Neighbour({ label, experiment: { name, page } }: { label: string; experiment: GuidedExperiment }) {
  return (
    <a href={`/lab/guided/${name}`} onClick={onLinkClick}>
      <small>{label}</small>
      {page.title}
    </a>
  )
}
