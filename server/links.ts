import { randomUUID } from 'node:crypto'
import { mergeProfile, type LinkProfile, type ProfileRead } from '../link/profile.ts'
import type { LinkNotice, LinkSummary } from '../protocol/weir-api.ts'
import { LinkTimer } from './link-timer.ts'
import { newLinkTotals, type LinkRecorder } from './link-watch.ts'
import { LiveLink, type LinkClock } from './live-link.ts'
import { Refusal } from './refusal.ts'

export const DEFAULT_LINK_ID = 'default'

export type LinksOptions = {
  readonly defaultProfile: LinkProfile // of the configuration
  readonly clock?: LinkClock
  readonly onNotice?: (notice: LinkNotice) => void
  readonly onTimerLag?: (lagMs: number) => void // of the timer of all links, at each ring
}

const MAX_LINKS = 1000
const UNUSED_MS = 10 * 60 * 1000
const SWEEP_MS = 60 * 1000

const processClock: LinkClock = { nowMs: () => performance.now(), unixMs: () => Date.now() }

/** The access lines by id. `default` is the configuration's and stays; others go when nobody used them for 10 minutes. */
export class Links {
  /** Of all links together, those that went too. */
  readonly totals = newLinkTotals()
  readonly #clock: LinkClock
  readonly #onNotice: (notice: LinkNotice) => void
  readonly #timer: LinkTimer
  readonly #links = new Map<string, LiveLink>()
  readonly #sweep: NodeJS.Timeout

  constructor({ defaultProfile, clock = processClock, onNotice = () => {}, onTimerLag }: LinksOptions) {
    this.#clock = clock
    this.#onNotice = onNotice
    this.#timer = new LinkTimer(clock.nowMs, onTimerLag)
    this.#open(DEFAULT_LINK_ID, defaultProfile)
    this.#sweep = setInterval(() => this.removeUnused(), SWEEP_MS).unref()
  }

  /** The `link` part of the configuration was read anew. */
  setDefaultProfile(profile: LinkProfile): void {
    this.find(DEFAULT_LINK_ID).change(profile)
    this.#onNotice({ kind: 'link-changed', id: DEFAULT_LINK_ID })
  }

  get openLinks(): number {
    return this.#links.size
  }

  /** Throws `too-many-links`. */
  create(profile: LinkProfile): LinkSummary<LinkProfile> {
    if (this.#links.size >= MAX_LINKS) throw new Refusal('too-many-links', `expected fewer than ${MAX_LINKS} links`)
    const link = this.#open(randomUUID(), profile)
    this.#onNotice({ kind: 'link-created', id: link.id })
    return link.summary()
  }

  has(id: string): boolean {
    return this.#links.has(id)
  }

  /** Throws `unknown-link`. */
  find(id: string): LiveLink {
    const link = this.#links.get(id)
    if (link === undefined) throw new Refusal('unknown-link', `no link has the id "${id.slice(0, 60)}"`)
    return link
  }

  /** Throws `unknown-link`. */
  get(id: string): LinkSummary<LinkProfile> {
    return this.find(id).summary()
  }

  /** A JSON merge patch, which acts at the next packet. Throws `unknown-link`, `bad-profile`. */
  patch(id: string, patch: unknown): LinkSummary<LinkProfile> {
    const link = this.find(id)
    link.change(profileOf(mergeProfile(link.profile, patch)))
    this.#onNotice({ kind: 'link-changed', id })
    return link.summary()
  }

  /** Link time 0 again. Throws `unknown-link`. */
  restart(id: string): LinkSummary<LinkProfile> {
    const link = this.find(id)
    link.restart()
    this.#onNotice({ kind: 'link-restarted', id })
    return link.summary()
  }

  /** Who sends through it goes on doing so. Throws `unknown-link`, `fixed-link`. */
  remove(id: string): void {
    const link = this.find(id)
    if (id === DEFAULT_LINK_ID)
      throw new Refusal('fixed-link', `expected a link made with POST /api/links, got "${id}"`)
    this.#remove(link)
  }

  /** Writes down every packet's fate until the run is over. Gives the function that ends it before. Throws `unknown-link`. */
  record(id: string, recorder: LinkRecorder): () => void {
    return this.find(id).record(recorder)
  }

  /** As `record`, and goes on when the link is begun anew: another link time, told by another clock. The recorder's end is
   *  told when the link has gone. Throws `unknown-link`. */
  follow(id: string, recorder: LinkRecorder): () => void {
    let isFollowed = true
    let stop = (): void => {}
    const begin = (): void => {
      stop = this.record(id, { ...told, end: () => queueMicrotask(goOn) }) // the link is not ready yet when it tells the end
    }
    const goOn = (): void => {
      if (!isFollowed) return
      if (this.has(id)) begin()
      else recorder.end()
    }
    const told: Omit<LinkRecorder, 'end'> = {
      record: (event) => recorder.record(event),
      capture: (datagram) => recorder.capture?.(datagram),
    }
    begin()
    return () => {
      isFollowed = false
      stop()
    }
  }

  /** Civil time of a moment of the links' clock. */
  unixMsOf(processMs: number): number {
    return this.#clock.unixMs() + (processMs - this.#clock.nowMs())
  }

  /** The link of a viewer who names this one, or none: then the default one where it is for everyone, or none. Throws
   *  `unknown-link`. */
  ofViewer(id: string | undefined): LiveLink | undefined {
    if (id !== undefined) return this.find(id)
    const everyones = this.find(DEFAULT_LINK_ID)
    return everyones.profile.applyTo === 'everyone' ? everyones : undefined
  }

  removeUnused(): void {
    const nowMs = this.#clock.nowMs()
    for (const [id, link] of this.#links) {
      if (id !== DEFAULT_LINK_ID && link.unusedMs(nowMs) >= UNUSED_MS) this.#remove(link)
    }
  }

  close(): void {
    clearInterval(this.#sweep)
    const links = [...this.#links.values()]
    this.#links.clear()
    for (const link of links) link.endRecords()
  }

  #open(id: string, profile: LinkProfile): LiveLink {
    const watch = { totals: this.totals, onLateRun: () => this.#onNotice({ kind: 'link-late', id }) }
    const link = new LiveLink(id, profile, this.#clock, watch, this.#timer)
    this.#links.set(id, link)
    return link
  }

  #remove(link: LiveLink): void {
    this.#links.delete(link.id)
    link.endRecords()
    this.#onNotice({ kind: 'link-removed', id: link.id })
  }
}

/** The profile, or the refusal with everything that is wrong with it. */
export function profileOf(read: ProfileRead): LinkProfile {
  if (!read.ok) throw new Refusal('bad-profile', read.problems.join('; '))
  return read.profile
}
