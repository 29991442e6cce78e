import { computed, effect, signal, untracked } from '@preact/signals'
import type { LinkPreset } from '../link/presets.ts'
import type { LinkProfile } from '../link/profile.ts'
import type { Video } from '../protocol/weir-api.ts'
import type { SideTimeline } from '../simulation/side-timeline.ts'
import { requestJson } from './api.ts'
import { MapJob, type MapOrder, type MapPlace } from './map-job.ts'
import { replaceSearch } from './navigation.ts'
import { fetchOutlineStart } from './outline-start.ts'
import { packageFolder } from './package-folder.ts'
import type { NetworkSettings } from './settings.ts'
import type { RunAnswer } from './what-if-messages.ts'
import {
  axisSettings,
  DEFAULT_PRESET,
  DEFAULT_SEED,
  jobKey,
  readWhatIfSettings,
  RUN_SECONDS,
  withLossKind,
  writeWhatIfSettings,
  type WhatIfSettings,
} from './what-if-settings.ts'
import { WhatIfWorkers } from './what-if-workers.ts'
import { whatIfWords } from './words.ts'

const PAINT_MS = 80 // the workers need the processor more than a person needs each cell
const LONGER_SECONDS = RUN_SECONDS[1]
/** Where HLS begins to have room for what it must repair. */
const NEWCOMERS_PLACE: MapPlace = { column: 8, row: 6 }

/** What happened in the first run of the chosen place. */
export type ChosenRun = { readonly place: MapPlace; readonly timelines: readonly SideTimeline[] }

/** The what-if page of one video: its settings, the map on its way, the chosen place. A change of what the runs depend on
 *  begins another map; answers that belong to the one before are dropped. */
export class WhatIf {
  readonly settings = signal<WhatIfSettings>(readWhatIfSettings(location.search))
  readonly presets = signal<readonly LinkPreset[]>([])
  readonly problem = signal<string | undefined>(undefined)
  readonly job = signal<MapJob | undefined>(undefined)
  readonly chosenRun = signal<ChosenRun | undefined>(undefined)
  /** Counts what has come of the map; some twelve more a second. */
  readonly news = signal(0)
  /** From the start of the workers, or of the newest job, until each of its first 25 places had a run. */
  firstMapMs: number | undefined
  readonly video: Video
  readonly base = computed((): LinkProfile => this.#presetProfile(this.settings.value.preset))
  readonly place = computed((): MapPlace | undefined => this.job.value?.placeOf(this.settings.value))
  readonly #isNewcomer = location.search === ''
  #workers: WhatIfWorkers<MapOrder> | undefined
  #wantsChosen = false
  #begunMs = 0
  #isPainting = false
  #paintedMs = -Infinity
  #isClosed = false
  #stop = (): void => {}

  constructor(video: Video) {
    this.video = video
  }

  /** The best one is the last. */
  get variants(): Video['variants'] {
    return this.video.variants.toSorted((a, b) => a.bandwidthBitsPerSecond - b.bandwidthBitsPerSecond)
  }

  get watchedVariant(): Video['variants'][number] | undefined {
    const { variants } = this
    return variants.find(({ name }) => name === this.settings.value.variant) ?? variants.at(-1)
  }

  /** Never rejects: `problem` tells. */
  async open(): Promise<void> {
    document.addEventListener('visibilitychange', this.#wake)
    this.#stop = () => document.removeEventListener('visibilitychange', this.#wake)
    this.#begunMs = performance.now()
    const workers = new WhatIfWorkers<MapOrder>({
      next: () => this.#nextOrder(),
      answered: (order, answer) => this.#take(order, answer),
      failed: (message) => void (this.problem.value = message),
    })
    this.#workers = workers
    try {
      const [presets, outlines] = await Promise.all([
        requestJson<readonly LinkPreset[]>('GET', '/api/link-presets'),
        this.#fetchOutlines(),
      ])
      if (this.#isClosed) return
      this.presets.value = presets
      this.#followSettings()
      if (this.#isNewcomer) this.choose(NEWCOMERS_PLACE)
      workers.open(this.video.title, outlines)
    } catch (error) {
      this.problem.value = (error as Error).message
    }
  }

  close(): void {
    this.#isClosed = true
    this.#stop()
    this.#workers?.close()
  }

  change(changes: Partial<WhatIfSettings>): void {
    this.settings.value = withLossKind({ ...this.settings.value, ...changes }, this.base.peek())
    replaceSearch(writeWhatIfSettings(this.settings.value))
  }

  setNetwork(network: Partial<NetworkSettings>): void {
    this.change({ network: { ...this.settings.value.network, ...network } })
  }

  /** The preset as it is, but for the seed. */
  applyPreset(preset: string): void {
    const { seed = DEFAULT_SEED } = this.settings.value.network
    this.change({ preset, network: { seed } })
  }

  /** A place of the map: its values become the settings of the axes. */
  choose(place: MapPlace): void {
    const job = this.job.value
    if (job === undefined) return
    const { x, y, network, jitterBufferMs } = this.settings.value
    const point = job.point(place)
    const buffered = x === 'jitterBufferMs' ? point.x : y === 'jitterBufferMs' ? point.y : jitterBufferMs
    const set = { ...network, ...axisSettings(x, point.x), ...axisSettings(y, point.y) }
    this.change({ network: set, jitterBufferMs: buffered })
  }

  /** Of the variants that have one. Throws RequestError where none has. */
  async #fetchOutlines(): Promise<readonly string[]> {
    const fetched = await Promise.allSettled(
      this.variants.map(({ name }) =>
        fetchOutlineStart(`${packageFolder(this.video)}/${encodeURIComponent(name)}/outline.json`, LONGER_SECONDS),
      ),
    )
    const outlines = fetched.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []))
    if (outlines.length === 0)
      throw fetched.find((one) => one.status === 'rejected')?.reason ?? new Error(whatIfWords.noVariant)
    return outlines
  }

  #presetProfile(name: string): LinkProfile {
    const presets = this.presets.value
    const preset =
      presets.find((other) => other.name === name) ?? presets.find((other) => other.name === DEFAULT_PRESET)
    return { ...(preset?.profile ?? { downlink: {} }), name: preset?.name ?? DEFAULT_PRESET, seed: 0 }
  }

