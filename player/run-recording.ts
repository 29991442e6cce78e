import { signal } from '@preact/signals'
import { version as hlsVersion } from 'hls.js/package.json'
import { RunMeasuresFold, type RunMeasures } from '../stream/run-measures.ts'
import { OutlineShelf } from './outline-shelf.ts'
import type { RunLog } from './run-log.ts'
import { RunUpload } from './run-upload.ts'
import type { ViewName } from './settings.ts'

export type RunRecordingOptions = {
  readonly log: RunLog
  readonly video: string
  readonly packageFolder: () => string
  readonly link: string
  readonly onServerClock: (offsetMs: number) => void
}

export type RunStart = {
  readonly page: string // the query string of a page that repeats it (run-address.ts)
  readonly view: ViewName
  readonly frameIntervalMs: number
}

const LONGEST_WAIT_MS = 500 // that a record may keep anybody from playing
const LAST_WORDS_MS = 500

/** The runs of one page, one after the other: each is measured here as it goes, and recorded by the server. Where that
 *  does not work, `upload` says why, and everything else goes on. */
export class RunRecording {
  readonly upload = signal<RunUpload | undefined>(undefined)
  /** How many runs there were before this one. */
  readonly count = signal(0)
  /** Of a page that repeats this run; undefined before the first. */
  readonly address = signal<string | undefined>(undefined)
  readonly #options: RunRecordingOptions
  readonly #outlines: OutlineShelf
  #fold: RunMeasuresFold | undefined

  constructor(options: RunRecordingOptions) {
    this.#options = options
    this.#outlines = new OutlineShelf(options.packageFolder, () => {})
    options.log.listen((events) => events.forEach((event) => this.#fold?.add(event)))
  }

  /** Ends the run before this one. Resolves when it is recorded, so that the link's first packets are in it, but waits no
   *  longer than half a second. */
  async begin({ page, view, frameIntervalMs }: RunStart): Promise<void> {
    if (this.upload.peek() !== undefined) this.count.value += 1
    void this.end()
    this.#fold = new RunMeasuresFold({ frameIntervalMs, outlineOf: this.#outlines.outlineOf })
    this.address.value = new URL(`/compare/${encodeURIComponent(this.#options.video)}${page}`, location.href).href
    const scenario = { page, view }
    const upload = new RunUpload({ ...this.#options, scenario, versions: { 'hls.js': hlsVersion } })
    this.upload.value = upload
    await Promise.race([upload.begin(), new Promise((resolve) => setTimeout(resolve, LONGEST_WAIT_MS))])
  }

  async end(): Promise<void> {
    await this.upload.peek()?.end()
  }

  /** Once both sides have said how it ended, which they do a few times a second. */
  endSoon(): void {
    const upload = this.upload.peek()
    setTimeout(() => void upload?.end(), LAST_WORDS_MS)
  }

  /** Up to now; undefined before the first run. */
  measures(): RunMeasures | undefined {
    return this.#fold?.measures()
  }
}
