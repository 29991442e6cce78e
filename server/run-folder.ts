import { mkdir, readdir, readFile, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import writeFileAtomic from 'write-file-atomic'
import { isVideoId } from './media-folder.ts'
import { readStoredRun, writeStoredRun, type StoredRun } from './run-summary.ts'

type RunFile = 'record.jsonl.gz' | 'capture.pcapng' | 'outcome.json.gz' | 'quality.json' | 'quality.tmp' | 'run.json'

/** Where the runs are: a folder each, with `run.json`, the record, the capture and, of a run that has ended, the outcome. Made with the first run. */
export class RunFolder {
  readonly #root: string

  constructor(root: string) {
    this.#root = root
  }

  /** Ids have the form of those of videos. Throws RangeError for anything else. */
  path(id: string, name: RunFile | '' = ''): string {
    if (!isVideoId(id)) throw new RangeError(`expected an id of a run, got "${id}"`)
    return join(this.#root, id, name)
  }

  /** Oldest first; a folder without a readable `run.json` is left alone. */
  async list(): Promise<readonly StoredRun[]> {
    const names = await readdir(this.#root).catch(() => [])
    const runs = await Promise.all(names.filter(isVideoId).map((id) => this.#read(id)))
    return runs.filter((run) => run !== undefined).toSorted((a, b) => a.createdUnixMs - b.createdUnixMs)
  }

  async write(run: StoredRun): Promise<void> {
    await mkdir(this.path(run.id), { recursive: true })
    await writeFileAtomic(this.path(run.id, 'run.json'), writeStoredRun(run))
  }

  async sizeBytes(id: string): Promise<number> {
    const names = await readdir(this.path(id)).catch(() => [])
    const sizes = await Promise.all(names.map((name) => stat(join(this.path(id), name)).then(({ size }) => size)))
    return sizes.reduce((sum, size) => sum + size, 0)
  }

  async remove(id: string): Promise<void> {
    await rm(this.path(id), { recursive: true, force: true, maxRetries: 3 })
  }

  async #read(id: string): Promise<StoredRun | undefined> {
    const run = readStoredRun(await readFile(this.path(id, 'run.json'), 'utf8').catch(() => ''))
    return run?.id === id ? run : undefined
  }
}
