import { EventQueue } from './event-queue.ts'
import type { DropCause, LinkPacket, PacketListener } from './link-packet.ts'
import { OneWay, type OneWayOptions } from './one-way.ts'
import { ProfileCourse, type ProfileFrom } from './profile-course.ts'
import type { LinkProfile } from './profile.ts'
import { Timeline } from './timeline.ts'

export type Direction = 'down' | 'up'

/** One sender's and receiver's packets on a line, told what becomes of them, each direction apart. A packet that was told
 *  of as dropped or delivered is forgotten. */
export type FlowEnds = { readonly [direction in Direction]?: Partial<PacketListener> }

/** Who is told the fate of every packet of every flow: counters, records. */
export type LinkObserver = {
  accepted(direction: Direction, packet: LinkPacket, atMs: number): void
  dropped(direction: Direction, packet: LinkPacket, atMs: number, cause: DropCause): void
  delivered(direction: Direction, packet: LinkPacket, atMs: number, queueingDelayMs: number): void
  /** As PacketListener has it. */
  duplicated?(direction: Direction, packet: LinkPacket, atMs: number): void
}

/** One copy of an access line (a lane): downlink, uplink, and the alarms of those who live on it (TCP's timers), under
 *  one link time that begins at 0. Events of the same moment go in a fixed order: downlink, uplink, alarms. The `changes`
 *  of the profile act by themselves, each from its moment on. */
export class AccessLink {
  readonly alarms = new EventQueue()
  readonly #course: ProfileCourse
  readonly #down: OneWay
  readonly #up: OneWay
  readonly #downEnds: DirectionListener
  readonly #upEnds: DirectionListener
  readonly #rtspFlows = new Set<number>()
  readonly #rtspBlocked: Timeline<boolean>
  #newestFlow = 0

  constructor(profile: LinkProfile, observer?: LinkObserver) {
    this.#course = new ProfileCourse(profile)
    this.#downEnds = new DirectionListener('down', observer)
    this.#upEnds = new DirectionListener('up', observer)
    this.#down = new OneWay(downlinkOf(profile), this.#downEnds)
    this.#up = new OneWay(uplinkOf(profile), this.#upEnds)
    this.#rtspBlocked = new Timeline(profile.rtspBlocked ?? false)
    this.#plan(this.#course.entries.slice(1))
  }

  /** Which profile counts from which moment on, the changes to come among them; the first one from -Infinity. */
  get course(): readonly ProfileFrom[] {
    return this.#course.entries
  }

  /** `isRtsp`: a firewall may let HTTP through and not this. */
  openFlow({ down, up }: FlowEnds, isRtsp = false): number {
    this.#newestFlow += 1
    if (isRtsp) this.#rtspFlows.add(this.#newestFlow)
    this.#downEnds.open(this.#newestFlow, down)
    this.#upEnds.open(this.#newestFlow, up)
    return this.#newestFlow
  }

  /** Its packets under way go on, and nobody is told. */
  closeFlow(flow: number): void {
    this.#downEnds.close(flow)
    this.#upEnds.close(flow)
    this.#rtspFlows.delete(flow)
  }

