/** How a variant is chosen: always the same one, by measured throughput, by the buffer (BOLA), or as hls.js does. */
export const abrRules = ['fixed', 'throughput', 'bola', 'hls.js'] as const
export type AbrRule = (typeof abrRules)[number]

/** A variant as a rule sees it. A ladder has the lowest bitrate first; what is chosen is an index of it. */
export type LadderVariant = {
  readonly name: string
  readonly bandwidthBitsPerSecond: number // BANDWIDTH
  readonly averageBitsPerSecond?: number // AVERAGE-BANDWIDTH; absent: not told
}

/** Where the viewer stands when the next segment is chosen. */
export type AbrView = {
  readonly bufferSeconds: number // received and not yet played
  readonly segmentSeconds: number // of the segment to choose
  readonly isLive: boolean
  /** Whether the variant's media playlist is known; else it has to be asked for first. */
  readonly isPlaylistKnown: (variantIndex: number) => boolean
}

export type AbrChoice = {
  readonly variantIndex: number
  /** While more than that is buffered nothing is asked for; absent: the player's own limit. */
  readonly maxBufferSeconds?: number
}

/** A whole segment that has come. */
export type SegmentDownload = {
  readonly variantIndex: number
  readonly durationSeconds: number
  readonly sizeBytes: number
  readonly askedMs: number
  readonly firstByteMs: number
  readonly receivedMs: number
}

/** A segment that is coming. */
export type SegmentProgress = {
  readonly variantIndex: number
  readonly durationSeconds: number
  readonly nowMs: number
  readonly askedMs: number
  readonly firstByteMs?: number // absent: nothing has come
  readonly receivedBytes: number
  readonly totalBytes?: number // absent: not told
}

/** A rule and what it has learned: one for each viewer. */
export type Abr = {
  /** Of which variant the next segment is asked for. */
  choose(view: AbrView): AbrChoice
  received(download: SegmentDownload): void
  /** A media playlist has come. */
  readonly playlistReceived?: (firstByteMs: number, receivedMs: number) => void
  /** Whether the segment is given up; what is asked for instead is what `choose` says next. Asked every `ABANDON_CHECK_MS`
   *  while a segment is coming and the video plays. Absent: never. */
  readonly abandons?: (progress: SegmentProgress, view: AbrView) => boolean
}

/** As often as hls.js looks (`onFragLoading` of its abr-controller.ts). */
export const ABANDON_CHECK_MS = 100

/** The functions that rules need and that engines round as they like: link/exact-math.ts has the same ones for all. */
export type ExactMaths = { readonly ln: (x: number) => number; readonly exp: (x: number) => number }

/** The highest variant that needs no more than so much, else the lowest. */
export function highestWithin(ladder: readonly LadderVariant[], bitsPerSecond: number): number {
  return Math.max(
    0,
    ladder.findLastIndex(({ bandwidthBitsPerSecond }) => bandwidthBitsPerSecond <= bitsPerSecond),
  )
}
