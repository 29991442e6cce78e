import type { Abr, AbrView, LadderVariant, SegmentDownload, SegmentProgress } from './abr.ts'

const SAFETY_FACTOR = 0.9
const SAMPLES = 3 // downloads in the mean
const ABANDON_AFTER_MS = 500
const ABANDON_BEYOND = 1.8 // segment durations

type Sample = { readonly bitsPerSecond: number; readonly latencyMs: number }

/** The throughput rule of sabre and dash.js: the highest variant whose segments come in no longer than they last, waiting
 *  for the first byte counted in, at nine tenths of the throughput of before; of the first segment the lowest variant.
 *  Throughput is the harmonic mean of the last three downloads, which one fast moment cannot raise (Jiang, Sekar, Zhang,
 *  "Improving Fairness, Efficiency, and Stability in HTTP-based Adaptive Video Streaming with FESTIVE", CoNEXT 2012,
 *  section 5.2); each is measured from its first byte on. A segment that would take 1.8 times as long as it lasts is given
 *  up half a second after the request, for a lower one that is smaller than what is still to come. sabre's insufficient
 *  buffer rule is left out (its `no_ibr`).
 *  Source: `ThroughputRule` of sabre.py (UMass-LIDS/sabre), dash.js' ThroughputRule and AbandonRequestsRule. */
export class ThroughputAbr implements Abr {
  readonly #ladder: readonly LadderVariant[]
  #samples: readonly Sample[] = []
  #given: number | undefined // the variant for which a segment was given up

  constructor(ladder: readonly LadderVariant[]) {
    this.#ladder = ladder
  }

  choose({ segmentSeconds }: AbrView) {
    const given = this.#given
    if (given !== undefined) return { variantIndex: given }
    const bitsPerSecond = this.bitsPerSecond()
    return {
      variantIndex: bitsPerSecond === undefined ? 0 : this.#fitting(SAFETY_FACTOR * bitsPerSecond, segmentSeconds),
    }
  }

  received(download: SegmentDownload): void {
    this.#given = undefined
    const { sizeBytes, askedMs, firstByteMs, receivedMs } = download
    const ms = Math.max(1, receivedMs - firstByteMs) // one packet takes no time
    const sample = { bitsPerSecond: (sizeBytes * 8 * 1000) / ms, latencyMs: firstByteMs - askedMs }
    this.#samples = [...this.#samples, sample].slice(-SAMPLES)
  }

  abandons(progress: SegmentProgress): boolean {
    const { variantIndex, durationSeconds, nowMs, askedMs, firstByteMs, receivedBytes } = progress
    if (firstByteMs === undefined || nowMs - askedMs < ABANDON_AFTER_MS || nowMs <= firstByteMs) return false
    const bitsPerSecond = (receivedBytes * 8 * 1000) / (nowMs - firstByteMs)
    const totalBytes = progress.totalBytes ?? this.#bytesOf(variantIndex, durationSeconds)
    const remainingBytes = totalBytes - receivedBytes
    if (totalBytes * 8 <= ABANDON_BEYOND * durationSeconds * bitsPerSecond) return false
    const lower = Math.min(variantIndex, this.#fitting(SAFETY_FACTOR * bitsPerSecond, durationSeconds))
    if (lower === variantIndex || this.#bytesOf(lower, durationSeconds) >= remainingBytes) return false
    this.#given = lower
    return true
  }

  /** Undefined before the first segment has come. */
  bitsPerSecond(): number | undefined {
    if (this.#samples.length === 0) return undefined
    const inverse = this.#samples.reduce((sum, { bitsPerSecond }) => sum + 1 / bitsPerSecond, 0)
    return this.#samples.length / inverse
  }

  #fitting(bitsPerSecond: number, segmentSeconds: number): number {
    const latencySeconds = this.#latencyMs() / 1000 // ms to s
    const fitting = this.#ladder.findLastIndex(
      ({ bandwidthBitsPerSecond }) =>
        latencySeconds + (segmentSeconds * bandwidthBitsPerSecond) / bitsPerSecond <= segmentSeconds,
    )
    return Math.max(0, fitting)
  }

  #latencyMs(): number {
    const sum = this.#samples.reduce((total, { latencyMs }) => total + latencyMs, 0)
    return this.#samples.length === 0 ? 0 : sum / this.#samples.length
  }

  #bytesOf(variantIndex: number, seconds: number): number {
    return ((this.#ladder[variantIndex]?.bandwidthBitsPerSecond ?? 0) * seconds) / 8
  }
}