  /** The packet enters at `nowMs`, which may be a little before what `advance` has reached (a late timer). */
  send(direction: Direction, packet: LinkPacket, nowMs: number): void {
    const isBlocked = packet.traffic === 'tcp' && this.#rtspFlows.has(packet.flow) && this.#rtspBlocked.at(nowMs)
    const isDown = direction === 'down'
    if (isBlocked) (isDown ? this.#downEnds : this.#upEnds).dropped(packet, nowMs, 'blocked')
    else (isDown ? this.#down : this.#up).accept(packet, nowMs)
  }

  /** Everything that happens up to and including `nowMs`, in the order of its moments. What is told may send again. */
  advance(nowMs: number): void {
    const untilMs = Math.min(nowMs, Number.MAX_VALUE) // Infinity is the moment of what never happens
    const down = this.#down
    const up = this.#up
    const alarms = this.alarms
    for (;;) {
      const downMs = down.nextEventMs()
      const upMs = up.nextEventMs()
      const alarmMs = alarms.nextEventMs()
      if (downMs <= upMs && downMs <= alarmMs) {
        if (downMs > untilMs) return
        down.advance(downMs)
      } else if (upMs <= alarmMs) {
        if (upMs > untilMs) return
        up.advance(upMs)
      } else {
        if (alarmMs > untilMs) return
        alarms.ringNext()
      }
    }
  }

  nextEventMs(): number {
    return Math.min(this.#down.nextEventMs(), this.#up.nextEventMs(), this.alarms.nextEventMs())
  }

  /** Another profile from `nowMs` on: acts at the next packet, and on those that wait in the queues. What a change of
   *  before has made of the numbers that stay the same goes on to count. */
  change(profile: LinkProfile, nowMs: number): void {
    this.advance(nowMs)
    this.#plan(this.#course.change(profile, nowMs))
  }

  #plan(course: readonly ProfileFrom[]): void {
    for (const { fromMs, profile } of course) {
      this.#down.change(downlinkOf(profile), fromMs)
      this.#up.change(uplinkOf(profile), fromMs)
      this.#rtspBlocked.set(fromMs, profile.rtspBlocked ?? false)
    }
  }
}

/** What a modelled connection needs of the line that it lives on. */
export type Line = Pick<AccessLink, 'alarms' | 'openFlow' | 'closeFlow' | 'send'>

const NOBODY: Partial<PacketListener> = {}

/** Tells the observer, then the packet's flow. A packet is mostly of the same flow as the one before. */
class DirectionListener implements PacketListener {
  readonly #direction: Direction
  readonly #observer: LinkObserver | undefined
  readonly #flows = new Map<number, Partial<PacketListener>>()
  #flow = -1 // of the packet told of last
  #end = NOBODY // who listens to it

  constructor(direction: Direction, observer: LinkObserver | undefined) {
    this.#direction = direction
    this.#observer = observer
  }

  open(flow: number, end: Partial<PacketListener> | undefined): void {
    if (end !== undefined) this.#flows.set(flow, end)
  }

  close(flow: number): void {
    this.#flows.delete(flow)
    this.#flow = -1
  }

  accepted(packet: LinkPacket, atMs: number): void {
    this.#observer?.accepted(this.#direction, packet, atMs)
    this.#endOf(packet.flow).accepted?.(packet, atMs)
  }

  dropped(packet: LinkPacket, atMs: number, cause: DropCause): void {
    this.#observer?.dropped(this.#direction, packet, atMs, cause)
    this.#endOf(packet.flow).dropped?.(packet, atMs, cause)
  }

  delivered(packet: LinkPacket, atMs: number, queueingDelayMs: number): void {
    this.#observer?.delivered(this.#direction, packet, atMs, queueingDelayMs)
    this.#endOf(packet.flow).delivered?.(packet, atMs, queueingDelayMs)
  }

  duplicated(packet: LinkPacket, atMs: number): void {
    this.#observer?.duplicated?.(this.#direction, packet, atMs)
    this.#endOf(packet.flow).duplicated?.(packet, atMs)
  }

  #endOf(flow: number): Partial<PacketListener> {
    if (flow === this.#flow) return this.#end
    this.#flow = flow
    this.#end = this.#flows.get(flow) ?? NOBODY
    return this.#end
  }
}

function downlinkOf({ downlink, seed, udpBlocked = false }: LinkProfile): OneWayOptions {
  return { profile: downlink, seed, udpBlocked }
}

/** Its own chance: the uplink's seed is the downlink's with every bit turned. */
function uplinkOf({ uplink = {}, seed, udpBlocked = false }: LinkProfile): OneWayOptions {
  return { profile: uplink, seed: ~seed >>> 0, udpBlocked }
}
