import type { Abr, AbrView, ExactMaths, LadderVariant } from './abr.ts'

const GAMMA_P = 5 // how much a stall weighs against a better picture; the paper's figures are for it
const MAX_BUFFER_SECONDS = 25 // the paper's buffer

export type BolaOptions = { readonly ln: ExactMaths['ln']; readonly maxBufferSeconds?: number }

/** BOLA-BASIC: of each segment the variant with the highest (V (u + γp) − Q) / S, where Q is the buffer in seconds, S a
 *  variant's bitrate, u = ln(S / lowest S) its utility, and V = (Qmax − p) / (highest u + γp), p being how long a segment
 *  lasts. While all are below 0 nothing is asked for: that is while more than Qmax − p is buffered. It measures nothing.
 *  Between two neighbours it changes where their scores are equal: at Q = V (γp + (S1 u0 − S0 u1) / (S1 − S0)).
 *  γp = 5, Qmax = 25 s unless the viewer has another. Left out: BOLA-FINITE's smaller V near the ends, BOLA-U and BOLA-O
 *  (throughput against oscillation), giving segments up.
 *  Source: Spiteri, Urgaonkar, Sitaraman, "BOLA: Near-Optimal Bitrate Adaptation for Online Videos", IEEE INFOCOM 2016 and
 *  IEEE/ACM ToN 28(4), 2020, sections IV and V; `Bola` of sabre.py (UMass-LIDS/sabre) with `abr_basic`. */
export class BolaAbr implements Abr {
  readonly #bitsPerSecond: readonly number[]
  readonly #utilities: readonly number[]
  readonly #maxBufferSeconds: number

  constructor(ladder: readonly LadderVariant[], { ln, maxBufferSeconds = MAX_BUFFER_SECONDS }: BolaOptions) {
    this.#bitsPerSecond = ladder.map(({ bandwidthBitsPerSecond }) => bandwidthBitsPerSecond)
    const lowest = this.#bitsPerSecond[0] ?? 1
    this.#utilities = this.#bitsPerSecond.map((bitsPerSecond) => ln(bitsPerSecond / lowest))
    this.#maxBufferSeconds = maxBufferSeconds
  }

  choose({ bufferSeconds, segmentSeconds }: AbrView) {
    const roomSeconds = Math.max(0, this.#maxBufferSeconds - segmentSeconds)
    const v = roomSeconds / ((this.#utilities.at(-1) ?? 0) + GAMMA_P)
    const scores = this.#utilities.map(
      (utility, index) => (v * (utility + GAMMA_P) - bufferSeconds) / (this.#bitsPerSecond[index] as number),
    )
    const variantIndex = scores.reduce((best, score, index) => (score > (scores[best] as number) ? index : best), 0)
    return { variantIndex, maxBufferSeconds: roomSeconds }
  }

  received(): void {}
}
