import { quoted, uriLine } from './playlist-text.ts'
import { wholeNumber } from './playlist-writer.ts'

/** A partial segment, draft-pantos-hls-rfc8216bis section 4.4.4.9. */
export type LivePart = {
  readonly uri: string
  readonly durationSeconds: number
  readonly isIndependent: boolean // begins with a keyframe
}

/** One media segment of a live playlist. */
export type LiveSegment = {
  readonly uri: string
  readonly durationSeconds: number
  readonly parts: readonly LivePart[] // listed only near the live edge
  readonly dateTime: string // civil time of its first picture, ISO 8601
  readonly isDiscontinuity: boolean
}

/** The segment that is being made: its parts so far. */
export type OpenSegment = Pick<LiveSegment, 'parts' | 'dateTime' | 'isDiscontinuity'>

/** What a playlist with parts tells besides; sections 4.4.3.7, 4.4.3.8, 4.4.5.3 and 4.4.5.4. */
export type LowLatency = {
  readonly partTargetSeconds: number
  readonly open?: OpenSegment // absent: nothing of the next segment is there
  readonly nextPartUri: string // whose request is held until the part is there
  readonly reports: readonly RenditionReport[]
}

/** Where another rendition's live edge is. */
export type RenditionReport = { readonly uri: string; readonly lastSequence: number; readonly lastPart?: number }

/** A sliding window, without EXT-X-PLAYLIST-TYPE (section 6.2.2). */
export type LiveMediaPlaylist = {
  readonly targetDurationSeconds: number // whole seconds, never changes
  readonly mediaSequence: number // of the first segment
  readonly discontinuitySequence: number // of the first segment
  readonly segments: readonly LiveSegment[] // finished, oldest first
  readonly initUri?: string // of fMP4
  readonly isIndependent: boolean // every segment begins with a keyframe
  readonly lowLatency?: LowLatency
  readonly ended: boolean
}

const HOLD_BACK_TARGETS = 3 // section 4.4.3.8: the least that HOLD-BACK may be
const PART_HOLD_BACK_PARTS = 3
const SKIP_UNTIL_TARGETS = 6 // the least that CAN-SKIP-UNTIL may be
const PARTS_WITHIN_TARGETS = 3 // section 6.2.2: parts further from the end are not listed

/** How many of the oldest segments a delta update leaves out: those that begin before the skip boundary (section 6.2.5.1); 0 where
 *  nothing would be saved. */
export function skippableSegments(playlist: LiveMediaPlaylist): number {
  const { segments, targetDurationSeconds, lowLatency } = playlist
  const openSeconds = sumOf(lowLatency?.open?.parts ?? [])
  const boundarySeconds = SKIP_UNTIL_TARGETS * targetDurationSeconds
  let fromEndSeconds = openSeconds
  let kept = 0
  for (const { durationSeconds } of segments.toReversed()) {
    if (fromEndSeconds + durationSeconds > boundarySeconds) break
    fromEndSeconds += durationSeconds
    kept += 1
  }
  return segments.length - kept
}

/** Writes a live media playlist; the text ends in a newline. With `skippedSegments` above 0 it is a delta update. Throws RangeError for
 *  a segment or a part that outlasts its target, and for a URI that would not stay one line. */
export function writeLivePlaylist(playlist: LiveMediaPlaylist, skippedSegments = 0): string {
  const { targetDurationSeconds, mediaSequence, discontinuitySequence, initUri, lowLatency, ended } = playlist
  const partsFrom = firstWithParts(playlist)
  const map = initUri === undefined ? [] : [`#EXT-X-MAP:URI=${quoted(uriLine(initUri))}`]
  const skip = skippedSegments > 0 ? [`#EXT-X-SKIP:SKIPPED-SEGMENTS=${skippedSegments}`] : []
  const lines = [
    '#EXTM3U',
    `#EXT-X-VERSION:${versionOf(playlist, skippedSegments)}`,
    `#EXT-X-TARGETDURATION:${wholeNumber(targetDurationSeconds, 'target duration')}`,
    ...controlLines(targetDurationSeconds, lowLatency),
    `#EXT-X-MEDIA-SEQUENCE:${mediaSequence}`,
    ...(discontinuitySequence > 0 ? [`#EXT-X-DISCONTINUITY-SEQUENCE:${discontinuitySequence}`] : []),
    ...(playlist.isIndependent ? ['#EXT-X-INDEPENDENT-SEGMENTS'] : []),
    ...skip,
    ...map,
    ...playlist.segments.flatMap((segment, index) => {
      if (index < skippedSegments) return []
      const parts = lowLatency !== undefined && index >= partsFrom ? partLines(segment.parts, lowLatency) : []
      return [...momentLines(segment), ...parts, ...segmentLines(segment, targetDurationSeconds)]
    }),
    ...(lowLatency === undefined || ended ? [] : edgeLines(lowLatency)),
    ...(ended ? ['#EXT-X-ENDLIST'] : []),
  ]
  return lines.join('\n') + '\n'
}

