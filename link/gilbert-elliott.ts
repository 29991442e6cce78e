import type { LinkPacket, Traffic } from './link-packet.ts'
import type { TrafficRandoms } from './random.ts'

/** Loss in bursts of packets: all are lost in the bad state, none in the good one. A packet has the fate of the state, then
 *  the state moves by one draw; each kind of traffic has a state of its own, good at first. From the mean loss m and the
 *  mean burst b come r = 1 / b (bad to good) and p = m / ((1 - m) b) (good to bad). network-model.md 2.1. */
export class GilbertElliott {
  readonly #toBad: number
  readonly #toGood: number
  readonly #randoms: TrafficRandoms
  readonly #isBad: Record<Traffic, boolean> = { rtp: false, rtcp: false, tcp: false }

  constructor(loss: { readonly lossRatio: number; readonly meanBurstPackets: number }, randoms: TrafficRandoms) {
    this.#toGood = 1 / loss.meanBurstPackets
    this.#toBad = loss.lossRatio / ((1 - loss.lossRatio) * loss.meanBurstPackets)
    this.#randoms = randoms
  }

  isLost({ traffic }: LinkPacket): boolean {
    const isBad = this.#isBad[traffic]
    if (this.#randoms.draw(traffic) < (isBad ? this.#toGood : this.#toBad)) this.#isBad[traffic] = !isBad
    return isBad
  }
}
