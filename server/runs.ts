import { Readable } from 'node:stream'
import type { Logger } from 'pino'
import type { RunEnding, RunSummary } from '../protocol/weir-api.ts'
import type { RunEvent } from '../stream/record.ts'
import type { RunMeasures } from '../stream/run-measures.ts'
import { readRecordHead, writeRecordHead, type RecordHead } from '../stream/run-record.ts'
import type { PresentationSource } from '../udp-relay/presentation-source.ts'
import type { Library } from './library.ts'
import type { Links } from './links.ts'
import { LiveRun } from './live-run.ts'
import { newVideoId, type MediaFolder } from './media-folder.ts'
import { PlacesByAddress } from './places-by-address.ts'
import { Refusal } from './refusal.ts'
import type { RunFolder } from './run-folder.ts'
import type { DisplayedQuality } from './displayed-quality.ts'
import { keepOutcome, keptOutcome, RunOutcomeFold, type RunOutcome } from './run-outcome.ts'
import { foldOptions, type FoldOptions } from './run-outlines.ts'
import { keptQuality, withQuality } from './run-quality-file.ts'
import { recordEvents, recordLines, recordPieces } from './run-record-file.ts'
import type { StoredRun } from './run-summary.ts'

/** What a page asks for when it begins a run. */
export type RunWish = {
  readonly video: string
  readonly link: string
  readonly scenario: Readonly<Record<string, unknown>> // what else is needed to repeat it, such as the page's query
  readonly versions: Readonly<Record<string, string>> // of what takes part, such as the browser
}

export type RunsOptions = {
  readonly folder: RunFolder
  readonly media: Pick<MediaFolder, 'requireFreeSpace'>
  readonly library: Pick<Library, 'require'>
  readonly source: PresentationSource
  readonly links: Links
  readonly rtpPort: number // of the server, in captures
  readonly versions: Readonly<Record<string, string>>
  readonly minFreeBytes: number
  readonly nowUnixMs: () => number
  readonly logger: Logger
}

type Entry = {
  run: StoredRun
  sizeBytes: number
  live?: LiveRun // until its end is on the disk
  measures?: RunMeasures
}

const KEPT_RUNS = 50
const KEPT_BYTES = 2_000_000_000
const RUNNING_PER_ADDRESS = 4
const ROOM_BYTES = 300_000_000 // that a run may need

/** The runs of this server, on the disk and being written; the newest are kept. */
export class Runs {
  readonly #options: RunsOptions
  readonly #entries = new Map<string, Entry>()
  readonly #places = new PlacesByAddress(RUNNING_PER_ADDRESS, 'runs at once')
  #releaseFiles: (id: string) => Promise<void> = async () => {}

  private constructor(options: RunsOptions) {
    this.#options = options
  }

  /** With those that an earlier server wrote. */
  static async open(options: RunsOptions): Promise<Runs> {
    const runs = new Runs(options)
    for (const run of await options.folder.list()) {
      runs.#entries.set(run.id, { run, sizeBytes: await options.folder.sizeBytes(run.id) })
    }
    return runs
  }

  /** Begins to record. Throws `unknown-video`, `unknown-link`, `too-many-requests`, `disk-full`. */
  async create(wish: RunWish, address: string): Promise<RunSummary> {
    const { folder, media, library, source, links, minFreeBytes, nowUnixMs } = this.#options
    const { video, link } = wish
    const { title, variants } = library.require(video)
    links.find(link)
    const leave = this.#places.take(address)
    const run: StoredRun = { id: newVideoId(), state: 'running', video, title, link, createdUnixMs: nowUnixMs() }
    try {
      await media.requireFreeSpace(ROOM_BYTES, minFreeBytes)
      const options = await foldOptions(source, video, variants)
      await folder.write(run)
      const entry: Entry = { run, sizeBytes: 0 }
      entry.live = this.#begin(entry, wish, options, leave)
      this.#entries.set(run.id, entry)
      await this.#removeOldest()
      return summaryOf(entry)
    } catch (error) {
      leave()
      await folder.remove(run.id)
      throw error
    }
  }