/** Section 7: 9 for a delta update, 6 for EXT-X-MAP, 3 for fractions in EXTINF. */
function versionOf({ initUri, lowLatency }: LiveMediaPlaylist, skippedSegments: number): number {
  if (skippedSegments > 0 || lowLatency !== undefined) return 9
  return initUri === undefined ? 3 : 6
}

/** Every reload can be held, also of a playlist without parts: its players then hear of a segment at once. */
function controlLines(targetDurationSeconds: number, lowLatency: LowLatency | undefined): string[] {
  const holdBack = `HOLD-BACK=${(HOLD_BACK_TARGETS * targetDurationSeconds).toFixed(1)}`
  if (lowLatency === undefined) return [`#EXT-X-SERVER-CONTROL:CAN-BLOCK-RELOAD=YES,${holdBack}`]
  const partTarget = roundedUp(lowLatency.partTargetSeconds)
  const attributes = [
    'CAN-BLOCK-RELOAD=YES',
    `CAN-SKIP-UNTIL=${(SKIP_UNTIL_TARGETS * targetDurationSeconds).toFixed(1)}`,
    holdBack,
    `PART-HOLD-BACK=${(PART_HOLD_BACK_PARTS * partTarget).toFixed(5)}`,
  ]
  return [`#EXT-X-SERVER-CONTROL:${attributes.join(',')}`, `#EXT-X-PART-INF:PART-TARGET=${partTarget.toFixed(5)}`]
}

/** Five digits that no part's own duration exceeds by its rounding. */
function roundedUp(seconds: number): number {
  return Math.ceil(seconds * 100_000 - 1e-6) / 100_000
}

/** The index of the first segment whose parts are listed. */
function firstWithParts({ segments, targetDurationSeconds, lowLatency, ended }: LiveMediaPlaylist): number {
  if (ended) return segments.length
  let fromEndSeconds = sumOf(lowLatency?.open?.parts ?? [])
  let first = segments.length
  for (const { durationSeconds } of segments.toReversed()) {
    if (fromEndSeconds + durationSeconds > PARTS_WITHIN_TARGETS * targetDurationSeconds) break
    fromEndSeconds += durationSeconds
    first -= 1
  }
  return first
}

function momentLines({ dateTime, isDiscontinuity }: OpenSegment): string[] {
  return [...(isDiscontinuity ? ['#EXT-X-DISCONTINUITY'] : []), `#EXT-X-PROGRAM-DATE-TIME:${dateTime}`]
}

function segmentLines({ uri, durationSeconds }: LiveSegment, targetDurationSeconds: number): string[] {
  if (!(durationSeconds >= 0 && Math.round(durationSeconds) <= targetDurationSeconds)) {
    throw new RangeError(`${uri} lasts ${durationSeconds} s, target duration is ${targetDurationSeconds} s`)
  }
  return [`#EXTINF:${durationSeconds.toFixed(5)},`, uriLine(uri)]
}

function partLines(parts: readonly LivePart[], { partTargetSeconds }: LowLatency): string[] {
  return parts.map(({ uri, durationSeconds, isIndependent }) => {
    if (!(durationSeconds >= 0 && durationSeconds <= roundedUp(partTargetSeconds) + 1e-6)) {
      throw new RangeError(`${uri} lasts ${durationSeconds} s, part target is ${partTargetSeconds} s`)
    }
    const independent = isIndependent ? ',INDEPENDENT=YES' : ''
    return `#EXT-X-PART:DURATION=${durationSeconds.toFixed(5)},URI=${quoted(uriLine(uri))}${independent}`
  })
}

function edgeLines(lowLatency: LowLatency): string[] {
  const { open, nextPartUri, reports } = lowLatency
  return [
    ...(open === undefined ? [] : [...momentLines(open), ...partLines(open.parts, lowLatency)]),
    `#EXT-X-PRELOAD-HINT:TYPE=PART,URI=${quoted(uriLine(nextPartUri))}`,
    ...reports.map(reportLine),
  ]
}

function reportLine({ uri, lastSequence, lastPart }: RenditionReport): string {
  const part = lastPart === undefined ? '' : `,LAST-PART=${lastPart}`
  return `#EXT-X-RENDITION-REPORT:URI=${quoted(uriLine(uri))},LAST-MSN=${lastSequence}${part}`
}

function sumOf(parts: readonly { readonly durationSeconds: number }[]): number {
  return parts.reduce((seconds, { durationSeconds }) => seconds + durationSeconds, 0)
}
