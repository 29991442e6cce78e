import { BadMoments } from './bad-moments.ts'
import { GilbertElliott } from './gilbert-elliott.ts'
import type { Deliver, LinkPacket, LinkStage } from './link-packet.ts'
import type { LossProfile } from './profile.ts'
import { TrafficRandoms } from './random.ts'
import { Timeline } from './timeline.ts'

/** Asked once of every packet that left the queue, in order of departure. */
export type LossProcess = { isLost(packet: LinkPacket, departureMs: number): boolean }

export type LossOptions = { readonly loss?: LossProfile | undefined; readonly seed: number }

type Weather = LossOptions & { readonly randoms: TrafficRandoms; readonly process: LossProcess }

/** Loss after the queue: the packet has used its share of the rate. network-model.md 2.1, step 3. Takes no time. */
export class Loss implements LinkStage {
  readonly #deliver: Deliver
  readonly #lost: Deliver
  readonly #weathers: Timeline<Weather>

  constructor(options: LossOptions, told: { readonly deliver: Deliver; readonly lost: Deliver }) {
    this.#deliver = told.deliver
    this.#lost = told.lost
    this.#weathers = new Timeline(weatherOf(options, new TrafficRandoms(options.seed, 'loss'), 0))
  }

  accept(packet: LinkPacket, nowMs: number, queueingDelayMs: number): void {
    if (this.#weathers.at(nowMs).process.isLost(packet, nowMs)) this.#lost(packet, nowMs, queueingDelayMs)
    else this.#deliver(packet, nowMs, queueingDelayMs)
  }

  advance(): void {}

  nextEventMs(): number {
    return Infinity
  }

  /** Other losses from `fromMs` on. With the same seed they go on in its sequence, another one begins its own. */
  change(options: LossOptions, fromMs: number): void {
    const before = this.#weathers.at(fromMs)
    const isSameSeed = before.seed === options.seed
    if (isSameSeed && JSON.stringify(before.loss) === JSON.stringify(options.loss)) {
      return this.#weathers.set(fromMs, before)
    }
    const randoms = isSameSeed ? before.randoms : new TrafficRandoms(options.seed, 'loss')
    this.#weathers.set(fromMs, weatherOf(options, randoms, fromMs))
  }
}

function weatherOf({ loss, seed }: LossOptions, randoms: TrafficRandoms, fromMs: number): Weather {
  return { loss, seed, randoms, process: processOf(loss, seed, randoms, fromMs) }
}

function processOf(loss: LossProfile | undefined, seed: number, randoms: TrafficRandoms, fromMs: number): LossProcess {
  switch (loss?.kind) {
    case 'gilbert-elliott':
      return new GilbertElliott(loss, randoms)
    case 'bad-moments':
      return new BadMoments(loss, seed, fromMs)
    case 'random':
    case undefined:
      return new RandomLoss(loss?.lossRatio ?? 0, randoms)
  }
}

/** One draw a packet whatever the ratio, in order, so that packet k meets draw k: the same seed and packets give the same
 *  losses, and what is lost at 2 % is lost at 5 % too, whenever the loss began. */
class RandomLoss implements LossProcess {
  readonly #lossRatio: number
  readonly #randoms: TrafficRandoms

  constructor(lossRatio: number, randoms: TrafficRandoms) {
    this.#lossRatio = lossRatio
    this.#randoms = randoms
  }

  isLost({ traffic }: LinkPacket): boolean {
    return this.#randoms.draw(traffic) < this.#lossRatio
  }
}
