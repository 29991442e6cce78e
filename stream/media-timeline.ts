/** A media playlist, as far as a viewer has to know it. */
export type ListedMedia = {
  readonly segments: readonly ListedSegment[]
  readonly firstMediaSequence: number // of the first segment
  readonly targetDurationSeconds: number
  readonly isEnded: boolean // EXT-X-ENDLIST
  readonly holdBackSeconds?: number // HOLD-BACK; absent: three target durations
  readonly startOffsetSeconds?: number // EXT-X-START; negative: from the end
}

export type ListedSegment = {
  readonly durationSeconds: number
  readonly startSeconds?: number // in the presentation; absent: as the durations before it make it
  readonly sizeBytes?: number // absent: not told
}

export type PlaceToPlay = { readonly mediaSequence: number; readonly startSeconds: number }

const HOLD_BACK_TARGETS = 3 // draft-pantos-hls-rfc8216bis section 4.4.3.8

/** Where to begin: with the segment of the wanted second; without one where the list says (EXT-X-START), else at the beginning
 *  of what has ended, and so far behind the end of what has not. */
export function placeToPlay(media: ListedMedia, wantedSeconds: number | undefined): PlaceToPlay {
  const starts = startsOf(media)
  const endSeconds = (starts.at(-1) ?? 0) + (media.segments.at(-1)?.durationSeconds ?? 0)
  const edgeSeconds = endSeconds - (media.holdBackSeconds ?? HOLD_BACK_TARGETS * media.targetDurationSeconds)
  const { startOffsetSeconds: offset } = media
  const toldSeconds = offset !== undefined && offset < 0 ? endSeconds + offset : offset
  const latestSeconds = media.isEnded ? endSeconds : edgeSeconds
  const usualSeconds = media.isEnded ? 0 : edgeSeconds
  const fromSeconds = wantedSeconds ?? Math.min(latestSeconds, toldSeconds ?? usualSeconds)
  const index = Math.max(
    0,
    starts.findLastIndex((startSeconds) => startSeconds <= fromSeconds),
  )
  return { mediaSequence: media.firstMediaSequence + index, startSeconds: starts[index] ?? 0 }
}

/** Undefined beyond what is listed. */
export function listedAt(media: ListedMedia, mediaSequence: number): ListedSegment | undefined {
  return media.segments[mediaSequence - media.firstMediaSequence]
}

/** The media sequence number after the last one that is listed. */
export function endOf({ firstMediaSequence, segments }: ListedMedia): number {
  return firstMediaSequence + segments.length
}

function startsOf({ segments }: ListedMedia): readonly number[] {
  let endSeconds = 0
  return segments.map(({ startSeconds = endSeconds, durationSeconds }) => {
    endSeconds = startSeconds + durationSeconds
    return startSeconds
  })
}
