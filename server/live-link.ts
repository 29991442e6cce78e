import { AccessLink, type PacketFate } from '../link/access-link.ts'
import type { LinkProfile } from '../link/profile.ts'
import type { LinkSummary } from '../protocol/weir-api.ts'
import { LagHistogram } from './lag-histogram.ts'
import { LaneCounters } from './lane-counters.ts'

/** The clocks of this process; a test brings its own. */
export type LinkClock = { nowMs(): number; unixMs(): number }

/** What a flow is told of its packets; `atMs` is on the process's clock. */
export type TellFate = (fate: PacketFate) => void

/** One sender's packets on a link. */
export type LinkFlow = {
  newPacketId(): number
  /** The packet enters the link at `scheduledMs`, however late this is called. */
  enter(packetId: number, sizeBytes: number, scheduledMs: number): void
  noteGatewayDrop(): void
  /** Nothing more is told. */
  leave(): void
}

/** One access line at work: the stages of link/ and the only timer that they need. The timer decides when a packet is
 *  told of, never what becomes of it. */
export class LiveLink {
  readonly id: string
  readonly #clock: LinkClock
  readonly #flows = new Map<number, TellFate>()
  #profile: LinkProfile
  #line: AccessLink
  #counters = new LaneCounters()
  #lags = new LagHistogram()
  #start: { readonly atMs: number; readonly unixMs: number } | undefined // link time 0
  #newestId = 0 // of flows and packets
  #timer: NodeJS.Timeout | undefined
  #timerDueMs = Infinity
  #lastUsedMs: number

  constructor(id: string, profile: LinkProfile, clock: LinkClock) {
    this.id = id
    this.#profile = profile
    this.#clock = clock
    this.#lastUsedMs = clock.nowMs()
    this.#line = this.#newLine()
  }

  get profile(): LinkProfile {
    return this.#profile
  }

  /** How long nobody has used it: 0 while somebody sends through it. */
  unusedMs(nowMs: number): number {
    return this.#flows.size > 0 ? 0 : nowMs - this.#lastUsedMs
  }

  summary(): LinkSummary<LinkProfile> {
    return {
      id: this.id,
      profile: this.#profile,
      ...(this.#start === undefined ? {} : { startedUnixMs: this.#start.unixMs }),
      timerLagMsP99: this.#lags.quantileMs(0.99),
      udp: this.#counters.read(),
    }
  }

  openFlow(tell: TellFate): LinkFlow {
    const flow = this.#newId()
    this.#flows.set(flow, tell)
    return {
      newPacketId: () => this.#newId(),
      enter: (id, sizeBytes, scheduledMs) => this.#enter({ id, flow, sizeBytes }, scheduledMs),
      noteGatewayDrop: () => void (this.#counters.gatewayDroppedPackets += 1),
      leave: () => {
        this.#flows.delete(flow)
        this.#lastUsedMs = this.#clock.nowMs()
      },
    }
  }

  /** Acts at the next packet. */
  change(profile: LinkProfile): void {
    this.#profile = profile
    this.#lastUsedMs = this.#clock.nowMs()
    this.#line.change(profile, this.#linkMs(this.#clock.nowMs()))
    this.#advance()
  }

  /** The next packet is the first one again: link time 0, the seed's first draw, counters at zero. What is under way
   *  arrives at once, or is lost, as it would have been. */
  restart(): void {
    this.#line.advance(Infinity)
    this.#line = this.#newLine()
    this.#start = undefined
    this.#counters = new LaneCounters()
    this.#lags = new LagHistogram()
    this.#lastUsedMs = this.#clock.nowMs()
  }

  close(): void {
    clearTimeout(this.#timer)
    this.#flows.clear()
  }

  #newLine(): AccessLink {
    return new AccessLink(this.#profile, (fate) => {
      this.#counters.add(fate)
      this.#flows.get(fate.packet.flow)?.({ ...fate, atMs: (this.#start?.atMs ?? 0) + fate.atMs })
    })
  }

  #newId(): number {
    this.#newestId += 1
    return this.#newestId
  }

  #enter(packet: PacketFate['packet'], scheduledMs: number): void {
    this.#start ??= { atMs: scheduledMs, unixMs: this.#clock.unixMs() }
    this.#line.accept(packet, this.#linkMs(scheduledMs))
    this.#advance()
  }

  /** To the microsecond: the clock's own start must not change the last digit of a sum, and with it a decision. */
  #linkMs(nowMs: number): number {
    return Math.round((nowMs - (this.#start?.atMs ?? nowMs)) * 1000) / 1000
  }

  #advance(): void {
    this.#line.advance(this.#linkMs(this.#clock.nowMs()))
    const nextMs = this.#line.nextEventMs()
    const dueMs = nextMs === Infinity ? Infinity : (this.#start?.atMs ?? 0) + nextMs
    if (dueMs >= this.#timerDueMs) return // it rings before, and looks again
    clearTimeout(this.#timer)
    this.#timerDueMs = dueMs
    this.#timer = setTimeout(() => this.#ring(dueMs), Math.ceil(dueMs - this.#clock.nowMs()))
  }

  #ring(dueMs: number): void {
    this.#lags.add(this.#clock.nowMs() - dueMs)
    this.#timerDueMs = Infinity
    this.#advance()
  }
}
