import type { Abr, AbrView, ExactMaths, LadderVariant, SegmentDownload, SegmentProgress } from './abr.ts'
import { HlsJsEstimator } from './hls-js-estimator.ts'

const DEFAULT_ESTIMATE = 500_000 // abrEwmaDefaultEstimate, bit/s
const DEFAULT_ESTIMATE_MOST = 5_000_000 // abrEwmaDefaultEstimateMax
const STAY_FACTOR = 0.95 // abrBandWidthFactor
const UP_FACTOR = 0.7 // abrBandWidthUpFactor
const MAX_STARVATION_SECONDS = 4 // maxStarvationDelay
const UNKNOWN_SEGMENT_SECONDS = 1 // before a playlist tells

export type HlsJsOptions = {
  readonly exp: ExactMaths['exp']
  /** Of the variant that the multivariant playlist lists first; absent: of the lowest. */
  readonly firstListed?: number
}

/** How long it may take to fetch a segment: what is buffered, and how long a stall may be. */
type Budget = { readonly bufferSeconds: number; readonly stallSeconds: number }

type Factors = { readonly stay: number; readonly up: number }

const CAREFUL: Factors = { stay: STAY_FACTOR, up: UP_FACTOR }
const PLAIN: Factors = { stay: 1, up: 1 }

/** The level choice of hls.js 1.7.4 with its default configuration: from the highest level down the first whose bitrate is
 *  within 95 % of the estimate (70 % for a higher level than the one before) and whose segment comes before the buffer is
 *  empty; if there is none, one that stalls for no more than a segment, at most 4 s; else the lowest. The first estimate is
 *  the bitrate of the level listed first, 0.5 to 5 Mbit/s. A segment that has taken half its length, and would come after
 *  the buffer is empty, is given up for a lower level that comes sooner; never one of the second lowest level, as its loop
 *  over lower levels ends before the lowest.
 *  Source: `AbrController` (abr-controller.ts) and `filterAndSortMediaOptions` (level-controller.ts).
 *  Left out: codec, HDR and frame rate preferences, media capabilities, capping to the player's size, error penalties,
 *  parts, the time in which segments are transmuxed (it counts into its samples), and that a segment given up goes on
 *  coming while the playlist of the lower level is fetched. */
export class HlsJsAbr implements Abr {
  readonly #ladder: readonly LadderVariant[]
  readonly #options: HlsJsOptions
  #estimator: HlsJsEstimator
  #chosenFirst: number | undefined // until a segment has come
  #loaded: number | undefined // variant of the last segment that came
  #forced: number | undefined // until a segment of it has come
  #segmentSeconds: number | undefined // of the last one asked for
  #playlistSeconds = 0 // how long the body of the last media playlist took

  constructor(ladder: readonly LadderVariant[], options: HlsJsOptions) {
    this.#ladder = ladder
    this.#options = options
    const first = ladder[options.firstListed ?? 0]?.bandwidthBitsPerSecond ?? 0
    this.#estimator = this.#newEstimator(Math.max(DEFAULT_ESTIMATE, Math.min(first, DEFAULT_ESTIMATE_MOST)))
  }

  choose(view: AbrView) {
    const variantIndex = this.#forced ?? this.#next(view)
    this.#segmentSeconds = view.segmentSeconds
    return { variantIndex }
  }

  playlistReceived(firstByteMs: number, receivedMs: number): void {
    this.#playlistSeconds = (receivedMs - firstByteMs) / 1000 // ms to s
  }

