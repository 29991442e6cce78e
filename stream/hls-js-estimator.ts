import type { ExactMaths } from './abr.ts'
import { Ewma } from './ewma.ts'

const FAST_HALF_LIFE_SECONDS = 3 // abrEwmaFastVoD, abrEwmaFastLive
const SLOW_HALF_LIFE_SECONDS = 9 // abrEwmaSlowVoD, abrEwmaSlowLive
const LEAST_WEIGHT = 0.001
const DEFAULT_FIRST_BYTE_MS = 100
const LEAST_FIRST_BYTE_MS = 5
const LEAST_SAMPLE_MS = 50
const BYTES_A_MS = 100_000 // of a small body: so that what came at once is no endless bandwidth
const SQRT_2 = 1.4142135623730951

/** What hls.js knows of the network: the lower of a fast and a slow mean of the throughput, each download weighted by how
 *  long it took, and a mean of the wait for the first byte. Source: `EwmaBandWidthEstimator` of hls.js 1.7.4. */
export class HlsJsEstimator {
  readonly #fast: Ewma
  readonly #slow: Ewma
  readonly #firstByte: Ewma
  readonly #exp: ExactMaths['exp']
  readonly #defaultBitsPerSecond: number

  constructor(defaultBitsPerSecond: number, exp: ExactMaths['exp']) {
    this.#defaultBitsPerSecond = defaultBitsPerSecond
    this.#exp = exp
    this.#fast = new Ewma(FAST_HALF_LIFE_SECONDS, exp)
    this.#slow = new Ewma(SLOW_HALF_LIFE_SECONDS, exp)
    this.#firstByte = new Ewma(SLOW_HALF_LIFE_SECONDS, exp)
  }

  /** So many bytes in so long, from the first one on. */
  add(ms: number, bytes: number): void {
    if (bytes <= 0) return
    const seconds = Math.max(ms, Math.min(LEAST_SAMPLE_MS, bytes / BYTES_A_MS)) / 1000 // ms to s
    const bitsPerSecond = (8 * bytes) / seconds
    this.#fast.add(bitsPerSecond, seconds)
    this.#slow.add(bitsPerSecond, seconds)
  }

  /** The longer the wait, the less it weighs. */
  addFirstByte(ms: number): void {
    const seconds = ms / 1000
    this.#firstByte.add(Math.max(ms, LEAST_FIRST_BYTE_MS), SQRT_2 * this.#exp((-seconds * seconds) / 2))
  }

  get canEstimate(): boolean {
    return this.#fast.totalWeight >= LEAST_WEIGHT
  }

  get bitsPerSecond(): number {
    return this.canEstimate ? Math.min(this.#fast.mean, this.#slow.mean) : this.#defaultBitsPerSecond
  }

  get firstByteMs(): number {
    return this.#firstByte.totalWeight >= LEAST_WEIGHT ? this.#firstByte.mean : DEFAULT_FIRST_BYTE_MS
  }
}