  /** One job for all that its runs depend on; one look at the chosen place for each of its values. */
  #followSettings(): void {
    const key = computed(() => jobKey(this.settings.value, this.base.value))
    const endJobs = effect(() => {
      void key.value
      untracked(() => this.#beginJob())
    })
    const endPlaces = effect(() => {
      void JSON.stringify(this.place.value)
      this.#wantsChosen = true
      untracked(this.#wake)
    })
    const stop = this.#stop
    this.#stop = () => {
      stop()
      endJobs()
      endPlaces()
    }
  }

  #beginJob(): void {
    const settings = this.settings.peek()
    const { durationSeconds = 0 } = this.video
    const mediaBitsPerSecond = this.watchedVariant?.bandwidthBitsPerSecond ?? 0
    const isLong = durationSeconds >= LONGER_SECONDS
    const longerSeconds = isLong ? Math.max(LONGER_SECONDS, settings.seconds) : settings.seconds
    const job = new MapJob({ settings, base: this.base.peek(), mediaBitsPerSecond, longerSeconds })
    this.firstMapMs = undefined
    if (this.job.peek() !== undefined) this.#begunMs = performance.now()
    this.job.value = job
    this.#paint()
    this.#wake()
  }

  readonly #wake = (): void => {
    if (!document.hidden) this.#workers?.wake()
  }

  #nextOrder(): MapOrder | undefined {
    const [job, place] = [this.job.peek(), this.place.peek()]
    if (job === undefined || document.hidden) return undefined
    if (this.#wantsChosen && place !== undefined) {
      this.#wantsChosen = false
      return job.orderAt(place)
    }
    return job.next()
  }

  /** What an order of another job found out is of no use. */
  #take(order: MapOrder, answer: RunAnswer): void {
    const { job, run } = order
    if (job !== this.job.peek()) return
    job.add(order, answer)
    if (this.firstMapMs === undefined && job.stage !== job.stages[0]) {
      this.firstMapMs = performance.now() - this.#begunMs
      this.#workers?.widen()
    }
    this.problem.value = job.problem
    const place = this.place.peek()
    const isChosen = order.withTimelines && place?.column === run.column && place.row === run.row
    if (isChosen && answer.ok) this.chosenRun.value = { place, timelines: answer.timelines }
    this.#paint()
  }

  /** The first change is seen at once, those that follow it together. */
  #paint(): void {
    if (this.#isPainting) return
    this.#isPainting = true
    const waitMs = Math.max(0, this.#paintedMs + PAINT_MS - performance.now())
    setTimeout(() => requestAnimationFrame(() => this.#paintNow()), waitMs)
  }

  #paintNow(): void {
    this.#isPainting = false
    this.#paintedMs = performance.now()
    this.news.value += 1
  }
}
