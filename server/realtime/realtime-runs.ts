import { randomUUID } from 'node:crypto'
import type { LinkProfile } from '../../link/profile.ts'
import { realtimeWays, type ExtraOrigin, type RealtimeSettings, type RealtimeWay } from '../../protocol/realtime-api.ts'
import type { ServerEvent } from '../../protocol/weir-api.ts'
import type { Links } from '../links.ts'
import type { LiveLink } from '../live-link.ts'
import { Refusal } from '../refusal.ts'
import { RealtimeRun } from './realtime-run.ts'
import { WayGate } from './way-gate.ts'

export type RealtimeRunsOptions = {
  readonly links: Pick<Links, 'create' | 'find' | 'has' | 'remove'>
  readonly host: string
  readonly publicUrl: string | undefined
}

export type NewRun = {
  readonly settings: RealtimeSettings
  readonly profile: LinkProfile | undefined // of the line of each way; absent: none
  readonly pageHost: string
}

const MOST_RUNS = 4 // each has ten ports
const UNWATCHED_MS = 15_000
const LONGEST_MS = 60 * 60_000

type Kept = {
  readonly run: RealtimeRun
  readonly links: readonly LiveLink[]
  watchers: number
  endTimer: NodeJS.Timeout
}

/** Civil time to the microsecond, by a clock that never steps back. */
const nowUnixMs = (): number => performance.timeOrigin + performance.now()

/** The runs of realtime pages, by id. One that nobody watches ends soon. */
export class RealtimeRuns {
  readonly #options: RealtimeRunsOptions
  readonly #runs = new Map<string, Kept>()

  constructor(options: RealtimeRunsOptions) {
    this.#options = options
  }

  /** Throws `too-many-requests`, `too-many-links`. */
  async begin({ settings, profile, pageHost }: NewRun): Promise<RealtimeRun> {
    if (this.#runs.size >= MOST_RUNS) {
      throw new Refusal('too-many-requests', `expected at most ${MOST_RUNS} runs of realtime pages`, {
        'Retry-After': '15',
      })
    }
    const { host, publicUrl } = this.#options
    const links = this.#linksOf(profile)
    const linkOf = (way: RealtimeWay): LiveLink | undefined => links.get(way)
    const gate = new WayGate(pageHost, publicUrl)
    const run = new RealtimeRun({ id: randomUUID(), settings, host, gate, linkOf, nowUnixMs })
    const kept = { run, links: [...links.values()], watchers: 0, endTimer: this.#endLater(run.id, UNWATCHED_MS) }
    this.#runs.set(run.id, kept)
    setTimeout(() => this.#end(run.id), LONGEST_MS).unref()
    try {
      await run.begin()
    } catch (error) {
      this.#end(run.id)
      throw error
    }
    return run
  }

  /** Throws `unknown-run`. */
  find(id: string): RealtimeRun {
    return this.#keptOf(id).run
  }

  has(id: string): boolean {
    return this.#runs.has(id)
  }

  /** Somebody looks at it, until the function that is given back is called. Throws `unknown-run`. */
  watch(id: string): () => void {
    const kept = this.#keptOf(id)
    kept.watchers += 1
    clearTimeout(kept.endTimer)
    return () => {
      kept.watchers -= 1
      if (kept.watchers === 0 && this.#runs.has(id)) kept.endTimer = this.#endLater(id, UNWATCHED_MS)
    }
  }

  /** Throws `unknown-run`. */
  remove(id: string): void {
    this.#keptOf(id)
    this.#end(id)
  }

  origins(): ExtraOrigin[] {
    return [...this.#runs.values()].flatMap(({ run }) => run.origins())
  }

  /** Every run tells what happens on the server. */
  tell(event: ServerEvent): void {
    for (const { run, links } of this.#runs.values()) {
      const isOwn = 'id' in event && links.some(({ id }) => id === event.id) // the lines that it made itself
      if (!isOwn) run.tell(event)
    }
  }

  close(): void {
    for (const id of this.#runs.keys()) this.#end(id)
  }

  /** Each way has a line of its own: the same profile and seed, and no other way in its queue. */
  #linksOf(profile: LinkProfile | undefined): ReadonlyMap<RealtimeWay, LiveLink> {
    if (profile === undefined) return new Map()
    const { links } = this.#options
    return new Map(realtimeWays.map((way) => [way, links.find(links.create(profile).id)]))
  }

  #endLater(id: string, afterMs: number): NodeJS.Timeout {
    return setTimeout(() => this.#end(id), afterMs).unref()
  }

  #keptOf(id: string): Kept {
    const kept = this.#runs.get(id)
    if (kept === undefined)
      throw new Refusal('unknown-run', `no run of a realtime page has the id "${id.slice(0, 60)}"`)
    return kept
  }

  #end(id: string): void {
    const kept = this.#runs.get(id)
    if (kept === undefined) return
    this.#runs.delete(id)
    clearTimeout(kept.endTimer)
    kept.run.end()
    for (const link of kept.links) if (this.#options.links.has(link.id)) this.#options.links.remove(link.id)
  }
}
