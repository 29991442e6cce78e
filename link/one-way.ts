import { Bottleneck } from './bottleneck.ts'
import { Delay } from './delay.ts'
import type { LinkPacket, LinkStage, PacketListener } from './link-packet.ts'
import { Loss } from './loss.ts'
import type { DirectionProfile } from './profile.ts'
import { Timeline } from './timeline.ts'

export type OneWayOptions = { readonly profile: DirectionProfile; readonly seed: number; readonly udpBlocked: boolean }

/** One direction of a line: rate, drop-tail queue, loss, one-way delay, in this order (network-model.md 2.1).
 *  A pure function of profile, its changes, seed and packets with their entry times: how often `advance` is called
 *  changes nothing. */
export class OneWay implements LinkStage {
  readonly #listener: PacketListener
  readonly #bottleneck: Bottleneck
  readonly #loss: Loss
  readonly #delay: Delay
  readonly #udpBlocked: Timeline<boolean>

  constructor({ profile, seed, udpBlocked }: OneWayOptions, listener: PacketListener) {
    this.#listener = listener
    this.#udpBlocked = new Timeline(udpBlocked)
    const delay = new Delay(
      { ...profile, seed },
      {
        deliver: (packet, atMs, queueingDelayMs) => listener.delivered(packet, atMs, queueingDelayMs),
        duplicate: (packet, atMs) => listener.duplicated?.(packet, atMs),
      },
    )
    const loss = new Loss(
      { loss: profile.loss, seed },
      {
        deliver: (packet, atMs, queueingDelayMs) => delay.accept(packet, atMs, queueingDelayMs),
        lost: (packet, atMs) => listener.dropped(packet, atMs, 'loss'),
      },
    )
    this.#bottleneck = new Bottleneck(
      { ...profile, seed },
      {
        departed: (packet, atMs, queueingDelayMs) => loss.accept(packet, atMs, queueingDelayMs),
        accepted: (packet, atMs) => listener.accepted(packet, atMs),
        tailDropped: (packet, atMs) => listener.dropped(packet, atMs, 'queue'),
      },
    )
    this.#loss = loss
    this.#delay = delay
  }

  accept(packet: LinkPacket, nowMs: number): void {
    const isBlocked = packet.traffic !== 'tcp' && this.#udpBlocked.at(nowMs)
    if (isBlocked) this.#listener.dropped(packet, nowMs, 'blocked')
    else this.#bottleneck.accept(packet, nowMs)
  }

  advance(nowMs: number): void {
    this.#bottleneck.advance(nowMs)
    this.#delay.advance(nowMs)
  }

  nextEventMs(): number {
    return Math.min(this.#bottleneck.nextEventMs(), this.#delay.nextEventMs())
  }

  /** Another profile from `fromMs` on, now or in time to come: acts on the packets that enter, are sent, leave from then
   *  on, each by its own moment. Another seed begins its sequence there; the same one goes on in it. What was to change
   *  later is forgotten. */
  change({ profile, seed, udpBlocked }: OneWayOptions, fromMs: number): void {
    this.#udpBlocked.set(fromMs, udpBlocked)
    this.#bottleneck.change({ ...profile, seed }, fromMs)
    this.#loss.change({ loss: profile.loss, seed }, fromMs)
    this.#delay.change({ ...profile, seed }, fromMs)
  }
}
