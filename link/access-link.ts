import { Bottleneck } from './bottleneck.ts'
import { Delay } from './delay.ts'
import type { LinkPacket, LinkStage } from './link-packet.ts'
import { RandomLoss } from './loss.ts'
import type { LinkProfile } from './profile.ts'
import { seededRandom } from './random.ts'

/** What became of a packet, told in the order in which it is known. */
export type PacketFate =
  | { readonly kind: 'accepted' | 'tail-dropped' | 'lost'; readonly packet: LinkPacket; readonly atMs: number }
  | {
      readonly kind: 'delivered'
      readonly packet: LinkPacket
      readonly atMs: number
      readonly queueingDelayMs: number // waited before its first bit was sent
    }

/** The udp lane of a downlink: rate, drop-tail queue, loss, one-way delay, in this order (network-model.md 2.1).
 *  A pure function of profile, seed and packets with their entry times: how often `advance` is called changes nothing. */
export class AccessLink implements LinkStage {
  readonly #tell: (fate: PacketFate) => void
  readonly #bottleneck: Bottleneck
  readonly #loss: RandomLoss
  readonly #delay: Delay
  #seed: number
  readonly #queueingDelayMs = new Map<number, number>() // of packets that travel, by id

  constructor({ seed, downlink }: LinkProfile, tell: (fate: PacketFate) => void) {
    this.#tell = tell
    this.#seed = seed
    this.#delay = new Delay(downlink.oneWayDelayMs ?? 0, (packet, atMs) => this.#arrive(packet, atMs))
    this.#loss = new RandomLoss(downlink.loss?.lossRatio ?? 0, seededRandom(seed), {
      deliver: (packet, atMs) => this.#delay.accept(packet, atMs),
      lost: (packet, atMs) => this.#lose(packet, atMs),
    })
    this.#bottleneck = new Bottleneck(downlink, {
      departed: (packet, atMs, queueingDelayMs) => this.#depart(packet, atMs, queueingDelayMs),
      accepted: (packet, atMs) => this.#tell({ kind: 'accepted', packet, atMs }),
      tailDropped: (packet, atMs) => this.#tell({ kind: 'tail-dropped', packet, atMs }),
    })
  }

  accept(packet: LinkPacket, nowMs: number): void {
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
  change({ seed, downlink }: LinkProfile, nowMs: number): void {
    this.#bottleneck.change(downlink, nowMs) // lets out what is due under the profile of before
    if (seed !== this.#seed) this.#loss.random = seededRandom(seed)
    this.#seed = seed
    this.#loss.lossRatio = downlink.loss?.lossRatio ?? 0
    this.#delay.oneWayDelayMs = downlink.oneWayDelayMs ?? 0
  }

  #depart(packet: LinkPacket, atMs: number, queueingDelayMs: number): void {
    this.#queueingDelayMs.set(packet.id, queueingDelayMs)
    this.#loss.accept(packet, atMs)
  }

  #lose(packet: LinkPacket, atMs: number): void {
    this.#queueingDelayMs.delete(packet.id)
    this.#tell({ kind: 'lost', packet, atMs })
  }

  #arrive(packet: LinkPacket, atMs: number): void {
    const queueingDelayMs = this.#queueingDelayMs.get(packet.id) ?? 0
    this.#queueingDelayMs.delete(packet.id)
    this.#tell({ kind: 'delivered', packet, atMs, queueingDelayMs })
  }
}
