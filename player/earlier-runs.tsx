import { useSignal } from '@preact/signals'
import { useEffect } from 'preact/hooks'
import type { RunSummary } from '../protocol/weir-api.ts'
import { requestJsonApart } from './api.ts'
import { formatCivilTime, formatTime } from './format.ts'
import { RunFiles } from './run-files.tsx'
import { reportWords } from './words.ts'

/** The runs of this video that the server keeps, but for `currentId`; asked for when they unfold. */
export function EarlierRuns({ videoId, currentId }: { videoId: string; currentId: string | undefined }) {
  const isOpen = useSignal(false)
  return (
    <details class="fold earlier-runs" onToggle={(event) => (isOpen.value = event.currentTarget.open)}>
      <summary>{reportWords.earlier}</summary>
      {isOpen.value && <RunList key={currentId} videoId={videoId} currentId={currentId} />}
    </details>
  )
}

function RunList({ videoId, currentId }: { videoId: string; currentId: string | undefined }) {
  const runs = useSignal<readonly RunSummary[] | undefined>(undefined)
  const problem = useSignal<string | undefined>(undefined)
  useEffect(() => {
    requestJsonApart<readonly RunSummary[]>('GET', '/api/runs').then(
      (all) => (runs.value = all.filter(({ id, video }) => video === videoId && id !== currentId)),
      (error: Error) => (problem.value = error.message),
    )
  }, [videoId])
  if (problem.value !== undefined) {
    return (
      <p class="run-note" role="alert">
        {reportWords.earlierProblem} {problem.value}
      </p>
    )
  }
  if (runs.value?.length === 0) return <p class="run-note">{reportWords.noEarlier}</p>
  return (
    <ul>
      {runs.value?.map((run) => (
        <li key={run.id}>
          <span class="run-moment">
            {formatCivilTime(run.createdUnixMs)} <small>{lengthOf(run)}</small>
          </span>
          <RunFiles id={run.id} />
        </li>
      ))}
    </ul>
  )
}

function lengthOf({ createdUnixMs, endedUnixMs }: RunSummary): string {
  return endedUnixMs === undefined ? '' : formatTime((endedUnixMs - createdUnixMs) / 1000) // ms to s
}