  /** Newest first. */
  list(): readonly RunSummary[] {
    return [...this.#entries.values()].map(summaryOf).toReversed()
  }

  /** Throws `unknown-run`. */
  find(id: string): RunSummary {
    return summaryOf(this.#entry(id))
  }

  /** Throws `unknown-run`, and `run-ended` for one that is not running. */
  append(id: string, events: readonly RunEvent[]): void {
    const { live, run } = this.#entry(id)
    if (live !== undefined && !live.isEnding) return live.append(events)
    throw new Refusal('run-ended', `expected a running run, this one is ${live === undefined ? run.state : 'ending'}`)
  }

  /** Ended already is as good. Throws `unknown-run`. */
  async end(id: string): Promise<RunSummary> {
    await this.#entry(id).live?.end('viewer')
    return this.find(id)
  }

  /** Throws `unknown-run`. */
  async remove(id: string): Promise<void> {
    const { live } = this.#entry(id)
    await live?.end('viewer')
    await this.#remove(id)
  }

  /** Who reads or writes a run's files after its end; waited for before they are removed. */
  beforeRemoval(releaseFiles: (id: string) => Promise<void>): void {
    this.#releaseFiles = releaseFiles
  }

  /** What was run. Throws `unknown-run`. */
  async head(id: string): Promise<RecordHead> {
    const path = await this.recordPath(id)
    for await (const line of recordLines(path)) {
      const head = readRecordHead(line)
      if (!head.ok) throw new Error(`${path} is no record: ${JSON.stringify(head.fault)}`)
      return head.value
    }
    throw new Error(`${path} has no head`)
  }

  /** Of a running one up to now. Throws `unknown-run`. */
  async measures(id: string): Promise<RunMeasures> {
    const entry = this.#entry(id)
    if (entry.live !== undefined) return entry.live.measures()
    entry.measures ??= (await this.#keptOutcome(id)).measures
    return withQuality(entry.measures, await this.quality(id))
  }

  /** The measures, and the run as it is drawn; of a running one up to now. Throws `unknown-run`. */
  async outcome(id: string): Promise<RunOutcome> {
    const { live } = this.#entry(id)
    if (live !== undefined) return live.outcome()
    const outcome = await this.#keptOutcome(id)
    return { ...outcome, measures: withQuality(outcome.measures, await this.quality(id)) }
  }

  /** Of its video, as they were when it was recorded. Throws `unknown-run`. */
  async variants(id: string): Promise<readonly { readonly name: string }[]> {
    return variantsOf((await this.head(id)).scenario)
  }

  /** What was measured after the run, where it was. Throws `unknown-run`. */
  async quality(id: string): Promise<DisplayedQuality | undefined> {
    const { run } = this.#entry(id)
    return keptQuality(this.#options.folder.path(run.id, 'quality.json'), this.#version)
  }

  /** The record as text, as far as it goes. Throws `unknown-run`. */
  async text(id: string): Promise<Readable> {
    return Readable.from(recordPieces(await this.recordPath(id)))
  }

  /** The file of the record, in which all is that was told before. Throws `unknown-run`. */
  async recordPath(id: string): Promise<string> {
    await this.#entry(id).live?.flush()
    return this.#options.folder.path(id, 'record.jsonl.gz')
  }

  /** RTP and RTCP as pcapng, and how much of the file can be read. Throws `unknown-run`. */
  capture(id: string): { readonly path: string; readonly readableBytes: number } {
    const { live } = this.#entry(id)
    return {
      path: this.#options.folder.path(id, 'capture.pcapng'),
      readableBytes: live?.capturedBytes ?? Infinity,
    }
  }

  /** Those that are running end. */
  async close(): Promise<void> {
    await Promise.all([...this.#entries.values()].map(async ({ live }) => live?.end('server-stopped')))
  }

  #entry(id: string): Entry {
    const entry = this.#entries.get(id)
    if (entry === undefined) throw new Refusal('unknown-run', `no run has the id "${id.slice(0, 60)}"`)
    return entry
  }

  #begin(entry: Entry, wish: RunWish, options: FoldOptions, leave: () => void): LiveRun {
    const { folder, library, links, versions, rtpPort } = this.#options
    const { id, title } = entry.run
    const { video, link, scenario } = wish
    const { variants } = library.require(video)
    const { profile } = links.get(link)
    const head = writeRecordHead({
      scenario: { ...scenario, video, title, variants, framesPerSecond: options.framesPerSecond, link, profile },
      seed: profile.seed,
      versions: { ...wish.versions, ...versions },
    })
    return new LiveRun({
      recordPath: folder.path(id, 'record.jsonl.gz'),
      head,
      capture: {
        path: folder.path(id, 'capture.pcapng'),
        rtpPort,
        startUnixMs: links.unixMsOf(0),
        comment: `run ${id}`,
      },
      fold: new RunOutcomeFold(options),
      follow: (recorder) => links.follow(link, recorder),
      onEnded: (by) => {
        leave()
        return this.#ended(entry, by)
      },
    })
  }

  async #ended(entry: Entry, by: RunEnding): Promise<void> {
    const { folder, links, logger, nowUnixMs } = this.#options
    const { id, link } = entry.run
    const outcome = entry.live?.outcome()
    if (outcome !== undefined) entry.measures = outcome.measures
    const warning = links.has(link) ? links.get(link).warning : undefined
    const end = { state: 'ended', endedBy: by, endedUnixMs: nowUnixMs() } as const
    entry.run = { ...entry.run, ...end, ...(warning === undefined ? {} : { warning }) }
    try {
      await folder.write(entry.run)
      if (outcome !== undefined) await keepOutcome(folder.path(id, 'outcome.json.gz'), this.#version, outcome)
      entry.sizeBytes = await folder.sizeBytes(id)
    } catch (error) {
      logger.error({ err: error, run: id }, 'the end of a run could not be written')
    }
    delete entry.live // from here on its files may go
    await this.#removeOldest()
    logger.info({ run: id, by }, 'a run has ended')
  }

  get #version(): string {
    return this.#options.versions['weir'] ?? ''
  }

  async #keptOutcome(id: string): Promise<RunOutcome> {
    const kept = await keptOutcome(this.#options.folder.path(id, 'outcome.json.gz'), this.#version)
    return kept ?? (await this.#foldFile(id))
  }

  async #foldFile(id: string): Promise<RunOutcome> {
    const fold = new RunOutcomeFold(await this.#foldOptions(id))
    for await (const event of recordEvents(await this.recordPath(id))) fold.add(event)
    return fold.outcome()
  }

  /** As they were when it was recorded, as far as the video is still there. */
  async #foldOptions(id: string): Promise<FoldOptions> {
    const { video } = this.find(id)
    const { scenario } = await this.head(id)
    return foldOptions(this.#options.source, video, variantsOf(scenario), Number(scenario['framesPerSecond']))
  }

  async #removeOldest(): Promise<void> {
    const oldestFirst = [...this.#entries.values()].filter(({ live }) => live === undefined)
    let keptBytes = oldestFirst.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0)
    for (const { run, sizeBytes } of oldestFirst) {
      if (this.#entries.size <= KEPT_RUNS && keptBytes <= KEPT_BYTES) return
      keptBytes -= sizeBytes
      await this.#remove(run.id).catch((error: unknown) =>
        this.#options.logger.error({ err: error, run: run.id }, 'an old run could not be removed'),
      )
    }
  }

  async #remove(id: string): Promise<void> {
    this.#entries.delete(id) // nobody begins anything new with it
    await this.#releaseFiles(id)
    await this.#options.folder.remove(id)
  }
}

function variantsOf({ variants }: RecordHead['scenario']): readonly { readonly name: string }[] {
  return Array.isArray(variants) ? (variants as readonly { readonly name: string }[]) : [] // we wrote them
}

function summaryOf({ run, sizeBytes }: Entry): RunSummary {
  return { ...run, sizeBytes }
}
