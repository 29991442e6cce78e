import { signal } from '@preact/signals'
import { useEffect, useRef } from 'preact/hooks'
import type { Video } from '../protocol/weir-api.ts'
import { GoLiveButton, GoLivePanel } from './go-live.tsx'
import { Icon } from './icons.tsx'
import { deleteVideo, libraryProblem, restoreVideo, videos, videosById } from './library-store.ts'
import { UploadRow } from './upload-row.tsx'
import { addUpload, listUnfinishedUploads, uploads } from './uploads.ts'
import { VideoCard } from './video-card.tsx'
import { libraryWords, shellWords, uploadWords } from './words.ts'

/** The server removes for good after 10 s; a little earlier the page stops offering the way back. */
const UNDO_MS = 9500

const isDragging = signal(false)
const deleted = signal<Video | undefined>(undefined)
const pageProblem = signal<string | undefined>(undefined)

function addFiles(files: Iterable<File>): void {
  for (const file of files) void addUpload(file)
}

/** A file dropped anywhere on the page is uploaded. */
function useDropAnywhere(): void {
  useEffect(() => {
    const hasFiles = (event: DragEvent) => event.dataTransfer?.types.includes('Files') ?? false
    const onDragOver = (event: DragEvent) => {
      if (!hasFiles(event)) return
      event.preventDefault()
      isDragging.value = true
    }
    const onDragLeave = (event: DragEvent) => {
      if (event.relatedTarget === null) isDragging.value = false
    }
    const onDrop = (event: DragEvent) => {
      isDragging.value = false
      if (!hasFiles(event)) return
      event.preventDefault()
      addFiles(event.dataTransfer?.files ?? [])
    }
    addEventListener('dragover', onDragOver)
    addEventListener('dragleave', onDragLeave)
    addEventListener('drop', onDrop)
    return () => {
      removeEventListener('dragover', onDragOver)
      removeEventListener('dragleave', onDragLeave)
      removeEventListener('drop', onDrop)
    }
  }, [])
}

async function attempt(action: Promise<void>): Promise<void> {
  pageProblem.value = undefined
  await action.catch((error: Error) => (pageProblem.value = error.message))
}

async function removeWithUndo(video: Video): Promise<void> {
  await attempt(
    deleteVideo(video.id).then(() => {
      deleted.value = video
      setTimeout(() => {
        if (deleted.value === video) deleted.value = undefined
      }, UNDO_MS)
    }),
  )
}

function undoDelete(video: Video): void {
  deleted.value = undefined
  void attempt(restoreVideo(video.id))
}

function FilePicker({ primary }: { primary: boolean }) {
  const input = useRef<HTMLInputElement>(null)
  return (
    <>
      <input
        ref={input}
        class="visually-hidden"
        type="file"
        multiple
        accept="video/*,.mkv,.ts,.mts,.mov,.avi,.webm"
        aria-label={libraryWords.choose}
        tabIndex={-1}
        onChange={(event) => {
          addFiles(event.currentTarget.files ?? [])
          event.currentTarget.value = ''
        }}
      />
      <button type="button" class={primary ? 'button primary' : 'button'} onClick={() => input.current?.click()}>
        <Icon name="upload" />
        {libraryWords.upload}
      </button>
    </>
  )
}

function EmptyLibrary() {
  return (
    <div class="library-empty">
      <h2>{libraryWords.empty.title}</h2>
      <p>{libraryWords.empty.how}</p>
      <p>{libraryWords.empty.sample}</p>
      <FilePicker primary />
    </div>
  )
}

function Skeleton() {
  return (
    <ul class="video-grid" aria-hidden="true">
      {[0, 1, 2].map((index) => (
        <li key={index} class="video-card skeleton">
          <div class="poster" />
          <div class="skeleton-line" />
        </li>
      ))}
    </ul>
  )
}

function VideoList() {
  if (videosById.value === undefined) return libraryProblem.value === undefined ? <Skeleton /> : null
  if (videos.value.length === 0) return uploads.value.length === 0 ? <EmptyLibrary /> : null
  return (
    <ul class="video-grid">
      {videos.value.map((video) => (
        <VideoCard key={video.id} video={video} onDelete={() => void removeWithUndo(video)} />
      ))}
    </ul>
  )
}

function Problem({ text, hint }: { text: string; hint: string }) {
  return (
    <div class="notice" role="alert">
      <p>{text}</p>
      <p>{hint}</p>
    </div>
  )
}

/** Takes the focus: the button that had it went with the card. */
function DeletedToast({ video }: { video: Video }) {
  const undo = useRef<HTMLButtonElement>(null)
  useEffect(() => undo.current?.focus(), [])
  return (
    <div class="toast" role="status">
      <span>{libraryWords.deleted(video.title)}</span>
      <button ref={undo} type="button" class="button small" onClick={() => undoDelete(video)}>
        {libraryWords.undo}
      </button>
    </div>
  )
}

export function LibraryPage() {
  useDropAnywhere()
  useEffect(() => {
    document.title = shellWords.titled(shellWords.library)
    void listUnfinishedUploads()
  }, [])
  return (
    <div class={isDragging.value ? 'library dragging' : 'library'}>
      <div class="library-head">
        <h1>{shellWords.library}</h1>
        {videos.value.length > 0 && <p class="muted wide-only">{libraryWords.drop}</p>}
        <GoLiveButton />
        {videos.value.length > 0 && <FilePicker primary={false} />}
      </div>
      <GoLivePanel />
      {libraryProblem.value !== undefined && <Problem text={libraryProblem.value} hint={libraryWords.listsAgain} />}
      {pageProblem.value !== undefined && <Problem text={pageProblem.value} hint={libraryWords.unchanged} />}
      {uploads.value.length > 0 && (
        <ul class="upload-list" aria-label={uploadWords.title}>
          {uploads.value.map((entry) => (
            <UploadRow key={entry.key} entry={entry} />
          ))}
        </ul>
      )}
      <VideoList />
      {isDragging.value && <div class="drop-veil">{libraryWords.dropHere}</div>}
      {deleted.value !== undefined && <DeletedToast key={deleted.value.id} video={deleted.value} />}
    </div>
  )
}
