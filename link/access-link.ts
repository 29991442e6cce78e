import { EventQueue } from './event-queue.ts'
import type { DropCause, LinkPacket, PacketListener } from './link-packet.ts'
import { OneWay } from './one-way.ts'
import type { LinkProfile } from './profile.ts'

export type Direction = 'down' | 'up'

/** One sender's and receiver's packets on a line, told what becomes of them, each direction apart. A packet that was told
 *  of as dropped or delivered is forgotten. */
export type FlowEnds = { readonly [direction in Direction]?: Partial<PacketListener> }

/** Who is told the fate of every packet of every flow: counters, records. */
export type LinkObserver = {
  accepted(direction: Direction, packet: LinkPacket, atMs: number): void
  dropped(direction: Direction, packet: LinkPacket, atMs: number, cause: DropCause): void
  delivered(direction: Direction, packet: LinkPacket, atMs: number, queueingDelayMs: number): void
}

/** One copy of an access line (a lane): downlink, uplink, and the alarms of those who live on it (TCP's timers), under
 *  one link time that begins at 0. Events of the same moment go in a fixed order: downlink, uplink, alarms. */
export class AccessLink {
  readonly alarms = new EventQueue()
  readonly #down: OneWay
  readonly #up: OneWay
  readonly #flows = new Map<number, FlowEnds>()
  #newestFlow = 0

  constructor(profile: LinkProfile, observer?: LinkObserver) {
    this.#down = new OneWay(downlinkOf(profile), this.#listener('down', observer))
    this.#up = new OneWay(uplinkOf(profile), this.#listener('up', observer))
  }

  openFlow(ends: FlowEnds): number {
    this.#newestFlow += 1
    this.#flows.set(this.#newestFlow, ends)
    return this.#newestFlow
  }

  /** Its packets under way go on, and nobody is told. */
  closeFlow(flow: number): void {
    this.#flows.delete(flow)
  }

  /** The packet enters at `nowMs`, which may be a little before what `advance` has reached (a late timer). */
  send(direction: Direction, packet: LinkPacket, nowMs: number): void {
    const way = direction === 'down' ? this.#down : this.#up
    way.accept(packet, nowMs)
  }

  /** Everything that happens up to and including `nowMs`, in the order of its moments. What is told may send again. */
  advance(nowMs: number): void {
    const untilMs = Math.min(nowMs, Number.MAX_VALUE) // Infinity is the moment of what never happens
    for (let nextMs = this.nextEventMs(); nextMs <= untilMs; nextMs = this.nextEventMs()) {
      if (this.#down.nextEventMs() === nextMs) this.#down.advance(nextMs)
      else if (this.#up.nextEventMs() === nextMs) this.#up.advance(nextMs)
      else this.alarms.ringNext()
    }
  }

  nextEventMs(): number {
    return Math.min(this.#down.nextEventMs(), this.#up.nextEventMs(), this.alarms.nextEventMs())
  }

  /** Another profile from `nowMs` on: acts at the next packet, and on those that wait in the queues. */
  change(profile: LinkProfile, nowMs: number): void {
    this.advance(nowMs)
    this.#down.change(downlinkOf(profile), nowMs)
    this.#up.change(uplinkOf(profile), nowMs)
  }

  #listener(direction: Direction, observer: LinkObserver | undefined): PacketListener {
    return {
      accepted: (packet, atMs) => {
        observer?.accepted(direction, packet, atMs)
        this.#flows.get(packet.flow)?.[direction]?.accepted?.(packet, atMs)
      },
      dropped: (packet, atMs, cause) => {
        observer?.dropped(direction, packet, atMs, cause)
        this.#flows.get(packet.flow)?.[direction]?.dropped?.(packet, atMs, cause)
      },
      delivered: (packet, atMs, queueingDelayMs) => {
        observer?.delivered(direction, packet, atMs, queueingDelayMs)
        this.#flows.get(packet.flow)?.[direction]?.delivered?.(packet, atMs, queueingDelayMs)
      },
    }
  }
}

function downlinkOf({ downlink, seed, udpBlocked = false }: LinkProfile) {
  return { profile: downlink, seed, udpBlocked }
}

/** Its own chance: the uplink's seed is the downlink's with every bit turned. */
function uplinkOf({ uplink = {}, seed, udpBlocked = false }: LinkProfile) {
  return { profile: uplink, seed: ~seed >>> 0, udpBlocked }
}
