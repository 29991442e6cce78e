import type { Traffic } from './link-packet.ts'

/** A number from 0 inclusive to 1 exclusive, from a named place in a seeded sequence. */
export type Random = () => number

/** What chance decides on a line. The loss of RTP has the seed itself, everything else a seed made of it. */
export type Purpose = 'loss' | 'jitter' | 'reorder' | 'duplicate' | 'bad-moments' | 'rate'

const purposes: readonly Purpose[] = ['loss', 'jitter', 'reorder', 'duplicate', 'bad-moments', 'rate']

/** The sequence of one purpose that all traffic shares. */
export function randomOf(seed: number, purpose: Purpose): Random {
  return seededRandom(derivedSeed(seed, purpose, 0))
}

/** The sequences of one purpose, one for each kind of traffic. */
export class TrafficRandoms {
  readonly #rtp: Xoshiro128
  readonly #rtcp: Xoshiro128
  readonly #tcp: Xoshiro128

  constructor(seed: number, purpose: Purpose) {
    this.#rtp = seededXoshiro(derivedSeed(seed, purpose, 0))
    this.#rtcp = seededXoshiro(derivedSeed(seed, purpose, 1))
    this.#tcp = seededXoshiro(derivedSeed(seed, purpose, 2))
  }

  draw(traffic: Traffic): number {
    return this.#of(traffic).draw()
  }

  #of(traffic: Traffic): Xoshiro128 {
    if (traffic === 'rtp') return this.#rtp
    return traffic === 'tcp' ? this.#tcp : this.#rtcp
  }
}

/** Multiples of the golden ratio of 2^32 lie far apart. */
function derivedSeed(seed: number, purpose: Purpose, traffic: number): number {
  return seed ^ Math.imul(3 * purposes.indexOf(purpose) + traffic, 0x9e3779b9)
}

/** A sequence whose state splitmix32 fills from a 32-bit seed. */
export function seededRandom(seed: number): Random {
  const generator = seededXoshiro(seed)
  return () => generator.draw()
}

function seededXoshiro(seed: number): Xoshiro128 {
  const next = splitmix32(seed)
  return new Xoshiro128(next(), next(), next(), next())
}

/** xoshiro128** 1.1 by Blackman and Vigna. Integer steps only (`Math.imul`, shifts), so a seed gives the same sequence on
 *  every engine. Its state: four 32-bit words, not all zero. */
export class Xoshiro128 {
  #s0: number
  #s1: number
  #s2: number
  #s3: number

  constructor(s0: number, s1: number, s2: number, s3: number) {
    this.#s0 = s0
    this.#s1 = s1
    this.#s2 = s2
    this.#s3 = s3
  }

  /** From 0 inclusive to 1 exclusive. */
  draw(): number {
    const s1 = this.#s1
    const s2 = this.#s2 ^ this.#s0
    const s3 = this.#s3 ^ s1
    this.#s1 = s1 ^ s2
    this.#s0 ^= s3
    this.#s2 = s2 ^ (s1 << 9)
    this.#s3 = rotateLeft(s3, 11)
    return (Math.imul(rotateLeft(Math.imul(s1, 5), 7), 9) >>> 0) / 0x1_0000_0000
  }
}

/** Spreads near seeds far apart: 1 and 2 give unrelated sequences. */
function splitmix32(seed: number): () => number {
  let state = seed | 0
  return () => {
    state = (state + 0x9e3779b9) | 0
    let word = state ^ (state >>> 16)
    word = Math.imul(word, 0x21f0aaad)
    word ^= word >>> 15
    word = Math.imul(word, 0x735a2d97)
    return word ^ (word >>> 15)
  }
}

function rotateLeft(word: number, bits: number): number {
  return (word << bits) | (word >>> (32 - bits))
}
