import { randomUUID } from 'node:crypto'
import { mergeProfile, type LinkProfile, type ProfileRead } from '../link/profile.ts'
import type { LinkSummary } from '../protocol/weir-api.ts'
import { LiveLink, type LinkClock } from './live-link.ts'
import { Refusal } from './refusal.ts'
import { RtpThroughLink, type UdpLaneEnd } from './rtp-through-link.ts'

export const DEFAULT_LINK_ID = 'default'

export type LinksOptions = {
  readonly defaultProfile: LinkProfile // of the configuration
  readonly clock?: LinkClock
}

const MAX_LINKS = 1000
const UNUSED_MS = 10 * 60 * 1000
const SWEEP_MS = 60 * 1000

const processClock: LinkClock = { nowMs: () => performance.now(), unixMs: () => Date.now() }

/** The access lines by id. `default` is the configuration's and stays; others go when nobody used them for 10 minutes. */
export class Links {
  readonly #clock: LinkClock
  readonly #links = new Map<string, LiveLink>()
  readonly #sweep: NodeJS.Timeout

  constructor({ defaultProfile, clock = processClock }: LinksOptions) {
    this.#clock = clock
    this.#links.set(DEFAULT_LINK_ID, new LiveLink(DEFAULT_LINK_ID, defaultProfile, clock))
    this.#sweep = setInterval(() => this.removeUnused(), SWEEP_MS).unref()
  }

  /** The `link` part of the configuration was read anew. */
  setDefaultProfile(profile: LinkProfile): void {
    this.#find(DEFAULT_LINK_ID).change(profile)
  }

  /** Throws `too-many-links`. */
  create(profile: LinkProfile): LinkSummary<LinkProfile> {
    if (this.#links.size >= MAX_LINKS) throw new Refusal('too-many-links', `expected fewer than ${MAX_LINKS} links`)
    const link = new LiveLink(randomUUID(), profile, this.#clock)
    this.#links.set(link.id, link)
    return link.summary()
  }

  /** Throws `unknown-link`. */
  get(id: string): LinkSummary<LinkProfile> {
    return this.#find(id).summary()
  }

  /** A JSON merge patch, which acts at the next packet. Throws `unknown-link`, `bad-profile`. */
  patch(id: string, patch: unknown): LinkSummary<LinkProfile> {
    const link = this.#find(id)
    link.change(profileOf(mergeProfile(link.profile, patch)))
    return link.summary()
  }

  /** Link time 0 again. Throws `unknown-link`. */
  restart(id: string): LinkSummary<LinkProfile> {
    const link = this.#find(id)
    link.restart()
    return link.summary()
  }

  /** Who sends through it goes on doing so. Throws `unknown-link`, `fixed-link`. */
  remove(id: string): void {
    this.#find(id)
    if (id === DEFAULT_LINK_ID)
      throw new Refusal('fixed-link', `expected a link made with POST /api/links, got "${id}"`)
    this.#links.delete(id)
  }

  /** Throws `unknown-link`. */
  openUdpLane(id: string, end: UdpLaneEnd): RtpThroughLink {
    return new RtpThroughLink(this.#find(id), end)
  }

  removeUnused(): void {
    const nowMs = this.#clock.nowMs()
    for (const [id, link] of this.#links) {
      if (id !== DEFAULT_LINK_ID && link.unusedMs(nowMs) >= UNUSED_MS) this.#links.delete(id)
    }
  }

  close(): void {
    clearInterval(this.#sweep)
    for (const link of this.#links.values()) link.close()
  }

  #find(id: string): LiveLink {
    const link = this.#links.get(id)
    if (link === undefined) throw new Refusal('unknown-link', `no link has the id "${id.slice(0, 60)}"`)
    return link
  }
}

/** The profile, or the refusal with everything that is wrong with it. */
export function profileOf(read: ProfileRead): LinkProfile {
  if (!read.ok) throw new Refusal('bad-profile', read.problems.join('; '))
  return read.profile
}
