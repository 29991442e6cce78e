import { AccessLink } from '../link/access-link.ts'
import type { LinkObserver } from '../link/access-link.ts'
import type { LinkProfile } from '../link/profile.ts'
import type { Lane } from '../stream/record.ts'
import type { LinkRecorder } from './link-watch.ts'

export type LaneName = 'tcp' | 'udp'

/** A link from one link time 0 to the next: its two lanes, each a full copy with the same seed, or one for both, and where
 *  link time lies on the process's clock. */
export class Era {
  readonly lanes: Readonly<Record<LaneName, AccessLink>>
  /** The same by the names of a record, which knows a line for both as `shared`. */
  readonly lines: ReadonlyMap<Lane, AccessLink>
  readonly recorders: ReadonlySet<LinkRecorder>
  users = 0
  #startMs: number | undefined

  constructor(profile: LinkProfile, observe: (lane: LaneName) => LinkObserver, recorders: ReadonlySet<LinkRecorder>) {
    this.recorders = recorders
    const isShared = profile.sharing === 'shared'
    const tcp = new AccessLink(profile, observe('tcp'))
    const udp = isShared ? tcp : new AccessLink(profile, observe('udp'))
    this.lanes = { tcp, udp }
    this.lines = new Map(Object.entries(isShared ? { shared: tcp } : { tcp, udp }) as [Lane, AccessLink][])
  }

  get hasBegun(): boolean {
    return this.#startMs !== undefined
  }

  /** Link time 0, unless it has been before. */
  begin(processMs: number): void {
    this.#startMs ??= processMs
  }

  /** To the microsecond: the clock's own start must not change the last digit of a sum, and with it a decision. */
  linkMs(processMs: number): number {
    return Math.round((processMs - (this.#startMs ?? processMs)) * 1000) / 1000
  }

  processMs(linkMs: number): number {
    return (this.#startMs ?? 0) + linkMs
  }

  advance(processMs: number): void {
    const linkMs = this.linkMs(processMs)
    this.lanes.tcp.advance(linkMs)
    this.lanes.udp.advance(linkMs)
  }

  /** The next moment on the process's clock at which something happens, or Infinity. */
  nextEventMs(): number {
    const linkMs = Math.min(this.lanes.tcp.nextEventMs(), this.lanes.udp.nextEventMs())
    return linkMs === Infinity ? Infinity : this.processMs(linkMs)
  }

  change(profile: LinkProfile, processMs: number): void {
    const { tcp, udp } = this.lanes
    tcp.change(profile, this.linkMs(processMs))
    if (udp !== tcp) udp.change(profile, this.linkMs(processMs))
  }
}
