import { signal } from '@preact/signals'
import { defaultOptions, DetailedError, Upload, type PreviousUpload } from 'tus-js-client'
import type { Problem } from '../protocol/weir-api.ts'
import { asSentence } from './format.ts'
import { loadVideos } from './library-store.ts'
import { uploadWords } from './words.ts'

/** An upload in this page, or one that an earlier page left unfinished: that one needs its file again. */
export type UploadEntry = {
  readonly key: string // tus's fingerprint: the same file again finds its upload
  readonly name: string
  readonly sizeBytes: number
  readonly sentBytes: number
  readonly secondsLeft?: number
  readonly state: 'sending' | 'paused' | 'left-unfinished' | 'failed' | 'refused' // failed: may be tried again
  readonly problem?: string
}

const ENDPOINT = '/api/uploads'
const RETRY_DELAYS_MS = [0, 1000, 3000, 5000, 10_000, 20_000]

export const uploads = signal<readonly UploadEntry[]>([])
const running = new Map<string, Upload>()

function put(entry: UploadEntry): void {
  const known = uploads.value.some(({ key }) => key === entry.key)
  uploads.value = known
    ? uploads.value.map((other) => (other.key === entry.key ? entry : other))
    : [...uploads.value, entry]
}

function change(key: string, changes: Partial<UploadEntry>): void {
  const entry = uploads.value.find((other) => other.key === key)
  if (entry !== undefined) put({ ...entry, ...changes })
}

function forget(key: string): void {
  running.delete(key)
  uploads.value = uploads.value.filter((entry) => entry.key !== key)
}

function fingerprintOf(file: File): Promise<string> {
  return defaultOptions.fingerprint(file, { endpoint: ENDPOINT })
}

function problemOf(error: Error | DetailedError): string {
  const body = error instanceof DetailedError ? error.originalResponse?.getBody() : undefined
  try {
    return asSentence((JSON.parse(body ?? '') as Problem).detail)
  } catch {
    return body?.slice(0, 200) || uploadWords.lost
  }
}

function isRefusal(error: Error | DetailedError): boolean {
  const status = error instanceof DetailedError ? error.originalResponse?.getStatus() : undefined
  return status !== undefined && status >= 400 && status < 500 && ![409, 423, 429].includes(status)
}

/** Sends a file, going on where an earlier try of the same file ended, in this page or before a reload. */
export async function addUpload(file: File): Promise<void> {
  const key = await fingerprintOf(file)
  if (uploads.value.some((entry) => entry.key === key && entry.state === 'sending')) return
  const startedMs = performance.now()
  let firstSentBytes: number | undefined
  const upload = new Upload(file, {
    endpoint: ENDPOINT,
    retryDelays: RETRY_DELAYS_MS,
    removeFingerprintOnSuccess: true,
    metadata: { filename: file.name, filetype: file.type },
    onShouldRetry: (error) => !isRefusal(error),
    onProgress: (sentBytes) => {
      firstSentBytes ??= sentBytes
      const bytesPerMs = (sentBytes - firstSentBytes) / (performance.now() - startedMs)
      const secondsLeft = bytesPerMs > 0 ? (file.size - sentBytes) / bytesPerMs / 1000 : undefined
      change(key, { sentBytes, ...(secondsLeft === undefined ? {} : { secondsLeft }) })
    },
    onSuccess: () => {
      forget(key)
      void loadVideos()
    },
    onError: (error) => {
      change(key, { state: isRefusal(error) ? 'refused' : 'failed', problem: problemOf(error) })
      if (isRefusal(error)) void forgetStored(key)
    },
  })
  running.set(key, upload)
  put({ key, name: file.name, sizeBytes: file.size, sentBytes: 0, state: 'sending' })
  const [previous] = await upload.findPreviousUploads()
  if (previous !== undefined) upload.resumeFromPreviousUpload(previous)
  upload.start()
}

export async function pauseUpload(key: string): Promise<void> {
  await running.get(key)?.abort()
  change(key, { state: 'paused' })
}

export function resumeUpload(key: string): void {
  change(key, { state: 'sending' })
  running.get(key)?.start()
}

/** Gives an upload up: here, in the browser's memory of it, and on the server. */
export async function discardUpload(key: string): Promise<void> {
  const upload = running.get(key)
  forget(key)
  await upload?.abort()
  const stored = await forgetStored(key)
  const address = upload?.url ?? stored?.uploadUrl
  if (address) await Upload.terminate(address).catch(() => undefined) // it may be gone already
}

/** Takes an upload out of the browser's memory; gives what was there. */
async function forgetStored(key: string): Promise<PreviousUpload | undefined> {
  const known = (await previousUploads()).filter(({ fingerprint }) => fingerprint === key)
  for (const { previous } of known) await defaultOptions.urlStorage.removeUpload(previous.urlStorageKey)
  return known[0]?.previous
}

type StoredUpload = { readonly fingerprint: string; readonly previous: PreviousUpload }

/** The storage's key is `tus::<fingerprint>::<number>`. */
async function previousUploads(): Promise<readonly StoredUpload[]> {
  const stored = await defaultOptions.urlStorage.findAllUploads()
  return stored.map((previous) => ({
    fingerprint: previous.urlStorageKey.replace(/^tus::/, '').replace(/::\d+$/, ''),
    previous,
  }))
}

/** Lists what an earlier page left unfinished, with how much the server has of it; forgets what it no longer has. */
export async function listUnfinishedUploads(): Promise<void> {
  for (const { fingerprint, previous } of await previousUploads()) {
    if (running.has(fingerprint) || !previous.uploadUrl) continue
    const answer = await fetch(previous.uploadUrl, { method: 'HEAD', headers: { 'tus-resumable': '1.0.0' } }).catch(
      () => undefined,
    )
    if (answer === undefined) continue
    const sentBytes = Number(answer.headers.get('upload-offset') ?? NaN)
    const sizeBytes = previous.size ?? 0
    if (!answer.ok || !(sentBytes < sizeBytes)) {
      await defaultOptions.urlStorage.removeUpload(previous.urlStorageKey)
      continue
    }
    const name = previous.metadata['filename'] ?? uploadWords.unnamed
    put({ key: fingerprint, name, sizeBytes, sentBytes, state: 'left-unfinished' })
  }
}
