import { randomBytes } from 'node:crypto'
import type { RtspSessionStatus } from '../protocol/weir-api.ts'
import { RtspRefusal } from './rtsp-refusal.ts'
import { ViewerSession, type Viewer, type ViewerSessionOptions } from './viewer-session.ts'

export type SessionLimits = {
  readonly sessions: number
  readonly sessionsPerAddress: number
  readonly timeoutSeconds: number
}

type OfOne = Pick<ViewerSessionOptions, 'viewer' | 'presentation' | 'wish' | 'way' | 'userAgent'>
type SharedByAll = Omit<ViewerSessionOptions, keyof OfOne | 'id' | 'publicId' | 'onClosed'>

const SWEEP_MS = 1000

/** The sessions of the relay by id. They outlive their RTSP connection (RFC 2326 section 1.1): who is gone is found by
 *  its silence. */
export class ViewerSessions {
  readonly #shared: SharedByAll
  readonly #limits: SessionLimits
  readonly #sessions = new Map<string, ViewerSession>()
  readonly #sweeper: NodeJS.Timeout
  #newestPublicId = 0

  constructor(shared: SharedByAll, limits: SessionLimits) {
    this.#shared = shared
    this.#limits = limits
    this.#sweeper = setInterval(() => this.#sweep(), SWEEP_MS)
  }

  get count(): number {
    return this.#sessions.size
  }

  /** What is known of each viewer, oldest first. */
  list(): readonly RtspSessionStatus[] {
    return [...this.#sessions.values()].map((session) => session.status())
  }

  /** Of the newest that are behind that link, at most `limit`. */
  behind(linkId: string, limit: number): readonly RtspSessionStatus[] {
    const behind = [...this.#sessions.values()].filter(({ viewer }) => viewer.link?.id === linkId)
    return behind.slice(-limit).map((session) => session.status())
  }

  get timeoutSeconds(): number {
    return this.#limits.timeoutSeconds
  }

  /** Throws RtspRefusal 453 when there are too many; to be asked before a presentation is opened. */
  checkRoom(address: string): void {
    const ofAddress = [...this.#sessions.values()].filter(({ viewer }) => viewer.address === address).length
    if (this.#sessions.size >= this.#limits.sessions) throw new RtspRefusal(453, 'too many sessions')
    if (ofAddress >= this.#limits.sessionsPerAddress) throw new RtspRefusal(453, 'too many sessions of one address')
  }

  create(options: OfOne): ViewerSession {
    const session = new ViewerSession({
      ...this.#shared,
      ...options,
      id: randomBytes(8).toString('hex'), // 64 bits that nobody guesses
      publicId: String((this.#newestPublicId += 1)),
      onClosed: ({ id }) => void this.#sessions.delete(id),
    })
    this.#sessions.set(session.id, session)
    return session
  }

  /** Another address must not steer a viewer's session, nor its own past the link. Throws RtspRefusal 454. */
  find(id: string, { address, linkId }: Viewer): ViewerSession {
    const session = this.#sessions.get(id)
    const isKnown = session !== undefined && !session.hasEnded && session.viewer.address === address
    if (!isKnown || session.viewer.linkId !== linkId) throw new RtspRefusal(454, `no session ${id.slice(0, 40)}`)
    session.touch()
    return session
  }

  has(id: string): boolean {
    return this.#sessions.get(id)?.hasEnded === false
  }

  close(): void {
    clearInterval(this.#sweeper)
    for (const session of this.#sessions.values()) session.end('closing')
  }

  #sweep(): void {
    for (const session of this.#sessions.values()) session.endIfGone(this.#limits.timeoutSeconds * 1000) // s to ms
  }
}