  received({ variantIndex, sizeBytes, askedMs, firstByteMs, receivedMs }: SegmentDownload): void {
    const waitMs = firstByteMs - askedMs
    if (this.#forced === variantIndex) this.#forced = undefined
    this.#chosenFirst = undefined
    this.#loaded = variantIndex
    this.#estimator.addFirstByte(waitMs)
    this.#estimator.add(receivedMs - askedMs - Math.min(waitMs, this.#estimator.firstByteMs), sizeBytes)
  }

  /** `_abandonRulesCheck`; a lower level is forced, and its tick cancels the request (`onFragLoadEmergencyAborted`). */
  abandons(progress: SegmentProgress, view: AbrView): boolean {
    const { variantIndex, durationSeconds, nowMs, askedMs } = progress
    const halfMs = (durationSeconds * 1000) / 2 // s to ms
    if (variantIndex <= 0 || nowMs - askedMs <= Math.max(this.#estimator.firstByteMs, halfMs)) return false
    const rest = this.#restSeconds(progress)
    if (rest.seconds <= view.bufferSeconds) return false
    const lower = this.#lowerInTime(variantIndex, rest.bitsPerSecond, durationSeconds, view)
    if (lower === undefined || lower.seconds >= rest.seconds || lower.seconds > 10 * durationSeconds) return false
    this.#noteLate(progress)
    this.#force(lower.variantIndex, view)
    if (rest.seconds > 2 * lower.seconds) this.#forceLowest(view)
    return true
  }

  #next(view: AbrView): number {
    if (this.#loaded === undefined || !this.#estimator.canEstimate) return (this.#chosenFirst ??= this.#first(view))
    const { bufferSeconds } = view
    const { bitsPerSecond } = this.#estimator
    const top = this.#ladder.length - 1
    const smooth =
      bufferSeconds > 0 ? this.#best(bitsPerSecond, top, { bufferSeconds, stallSeconds: 0 }, CAREFUL, view) : -1
    if (smooth >= 0) return smooth
    const stallSeconds = Math.min(this.#segmentSeconds ?? MAX_STARVATION_SECONDS, MAX_STARVATION_SECONDS)
    return Math.max(0, this.#best(bitsPerSecond, top, { bufferSeconds, stallSeconds }, CAREFUL, view))
  }

  #first(view: AbrView): number {
    const budget = { bufferSeconds: view.bufferSeconds / 2, stallSeconds: MAX_STARVATION_SECONDS }
    const lowest = this.#ladder[0]?.bandwidthBitsPerSecond ?? 0
    const bitsPerSecond = Math.max(this.#estimator.bitsPerSecond, lowest) // as its start tier has it
    const best = this.#best(bitsPerSecond, this.#ladder.length - 1, budget, PLAIN, view)
    return best >= 0 ? best : Math.min(this.#options.firstListed ?? 0, this.#ladder.length - 1)
  }

  /** `findBestLevel`; -1: none. */
  #best(bitsPerSecond: number, top: number, budget: Budget, { stay, up }: Factors, view: AbrView): number {
    const base = this.#loaded ?? this.#options.firstListed ?? 0
    for (let index = top; index >= 0; index -= 1) {
      const usable = bitsPerSecond * (index > base ? up : stay)
      const needed = this.#bitsNeeded(index, budget)
      if (usable < needed) continue
      const mostSeconds = budget.bufferSeconds + budget.stallSeconds
      if (view.isLive || this.#fetchSeconds(index, needed, usable, view) < mostSeconds) return index
    }
    return -1
  }

  /** The average counts once two segments are buffered and no stall is to be risked. */
  #bitsNeeded(index: number, { bufferSeconds, stallSeconds }: Budget): number {
    const { bandwidthBitsPerSecond, averageBitsPerSecond } = this.#ladder[index] as LadderVariant
    const isAhead = this.#segmentSeconds !== undefined && bufferSeconds >= 2 * this.#segmentSeconds
    return isAhead && stallSeconds === 0 ? (averageBitsPerSecond ?? bandwidthBitsPerSecond) : bandwidthBitsPerSecond
  }

  /** A level whose playlist is not known costs that, too. */
  #fetchSeconds(index: number, segmentBitsPerSecond: number, usable: number, view: AbrView): number {
    const isKnown = view.isPlaylistKnown(index)
    const seconds = isKnown ? view.segmentSeconds : (this.#segmentSeconds ?? UNKNOWN_SEGMENT_SECONDS)
    const waitSeconds = this.#estimator.firstByteMs / 1000 // ms to s
    const playlistSeconds = isKnown && !view.isLive ? 0 : waitSeconds + this.#playlistSeconds
    return waitSeconds + (segmentBitsPerSecond * seconds) / usable + playlistSeconds
  }

  #noteLate({ nowMs, askedMs, firstByteMs, receivedBytes }: SegmentProgress): void {
    const loadingMs = nowMs - askedMs
    if (firstByteMs === undefined) return this.#estimator.addFirstByte(loadingMs)
    this.#estimator.add(loadingMs - Math.min(this.#estimator.firstByteMs, firstByteMs - askedMs), receivedBytes)
  }

  /** How long the rest of the segment will take, and by which throughput. */
  #restSeconds(progress: SegmentProgress) {
    const { variantIndex, durationSeconds, nowMs, askedMs, firstByteMs, receivedBytes } = progress
    const { averageBitsPerSecond, bandwidthBitsPerSecond } = this.#ladder[variantIndex] as LadderVariant
    const averageBytes = Math.round((durationSeconds * (averageBitsPerSecond ?? bandwidthBitsPerSecond)) / 8)
    const expectedBytes = Math.max(receivedBytes, progress.totalBytes ?? averageBytes)
    if (firstByteMs === undefined || receivedBytes === 0 || nowMs <= Math.max(firstByteMs, askedMs)) {
      const { bitsPerSecond, firstByteMs: waitMs } = this.#estimator
      return { seconds: (expectedBytes * 8) / bitsPerSecond + waitMs / 1000, bitsPerSecond }
    }
    const bitsPerSecond = (receivedBytes * 8 * 1000) / (nowMs - firstByteMs)
    return { seconds: ((expectedBytes - receivedBytes) * 8) / bitsPerSecond, bitsPerSecond }
  }

  /** The highest lower level that comes before the buffer is empty, or else the second one. */
  #lowerInTime(variantIndex: number, bitsPerSecond: number, durationSeconds: number, view: AbrView) {
    const waitSeconds = this.#estimator.firstByteMs / 1000 // ms to s
    let seconds: number | undefined
    let lower = variantIndex - 1
    for (; lower > 0; lower -= 1) {
      const { bandwidthBitsPerSecond } = this.#ladder[lower] as LadderVariant
      const playlistSeconds = view.isPlaylistKnown(lower) && !view.isLive ? 0 : waitSeconds + this.#playlistSeconds
      seconds = waitSeconds + (durationSeconds * bandwidthBitsPerSecond) / bitsPerSecond + playlistSeconds
      if (seconds < Math.min(view.bufferSeconds, durationSeconds + waitSeconds)) break
    }
    return seconds === undefined ? undefined : { variantIndex: lower, seconds }
  }

  #force(lower: number, view: AbrView): void {
    const needed = (this.#ladder[lower] as LadderVariant).bandwidthBitsPerSecond
    if (this.#estimator.bitsPerSecond * UP_FACTOR > needed) this.#estimator = this.#newEstimator(needed)
    const best = this.#best(needed, lower, { bufferSeconds: 0, stallSeconds: view.bufferSeconds }, PLAIN, view)
    this.#forced = best >= 0 ? best : lower
  }

  /** `abortAndSwitch`: what was measured counts no more, and the least that is in time comes next. */
  #forceLowest(view: AbrView): void {
    const wanted = this.#forced ?? 0
    if (wanted === 0) return
    const lowest = this.#ladder[0] as LadderVariant
    const budget = { bufferSeconds: 0, stallSeconds: view.bufferSeconds }
    const next = Math.max(0, this.#best(lowest.bandwidthBitsPerSecond, wanted, budget, PLAIN, view))
    this.#forced = next
    this.#estimator = this.#newEstimator((this.#ladder[next] as LadderVariant).bandwidthBitsPerSecond)
  }

  #newEstimator(defaultBitsPerSecond: number): HlsJsEstimator {
    return new HlsJsEstimator(defaultBitsPerSecond, this.#options.exp)
  }
}
