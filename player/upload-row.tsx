import { useRef } from 'preact/hooks'
import { formatBytes, formatPercent, formatTimeLeft } from './format.ts'
import { ProgressBar } from './progress-bar.tsx'
import { addUpload, discardUpload, pauseUpload, resumeUpload, type UploadEntry } from './uploads.ts'

function stateText(entry: UploadEntry): string {
  const share = `${formatBytes(entry.sentBytes)} of ${formatBytes(entry.sizeBytes)}`
  switch (entry.state) {
    case 'sending':
      return entry.secondsLeft === undefined ? share : `${share} · ${formatTimeLeft(entry.secondsLeft)} left`
    case 'paused':
      return `Paused at ${share}`
    case 'left-unfinished':
      return `Stopped at ${share}. Choose the same file to go on from there.`
    case 'failed':
    case 'refused':
      return entry.problem ?? 'The upload failed.'
  }
}

/** The browser keeps the upload's address over a reload, but not the file: it must be chosen again. */
function ChooseAgain({ name }: { name: string }) {
  const input = useRef<HTMLInputElement>(null)
  return (
    <>
      <input
        ref={input}
        class="visually-hidden"
        type="file"
        aria-label={`Choose ${name} again`}
        tabIndex={-1}
        onChange={(event) => {
          const file = event.currentTarget.files?.[0]
          if (file !== undefined) void addUpload(file)
        }}
      />
      <button type="button" class="button small" onClick={() => input.current?.click()}>
        Choose the file
      </button>
    </>
  )
}

function MainAction({ entry }: { entry: UploadEntry }) {
  switch (entry.state) {
    case 'sending':
      return (
        <button type="button" class="button small" onClick={() => void pauseUpload(entry.key)}>
          Pause
        </button>
      )
    case 'paused':
    case 'failed':
      return (
        <button type="button" class="button small" onClick={() => resumeUpload(entry.key)}>
          {entry.state === 'paused' ? 'Go on' : 'Try again'}
        </button>
      )
    case 'refused':
      return null
    case 'left-unfinished':
      return <ChooseAgain name={entry.name} />
  }
}

export function UploadRow({ entry }: { entry: UploadEntry }) {
  const ratio = entry.sizeBytes > 0 ? entry.sentBytes / entry.sizeBytes : 0
  return (
    <li class={`upload-row ${entry.state}`}>
      <div class="upload-text">
        <strong title={entry.name}>{entry.name}</strong>
        <span>{stateText(entry)}</span>
      </div>
      <span class="upload-percent">{entry.state === 'refused' ? 'Refused' : formatPercent(ratio)}</span>
      <div class="upload-actions">
        <MainAction entry={entry} />
        <button type="button" class="button small" onClick={() => void discardUpload(entry.key)}>
          {entry.state === 'refused' ? 'Dismiss' : 'Discard'}
        </button>
      </div>
      {entry.state !== 'refused' && <ProgressBar ratio={ratio} label={`Upload of ${entry.name}`} />}
    </li>
  )
}
