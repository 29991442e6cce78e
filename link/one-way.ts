import { Bottleneck } from './bottleneck.ts'
import { Delay } from './delay.ts'
import type { LinkPacket, LinkStage, PacketListener } from './link-packet.ts'
import { RandomLoss } from './loss.ts'
import type { DirectionProfile } from './profile.ts'
import { seededRandom } from './random.ts'

export type OneWayOptions = { readonly profile: DirectionProfile; readonly seed: number; readonly udpBlocked: boolean }

/** One direction of a line: rate, drop-tail queue, loss, one-way delay, in this order (network-model.md 2.1).
 *  A pure function of profile, seed and packets with their entry times: how often `advance` is called changes nothing. */
export class OneWay implements LinkStage {
  readonly #listener: PacketListener
  readonly #bottleneck: Bottleneck
  readonly #loss: RandomLoss
  readonly #delay: Delay
  #seed: number
  #udpBlocked: boolean
  readonly #queueingDelayMs = new Map<number, number>() // of packets that travel, by id

  constructor({ profile, seed, udpBlocked }: OneWayOptions, listener: PacketListener) {
    this.#listener = listener
    this.#seed = seed
    this.#udpBlocked = udpBlocked
    this.#delay = new Delay(profile.oneWayDelayMs ?? 0, (packet, atMs) => this.#arrive(packet, atMs))
    this.#loss = new RandomLoss(profile.loss?.lossRatio ?? 0, seededRandom(seed), {
      deliver: (packet, atMs) => this.#delay.accept(packet, atMs),
      lost: (packet, atMs) => this.#lose(packet, atMs),
    })
    this.#bottleneck = new Bottleneck(profile, {
      departed: (packet, atMs, queueingDelayMs) => this.#depart(packet, atMs, queueingDelayMs),
      accepted: (packet, atMs) => this.#listener.accepted(packet, atMs),
      tailDropped: (packet, atMs) => this.#listener.dropped(packet, atMs, 'queue'),
    })
  }

  accept(packet: LinkPacket, nowMs: number): void {
    if (this.#udpBlocked && packet.traffic !== 'tcp') return this.#listener.dropped(packet, nowMs, 'blocked')
    this.#bottleneck.accept(packet, nowMs)
  }

  advance(nowMs: number): void {
    this.#bottleneck.advance(nowMs)
    this.#delay.advance(nowMs)
  }

  nextEventMs(): number {
    return Math.min(this.#bottleneck.nextEventMs(), this.#delay.nextEventMs())
  }

  /** Goes on with another profile: acts at the next packet, and on those that wait in the queue. Another seed begins
   *  its sequence at the next packet; the same one goes on in it. */
  change({ profile, seed, udpBlocked }: OneWayOptions, nowMs: number): void {
    this.#bottleneck.change(profile, nowMs) // lets out what is due under the profile of before
    if (seed !== this.#seed) this.#loss.random = seededRandom(seed)
    this.#seed = seed
    this.#udpBlocked = udpBlocked
    this.#loss.lossRatio = profile.loss?.lossRatio ?? 0
    this.#delay.oneWayDelayMs = profile.oneWayDelayMs ?? 0
  }

  #depart(packet: LinkPacket, atMs: number, queueingDelayMs: number): void {
    this.#queueingDelayMs.set(packet.id, queueingDelayMs)
    this.#loss.accept(packet, atMs)
  }

  #lose(packet: LinkPacket, atMs: number): void {
    this.#queueingDelayMs.delete(packet.id)
    this.#listener.dropped(packet, atMs, 'loss')
  }

  #arrive(packet: LinkPacket, atMs: number): void {
    const queueingDelayMs = this.#queueingDelayMs.get(packet.id) ?? 0
    this.#queueingDelayMs.delete(packet.id)
    this.#listener.delivered(packet, atMs, queueingDelayMs)
  }
}
