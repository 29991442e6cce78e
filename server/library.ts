import { mkdir, readdir, readFile, rename, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import type { Logger } from 'pino'
import writeFileAtomic from 'write-file-atomic'
import { isVideoId, type MediaFolder } from './media-folder.ts'
import { Refusal } from './refusal.ts'
import { readVideoRecord, writeVideoRecord, type Progress, type VideoRecord } from './video-record.ts'

/** How long a removed video can be had back. */
export const UNDO_MS = 10_000

type Entry = { record: VideoRecord; progress: Progress; removal?: NodeJS.Timeout; isDue?: boolean }

export type LibraryEvent =
  | { readonly kind: 'video'; readonly record: VideoRecord; readonly progress: Progress }
  | { readonly kind: 'video-removed'; readonly id: string }

export type LibraryOptions = {
  readonly folder: MediaFolder
  readonly logger: Logger
  readonly onEvent: (event: LibraryEvent) => void
  readonly nowUnixMs: () => number
}

/** What is put into the library: a whole file, which is moved. */
export type NewVideo = {
  readonly id: string
  readonly title: string
  readonly file: string
  readonly extension: string // of the file, without a dot
}

const NO_FOLDERS: readonly string[] = []

/** The catalogue: the folders of `media/`, each with its `video.json`, held in memory and written at each change of state. */
export class Library {
  readonly folder: MediaFolder
  readonly #options: LibraryOptions
  readonly #entries = new Map<string, Entry>()
  readonly #packageFolders = new WeakMap<VideoRecord, readonly string[]>() // asked for with each request for a segment
  readonly #holds = new Map<string, number>() // viewers by video

  private constructor(options: LibraryOptions) {
    this.folder = options.folder
    this.#options = options
  }

  /** Reads every `video.json`. A folder whose `video.json` is missing or broken is left alone, with a line in the log. */
  static async open(options: LibraryOptions): Promise<Library> {
    await options.folder.create()
    const library = new Library(options)
    for (const name of await readdir(options.folder.root)) {
      if (isVideoId(name)) await library.#load(name)
    }
    return library
  }

  async #load(id: string): Promise<void> {
    const text = await readFile(this.folder.record(id), 'utf8').catch((error: unknown) => String(error))
    const read = readVideoRecord(text)
    if (!read.ok || read.value.id !== id) {
      const problem = read.ok ? `it is of the id ${read.value.id}` : read.problem
      this.#options.logger.warn({ video: id, problem }, 'video.json cannot be used; the folder is left as it is')
      return
    }
    this.#entries.set(id, { record: read.value, progress: { ratio: 0 } })
  }

  /** The videos that are not removed, oldest first. */
  list(): readonly VideoRecord[] {
    return this.all()
      .filter(({ removedUnixMs }) => removedUnixMs === undefined)
      .sort((a, b) => a.createdUnixMs - b.createdUnixMs || (a.id < b.id ? -1 : 1))
  }

  /** The removed ones too. */
  all(): VideoRecord[] {
    return [...this.#entries.values()].map(({ record }) => record)
  }

  /** Undefined for an unknown or removed video. */
  find(id: string): VideoRecord | undefined {
    const record = this.#entries.get(id)?.record
    return record?.removedUnixMs === undefined ? record : undefined
  }

  /** Throws the refusal `unknown-video`. */
  require(id: string): VideoRecord {
    const record = this.find(id)
    if (record === undefined) throw new Refusal('unknown-video', `no video has the id "${id}"`)
    return record
  }

  progress(id: string): Progress {
    return this.#entries.get(id)?.progress ?? { ratio: 0 }
  }

  /** Moves a file in. The video's folder appears whole, by one rename: a crash before leaves only `.uploads/<id>.video`. */
  async add({ id, title, file, extension }: NewVideo): Promise<VideoRecord> {
    const record: VideoRecord = {
      format: 'weir-video',
      version: 1,
      id,
      title,
      createdUnixMs: this.#options.nowUnixMs(),
      status: 'queued',
      attempt: 0,
      source: `source.${extension}`,
      sourceBytes: (await stat(file)).size,
      variants: [],
    }
    const arriving = this.folder.passing(id, 'video')
    await mkdir(arriving, { recursive: true })
    await writeFileAtomic(join(arriving, 'video.json'), writeVideoRecord(record))
    await rename(file, join(arriving, record.source))
    await this.#appear(id)
    return record
  }

  /** Takes up a folder that a crash left between the two renames of `add`. */
  async adopt(id: string): Promise<void> {
    await this.#appear(id)
  }

  async #appear(id: string): Promise<void> {
    await rename(this.folder.passing(id, 'video'), this.folder.video(id))
    await this.#load(id)
    this.#tell(id)
  }

  /** A new state of a video: kept, written, then told. */
  async change(id: string, changes: Partial<VideoRecord>): Promise<void> {
    const entry = this.#entries.get(id)
    if (entry === undefined) return // removed meanwhile
    entry.record = { ...entry.record, ...changes }
    try {
      await this.#write(entry.record)
    } finally {
      this.#tell(id) // true for this server also where a full disk keeps it from the next
    }
  }

  /** As `change`, but without these keys. */
  async clear(id: string, keys: readonly ('error' | 'processes' | 'segments' | 'warnings')[]): Promise<void> {
    const entry = this.#entries.get(id)
    if (entry === undefined) return
    const kept = Object.entries(entry.record).filter(([key]) => !(keys as readonly string[]).includes(key))
    entry.record = Object.fromEntries(kept) as VideoRecord
    await this.#write(entry.record)
  }

  /** Told to listeners, not written: after a restart the job begins again anyway. */
  setProgress(id: string, progress: Progress): void {
    const entry = this.#entries.get(id)
    if (entry === undefined) return
    entry.progress = progress
    this.#tell(id)
  }

  /** Makes the package of an attempt the video's package. The record says so first: after a crash between the two,
   *  the next start makes up for the rename. */
  async publish(id: string, attempt: number, facts: Partial<VideoRecord>): Promise<void> {
    const entry = this.#entries.get(id)
    if (entry === undefined) return
    await this.#write({ ...entry.record, ...facts, status: 'ready' })
    await rename(this.folder.attempt(id, attempt), this.folder.package(id))
    await this.change(id, { ...facts, status: 'ready' }) // with what else has changed meanwhile, such as the title
  }

  /** Keeps the files of a video for somebody who watches it, though it be removed; gives what lets go of them. */
  hold(id: string): () => void {
    this.#holds.set(id, (this.#holds.get(id) ?? 0) + 1)
    let isHeld = true
    return () => {
      if (!isHeld) return
      isHeld = false
      const others = (this.#holds.get(id) ?? 1) - 1
      if (others > 0) return void this.#holds.set(id, others)
      this.#holds.delete(id)
      if (this.#entries.get(id)?.isDue === true) this.#removeAlone(id)
    }
  }

  /** Hides a video at once; it goes for good after `UNDO_MS`, or when those who watch it then have left. */
  async hide(id: string): Promise<void> {
    this.require(id)
    await this.change(id, { removedUnixMs: this.#options.nowUnixMs() })
    const entry = this.#entries.get(id)!
    entry.removal = setTimeout(() => {
      delete entry.removal
      if (this.#holds.has(id)) entry.isDue = true
      else this.#removeAlone(id)
    }, UNDO_MS).unref()
  }

  /** Nobody waits for it. */
  #removeAlone(id: string): void {
    this.remove(id).catch((error: unknown) => this.#options.logger.error({ err: error, video: id }, 'not removed'))
  }

  /** Undoes `hide` in time; else throws `unknown-video`, or `wrong-state` for one that is not removed. */
  async restore(id: string): Promise<VideoRecord> {
    const entry = this.#entries.get(id)
    if (entry === undefined) throw new Refusal('unknown-video', `no video has the id "${id}"`)
    if (entry.removal === undefined) throw new Refusal('wrong-state', 'expected a video that was just removed')
    clearTimeout(entry.removal)
    delete entry.removal
    const { removedUnixMs: _, ...record } = entry.record
    entry.record = record
    await this.#write(record)
    this.#tell(id)
    return record
  }

  /** Removes a video's folder, out of the way by one rename first, so that no half of it can be taken for a video. */
  async remove(id: string): Promise<void> {
    this.#entries.delete(id)
    const gone = this.folder.passing(id, 'gone')
    await rename(this.folder.video(id), gone)
    await rm(gone, { recursive: true, force: true })
    this.#options.logger.info({ video: id }, 'video removed')
  }

  async #write(record: VideoRecord): Promise<void> {
    await writeFileAtomic(this.folder.record(record.id), writeVideoRecord(record))
  }

  #tell(id: string): void {
    const entry = this.#entries.get(id)
    if (entry === undefined) return
    const { record, progress } = entry
    if (record.removedUnixMs !== undefined) this.#options.onEvent({ kind: 'video-removed', id })
    else this.#options.onEvent({ kind: 'video', record, progress })
  }

  /** Where the files of a video lie as far as they can be played, the likeliest first: while an attempt is published,
   *  they move from the one folder to the other. */
  packageFolders(id: string): readonly string[] {
    const record = this.find(id)
    if (record === undefined) return NO_FOLDERS
    let folders = this.#packageFolders.get(record)
    if (folders === undefined) this.#packageFolders.set(record, (folders = this.#foldersOf(record)))
    return folders
  }

  #foldersOf({ id, status, attempt }: VideoRecord): readonly string[] {
    if (status === 'ready') return [this.folder.package(id)]
    const isMaking = status === 'playable' || status === 'segmenting' // a copied variant comes first
    return isMaking ? [this.folder.attempt(id, attempt), this.folder.package(id)] : NO_FOLDERS
  }
}
