import { AccessLink, type Direction, type LinkObserver } from '../link/access-link.ts'
import type { DropCause, LinkPacket } from '../link/link-packet.ts'
import { profileAfter, type DirectionProfile, type LinkProfile } from '../link/profile.ts'
import type { DirectionFold, LinkMeasuresFold } from '../stream/link-measures.ts'
import { packetEvents } from '../stream/packet-events.ts'
import type { Lane, LinkEvent, RateEvent } from '../stream/record.ts'
import { rtpOf } from './rtp-way.ts'

/** An access link whose truth is measured, and told as events where somebody listens. */
export function measuredLane(
  lane: Lane,
  profile: LinkProfile,
  measures: LinkMeasuresFold,
  tell?: (event: LinkEvent) => void,
): AccessLink {
  const counting = new CountingObserver(lane, measures)
  const link = new AccessLink(profile, tell === undefined ? counting : both(counting, packetEvents(lane, tell, rtpOf)))
  tellRates(lane, link, profile, (event) => {
    measures.add(event)
    tell?.(event)
  })
  return link
}

/** Without an object for each packet: a sweep asks for figures, not for events. */
class CountingObserver implements LinkObserver {
  readonly #down: DirectionFold
  readonly #up: DirectionFold

  constructor(lane: Lane, measures: LinkMeasuresFold) {
    this.#down = measures.of(lane, 'down')
    this.#up = measures.of(lane, 'up')
  }

  accepted(direction: Direction, { sizeBytes }: LinkPacket): void {
    this.#of(direction).accept(sizeBytes)
  }

  dropped(direction: Direction, { sizeBytes }: LinkPacket, _atMs: number, cause: DropCause): void {
    this.#of(direction).drop(sizeBytes, cause)
  }

  delivered(direction: Direction, { sizeBytes }: LinkPacket, _atMs: number, queueingDelayMs: number): void {
    this.#of(direction).deliver(sizeBytes, queueingDelayMs)
  }

  #of(direction: Direction): DirectionFold {
    return direction === 'down' ? this.#down : this.#up
  }
}

function both(first: LinkObserver, second: LinkObserver): LinkObserver {
  return {
    accepted(direction, packet, atMs) {
      first.accepted(direction, packet, atMs)
      second.accepted(direction, packet, atMs)
    },
    dropped(direction, packet, atMs, cause) {
      first.dropped(direction, packet, atMs, cause)
      second.dropped(direction, packet, atMs, cause)
    },
    delivered(direction, packet, atMs, queueingDelayMs) {
      first.delivered(direction, packet, atMs, queueingDelayMs)
      second.delivered(direction, packet, atMs, queueingDelayMs)
    },
  }
}

/** The rates of a line as its profile tells them: at once, and at each change. */
function tellRates(lane: Lane, link: AccessLink, profile: LinkProfile, tell: (event: RateEvent) => void): void {
  rateEventsAt(0, lane, profile).forEach(tell)
  let before = profile
  for (const change of profile.changes ?? []) {
    const [from, to] = [before, profileAfter(before, change)]
    before = to
    if (rateOf(from.downlink) === rateOf(to.downlink) && rateOf(from.uplink) === rateOf(to.uplink)) continue
    const alarm = link.alarms.newAlarm((atMs) => rateEventsAt(atMs, lane, to).forEach(tell))
    link.alarms.set(alarm, change.atSeconds * 1000) // s to ms
  }
}

function rateEventsAt(atMs: number, lane: Lane, { downlink, uplink }: LinkProfile): RateEvent[] {
  const event = (direction: Direction, rateBitsPerSecond: number | undefined): RateEvent => ({
    kind: 'rate-set',
    atMs,
    lane,
    direction,
    ...(rateBitsPerSecond === undefined ? {} : { rateBitsPerSecond }),
  })
  return [event('down', rateOf(downlink)), event('up', rateOf(uplink))]
}

/** Undefined where it is unlimited, or follows a trace. */
function rateOf(profile: DirectionProfile | undefined): number | undefined {
  return profile?.rateBitsPerSecond
}
