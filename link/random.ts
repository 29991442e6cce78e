/** A number from 0 inclusive to 1 exclusive, from a named place in a seeded sequence. */
export type Random = () => number

/** xoshiro128** 1.1 by Blackman and Vigna, its state filled by splitmix32 from a 32-bit seed.
 *  Integer steps only (`Math.imul`, shifts), so a seed gives the same sequence on every engine. */
export function seededRandom(seed: number): Random {
  const next = splitmix32(seed)
  return xoshiro128starstar(next(), next(), next(), next())
}

/** The generator itself, given its state: four 32-bit words, not all zero. */
export function xoshiro128starstar(s0: number, s1: number, s2: number, s3: number): Random {
  return () => {
    const word = Math.imul(rotateLeft(Math.imul(s1, 5), 7), 9) >>> 0
    const shifted = s1 << 9
    s2 ^= s0
    s3 ^= s1
    s1 ^= s2
    s0 ^= s3
    s2 ^= shifted
    s3 = rotateLeft(s3, 11)
    return word / 0x1_0000_0000
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
