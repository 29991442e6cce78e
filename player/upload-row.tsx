import { useRef } from 'preact/hooks'
import { formatBytes, formatPercent, formatTimeLeft } from './format.ts'
import { ProgressBar } from './progress-bar.tsx'
import { addUpload, discardUpload, pauseUpload, resumeUpload, type UploadEntry } from './uploads.ts'
import { uploadWords } from './words.ts'

function stateText(entry: UploadEntry): string {
  const share = uploadWords.share(formatBytes(entry.sentBytes), formatBytes(entry.sizeBytes))
  switch (entry.state) {
    case 'sending':
      return entry.secondsLeft === undefined
        ? share
        : `${share} · ${uploadWords.left(formatTimeLeft(entry.secondsLeft))}`
    case 'paused':
      return uploadWords.pausedAt(share)
    case 'left-unfinished':
      return uploadWords.stoppedAt(share)
    case 'failed':
    case 'refused':
      return entry.problem ?? uploadWords.failed
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
        aria-label={uploadWords.chooseAgain(name)}
        tabIndex={-1}
        onChange={(event) => {
          const file = event.currentTarget.files?.[0]
          if (file !== undefined) void addUpload(file)
        }}
      />
      <button type="button" class="button small" onClick={() => input.current?.click()}>
        {uploadWords.chooseFile}
      </button>
    </>
  )
}

function MainAction({ entry }: { entry: UploadEntry }) {
  switch (entry.state) {
    case 'sending':
      return (
        <button type="button" class="button small" onClick={() => void pauseUpload(entry.key)}>
          {uploadWords.pause}
        </button>
      )
    case 'paused':
    case 'failed':
      return (
        <button type="button" class="button small" onClick={() => resumeUpload(entry.key)}>
          {entry.state === 'paused' ? uploadWords.goOn : uploadWords.tryAgain}
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
      <span class="upload-percent">{entry.state === 'refused' ? uploadWords.refused : formatPercent(ratio)}</span>
      <div class="upload-actions">
        <MainAction entry={entry} />
        <button type="button" class="button small" onClick={() => void discardUpload(entry.key)}>
          {entry.state === 'refused' ? uploadWords.dismiss : uploadWords.discard}
        </button>
      </div>
      {entry.state !== 'refused' && <ProgressBar ratio={ratio} label={uploadWords.of(entry.name)} />}
    </li>
  )
}
