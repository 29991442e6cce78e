import { useSignal } from '@preact/signals'
import { useEffect } from 'preact/hooks'
import type { RunMeasures } from '../stream/run-measures.ts'
import { summarise } from '../stream/summary.ts'
import type { Video } from '../protocol/weir-api.ts'
import { CompositeScores } from './composite-scores.tsx'
import { DisplayedQuality } from './displayed-quality.tsx'
import { EarlierRuns } from './earlier-runs.tsx'
import { MeasureTable } from './measure-table.tsx'
import { RunFiles } from './run-files.tsx'
import type { RunUploadState } from './run-upload.ts'
import type { Viewing } from './viewing.ts'
import { reportWords } from './words.ts'

const REFRESH_MS = 1000

export type RunReportProps = { readonly viewing: Viewing; readonly video: Video | undefined }

/** The run that this page is in: its measures as it goes, its files, and the runs before it. */
export function RunReport({ viewing, video }: RunReportProps) {
  const isOpen = useSignal(false)
  return (
    <details class="fold more run-report" onToggle={(event) => (isOpen.value = event.currentTarget.open)}>
      <summary>{reportWords.title}</summary>
      {isOpen.value && <Unfolded viewing={viewing} video={video} />}
    </details>
  )
}

function Unfolded({ viewing, video }: RunReportProps) {
  const { run, videoId } = viewing
  const measures = useSignal<RunMeasures | undefined>(run.measures())
  useEffect(() => {
    const timer = setInterval(() => (measures.value = run.measures()), REFRESH_MS)
    return () => clearInterval(timer)
  }, [run])
  const state = run.upload.value?.state.value
  return (
    <>
      {state !== undefined && <Recording state={state} address={run.address.value} />}
      {measures.value === undefined ? (
        <p class="run-note">{reportWords.empty}</p>
      ) : (
        <Measured now={measures.value} variants={video?.variants ?? []} />
      )}
      <EarlierRuns videoId={videoId} currentId={state !== undefined && 'id' in state ? state.id : undefined} />
    </>
  )
}

function Measured({ now, variants }: { now: RunMeasures; variants: Video['variants'] }) {
  return (
    <>
      <ul class="run-summary">
        {summarise(now).map((sentence) => (
          <li key={sentence}>{sentence}</li>
        ))}
      </ul>
      <MeasureTable measures={now} />
      <CompositeScores measures={now} variants={variants} />
    </>
  )
}

/** How the record stands, and what there is of it. */
function Recording({ state, address }: { state: RunUploadState; address: string | undefined }) {
  switch (state.phase) {
    case 'beginning':
      return <p class="run-note">{reportWords.beginning}</p>
    case 'failed':
      return (
        <p class="run-note" role="status">
          {reportWords.notRecorded} {state.message}
        </p>
      )
    case 'recording':
    case 'ended':
      return (
        <>
          <div class="run-record">
            <p class="run-note">{state.phase === 'ended' ? reportWords.recorded : reportWords.recording}</p>
            <RunFiles id={state.id} {...(address === undefined ? {} : { address })} />
          </div>
          {state.phase === 'ended' && <DisplayedQuality key={state.id} id={state.id} />}
        </>
      )
  }
}
