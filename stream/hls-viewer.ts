import type { Abr, AbrView, LadderVariant, SegmentProgress } from './abr.ts'
import { hlsJsBufferSeconds } from './hls-buffer.ts'
import { endOf, listedAt, placeToPlay, type ListedMedia, type PlaceToPlay } from './media-timeline.ts'
import { retryDelayMs } from './retry-delay.ts'

export type HlsViewerOptions = {
  readonly variants: readonly LadderVariant[] // the lowest bitrate first
  readonly abr: Abr // of these variants
  readonly startSeconds?: number // absent: from the beginning, or from the live edge less what is held back
  readonly maxBufferSeconds?: number // absent: the rule's, else as hls.js
}

/** What to do next, while nothing is under way. */
export type HlsWish =
  | { readonly kind: 'ask-playlist'; readonly variantIndex: number }
  | SegmentWish
  | { readonly kind: 'wait'; readonly untilMs: number }
  | { readonly kind: 'over'; readonly because: 'ended' | 'failed' } // there is nothing more to ask for

export type SegmentWish = PlaceToPlay & {
  readonly kind: 'ask-segment'
  readonly variantIndex: number
  readonly durationSeconds: number
}

/** When a body came; moments of the caller's clock. */
export type Transfer = { readonly askedMs: number; readonly firstByteMs: number; readonly receivedMs: number }

type Known = { readonly media: ListedMedia; readonly reloadMs: number }

const NEARLY_MS = 1e-6 // sums of moments are inexact

/** The decisions of a viewer of HLS, one request after the other: which media playlist, which segment of which variant, how
 *  long to wait because enough is buffered. It asks nothing itself: call `next`, do it, tell what came of it. A variant's
 *  playlist is asked for when the variant is first used; one that has not ended again when it is due (RFC 8216 section
 *  6.3.4). The media sequence numbers of all variants have to mean the same segments. */
export class HlsViewer {
  readonly #options: HlsViewerOptions
  readonly #known: (Known | undefined)[] // by variant
  #place: PlaceToPlay | undefined // of the segment to ask for next
  #asked: SegmentWish | undefined // the segment under way
  #failures = 0 // one after the other
  #retryMs = -Infinity

  constructor(options: HlsViewerOptions) {
    this.#options = options
    this.#known = options.variants.map(() => undefined)
  }

  /** Nothing is under way; so much is received and not yet played. */
  next(nowMs: number, bufferMs: number): HlsWish {
    if (retryDelayMs(Math.max(1, this.#failures)) === undefined) return { kind: 'over', because: 'failed' }
    if (this.#retryMs > nowMs) return { kind: 'wait', untilMs: this.#retryMs }
    const choice = this.#options.abr.choose(this.#view(bufferMs))
    const { variantIndex } = choice
    const known = this.#known[variantIndex]
    if (known === undefined || known.reloadMs <= nowMs) return { kind: 'ask-playlist', variantIndex }
    const place = this.#placeIn(known.media)
    const segment = listedAt(known.media, place.mediaSequence)
    if (segment === undefined) {
      return known.media.isEnded ? { kind: 'over', because: 'ended' } : { kind: 'wait', untilMs: known.reloadMs }
    }
    const tooMuchMs = bufferMs - this.#maxBufferMs(variantIndex, choice.maxBufferSeconds)
    if (tooMuchMs > NEARLY_MS) return { kind: 'wait', untilMs: nowMs + tooMuchMs }
    this.#asked = { kind: 'ask-segment', variantIndex, ...place, durationSeconds: segment.durationSeconds }
    return this.#asked
  }

  playlistReceived(variantIndex: number, media: ListedMedia, { firstByteMs, receivedMs }: Transfer): void {
    const before = this.#known[variantIndex]?.media
    const hasGrown = before === undefined || endOf(media) > endOf(before) || media.isEnded
    const waitSeconds = hasGrown ? media.targetDurationSeconds : media.targetDurationSeconds / 2
    const reloadMs = media.isEnded ? Infinity : receivedMs + waitSeconds * 1000 // s to ms
    this.#known[variantIndex] = { media, reloadMs }
    this.#failures = 0
    this.#options.abr.playlistReceived?.(firstByteMs, receivedMs)
  }

  /** The segment that was asked for is here. */
  segmentReceived(sizeBytes: number, transfer: Transfer): void {
    const asked = this.#takeAsked()
    const { variantIndex, durationSeconds, mediaSequence, startSeconds } = asked
    this.#failures = 0
    this.#place = { mediaSequence: mediaSequence + 1, startSeconds: startSeconds + durationSeconds }
    this.#options.abr.received({ variantIndex, durationSeconds, sizeBytes, ...transfer })
  }

  /** The segment that was asked for is not there, as its playlist says (EXT-X-GAP): the next one follows. */
  segmentMissing(): void {
    const { durationSeconds, mediaSequence, startSeconds } = this.#takeAsked()
    this.#place = { mediaSequence: mediaSequence + 1, startSeconds: startSeconds + durationSeconds }
  }

  /** Whether to cancel the segment under way; call it every `ABANDON_CHECK_MS` while the video plays. After a yes the
   *  segment is no longer under way. */
  abandons(progress: Omit<SegmentProgress, 'variantIndex' | 'durationSeconds'>, bufferMs: number): boolean {
    const { variantIndex, durationSeconds } = this.#asked ?? {}
    const { abr } = this.#options
    if (variantIndex === undefined || durationSeconds === undefined || abr.abandons === undefined) return false
    if (!abr.abandons({ ...progress, variantIndex, durationSeconds }, this.#view(bufferMs))) return false
    this.#asked = undefined
    return true
  }

  /** What was asked for did not come: it is asked for again, later each time. */
  failed(nowMs: number): void {
    this.#asked = undefined
    this.#failures += 1
    this.#retryMs = nowMs + (retryDelayMs(this.#failures) ?? 0)
  }

  /** What the live window has moved beyond is left out. */
  #placeIn(media: ListedMedia): PlaceToPlay {
    this.#place ??= placeToPlay(media, this.#options.startSeconds)
    const missing = media.firstMediaSequence - this.#place.mediaSequence
    if (missing <= 0) return this.#place
    const startSeconds = this.#place.startSeconds + missing * media.targetDurationSeconds
    this.#place = { mediaSequence: media.firstMediaSequence, startSeconds }
    return this.#place
  }

  #view(bufferMs: number): AbrView {
    const media = this.#known.find((known) => known !== undefined)?.media
    const next = media && this.#place && listedAt(media, this.#place.mediaSequence)
    return {
      bufferSeconds: bufferMs / 1000, // ms to s
      segmentSeconds: next?.durationSeconds ?? media?.segments[0]?.durationSeconds ?? media?.targetDurationSeconds ?? 1,
      isLive: media?.isEnded === false,
      isPlaylistKnown: (variantIndex) => this.#known[variantIndex] !== undefined,
    }
  }

  #maxBufferMs(variantIndex: number, ofRule: number | undefined): number {
    const { variants, maxBufferSeconds } = this.#options
    const bandwidth = variants[variantIndex]?.bandwidthBitsPerSecond ?? 0
    return (ofRule ?? maxBufferSeconds ?? hlsJsBufferSeconds(bandwidth)) * 1000 // s to ms
  }

  #takeAsked(): SegmentWish {
    const asked = this.#asked
    if (asked === undefined) throw new Error('a segment came that was not asked for')
    this.#asked = undefined
    return asked
  }
}
