import type { PublishedMoments } from '../stream/latency-join.ts'

const KEPT_PICTURES = 600

/** When the last packet of each of the newest pictures had come. */
export class PictureArrivals {
  readonly #cameMs = new Map<number, number>() // by presentation time, 90 kHz

  add(ptsTicks: number, atMs: number): void {
    this.#cameMs.set(ptsTicks, atMs)
    const [oldest] = this.#cameMs.keys()
    if (this.#cameMs.size > KEPT_PICTURES && oldest !== undefined) this.#cameMs.delete(oldest)
  }

  readonly cameMs = ({ ptsTicks }: PublishedMoments): number | undefined => this.#cameMs.get(ptsTicks)
}
