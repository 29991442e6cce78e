import { useSignal } from '@preact/signals'
import { useEffect } from 'preact/hooks'
import type { RunSummary } from '../protocol/weir-api.ts'
import { requestJson } from './api.ts'
import { CommandLine } from './command-line.tsx'
import { formatCivilTime } from './format.ts'
import { guidedList } from './guided-list.ts'
import { guidedWords } from './guided-words.ts'
import { labScenarios, type LabScenario } from './lab-scenarios.ts'
import { videos, videosById } from './library-store.ts'
import { onLinkClick } from './navigation.ts'
import { RunFiles } from './run-files.tsx'
import { labWords, shellWords } from './words.ts'

/** The examples, as they were when the page was built. */
const scenarios = labScenarios(
  import.meta.glob<string>('../lab/scenarios/*.yaml', { query: '?raw', import: 'default', eager: true }),
)

const MOST_RUNS = 50

/** What the lab can do: here in the page, by commands, and what has been recorded. */
export function LabPage() {
  useEffect(() => void (document.title = shellWords.titled(shellWords.lab)), [])
  return (
    <div class="lab">
      <h1>{shellWords.lab}</h1>
      <p class="lab-intro">{labWords.intro}</p>
      <section class="lab-part" aria-labelledby="lab-what-if">
        <h2 id="lab-what-if">{labWords.whatIf}</h2>
        <p>{labWords.whatIfNote}</p>
        <VideoChoice />
      </section>
      <section class="lab-part" aria-labelledby="lab-guided">
        <h2 id="lab-guided">{guidedWords.title}</h2>
        <p>{guidedWords.note}</p>
        <ol class="lab-guided">
          {guidedList.map(({ name, page }) => (
            <li key={name}>
              <a href={`/lab/guided/${name}`} onClick={onLinkClick}>
                {page.title}
              </a>
            </li>
          ))}
        </ol>
      </section>
      {scenarios.length > 0 && (
        <section class="lab-part" aria-labelledby="lab-scenarios">
          <h2 id="lab-scenarios">{labWords.scenarios}</h2>
          <p>{labWords.scenariosNote}</p>
          <ul class="lab-scenarios">
            {scenarios.map((scenario) => (
              <Scenario key={scenario.path} scenario={scenario} />
            ))}
          </ul>
        </section>
      )}
      <section class="lab-part" aria-labelledby="lab-commands">
        <h2 id="lab-commands">{labWords.commands}</h2>
        <p>{labWords.commandsNote}</p>
        <ul class="lab-commands">
          {labWords.commandList.map(({ command, does }) => (
            <li key={command}>
              <CommandLine text={command} />
              <p>{does}</p>
            </li>
          ))}
        </ul>
      </section>
      <section class="lab-part" aria-labelledby="lab-runs">
        <h2 id="lab-runs">{labWords.runs}</h2>
        <p>{labWords.runsNote}</p>
        <RecordedRuns />
      </section>
    </div>
  )
}

/** Those of which there are outlines. */
function VideoChoice() {
  if (videosById.value === undefined) return null
  const segmented = videos.value.filter(({ kind, variants }) => kind === 'video' && variants.length > 0)
  if (segmented.length === 0) {
    return (
      <p>
        {labWords.noVideo}{' '}
        <a href="/" onClick={onLinkClick}>
          {labWords.toLibrary}
        </a>
        .
      </p>
    )
  }
  return (
    <ul class="lab-videos">
      {segmented.map(({ id, title, urls }) => (
        <li key={id}>
          <a href={`/what-if/${encodeURIComponent(id)}`} onClick={onLinkClick}>
            {urls.poster !== undefined && <img src={urls.poster} alt="" loading="lazy" />}
            <span>{title}</span>
          </a>
        </li>
      ))}
    </ul>
  )
}

function Scenario({ scenario: { path, name, description, mode } }: { scenario: LabScenario }) {
  return (
    <li>
      <h3>
        {name} <small>{labWords.modes[mode === 'live' ? 'live' : 'virtual']}</small>
      </h3>
      {description !== '' && <p>{description}</p>}
      <CommandLine text={`npm run weir -- lab run ${path}`} />
    </li>
  )
}

function RecordedRuns() {
  const runs = useSignal<readonly RunSummary[] | undefined>(undefined)
  const problem = useSignal<string | undefined>(undefined)
  useEffect(() => {
    requestJson<readonly RunSummary[]>('GET', '/api/runs').then(
      (all) => (runs.value = all.toSorted((a, b) => b.createdUnixMs - a.createdUnixMs)),
      (error: Error) => (problem.value = error.message),
    )
  }, [])
  if (problem.value !== undefined) {
    return (
      <p class="run-note" role="alert">
        {problem.value}
      </p>
    )
  }
  if (runs.value?.length === 0) return <p class="run-note">{labWords.noRuns}</p>
  return (
    <ul class="lab-runs">
      {runs.value?.slice(0, MOST_RUNS).map((run) => (
        <li key={run.id}>
          <span class="run-moment">
            {formatCivilTime(run.createdUnixMs)} <small>{videosById.value?.get(run.video)?.title ?? run.video}</small>
          </span>
          <RunFiles id={run.id} />
        </li>
      ))}
    </ul>
  )
}
