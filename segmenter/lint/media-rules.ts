import type { Fault, Rule } from './finding.ts'
import { attribute, numberOf, type Tag } from './playlist-tags.ts'
import { segmentName, type ByteRange, type MediaPlaylist, type Segment } from './playlist.ts'

function place({ line, ...segment }: Segment): Pick<Fault, 'line' | 'segment'> {
  return { line, segment: segmentName(segment) }
}

function tagsNamed({ tags }: MediaPlaylist, wanted: string): readonly Tag[] {
  return tags.filter(({ name }) => name === wanted)
}

const targetDurationMissing: Rule<MediaPlaylist> = {
  id: 'target-duration-missing',
  severity: 'error',
  section: '4.3.3.1',
  check: ({ tags }) =>
    tags.some(({ name }) => name === 'EXT-X-TARGETDURATION')
      ? []
      : [{ expected: '#EXT-X-TARGETDURATION', got: 'none' }],
}

const targetDurationExceeded: Rule<MediaPlaylist> = {
  id: 'extinf-over-target',
  severity: 'error',
  section: '4.3.3.1',
  check: ({ segments, targetDurationSeconds: target = Infinity }) =>
    segments
      .filter(({ durationSeconds }) => Math.round(durationSeconds) > target)
      .map((segment) => ({
        ...place(segment),
        expected: `EXTINF, rounded, of at most ${target} s`,
        got: segment.durationText,
      })),
}

const targetDurationLoose: Rule<MediaPlaylist> = {
  id: 'target-duration-loose',
  severity: 'warning',
  section: '4.3.3.1',
  check: ({ segments, targetDurationSeconds: target = 0, isEnded, isIFramesOnly }) => {
    const longest = Math.max(0, ...segments.map(({ durationSeconds }) => durationSeconds || 0))
    if (!isEnded || isIFramesOnly || segments.length < 2 || target <= 2 * Math.max(1, longest)) return []
    return [{ expected: `a target duration near the longest segment's ${longest} s`, got: `${target} s` }]
  },
}

/** They say which numbers the segments have, so they come before any of them. */
const sequenceBeforeSegments: Rule<MediaPlaylist> = {
  id: 'sequence-after-segment',
  severity: 'error',
  section: '4.3.3.2, 4.3.3.3',
  check: (playlist) => {
    const firstSegment = playlist.segments[0]?.line ?? Infinity
    const firstBreak = tagsNamed(playlist, 'EXT-X-DISCONTINUITY')[0]?.line ?? Infinity
    const limits = {
      'EXT-X-MEDIA-SEQUENCE': firstSegment,
      'EXT-X-DISCONTINUITY-SEQUENCE': Math.min(firstSegment, firstBreak),
    }
    return Object.entries(limits).flatMap(([name, limit]) =>
      tagsNamed(playlist, name)
        .filter(({ line }) => line > limit)
        .map(({ line }) => ({ line, expected: `#${name} before line ${limit}`, got: `line ${line}` })),
    )
  },
}

const noSegments: Rule<MediaPlaylist> = {
  id: 'no-segments',
  severity: 'warning',
  section: '4.3.2',
  check: ({ segments, openParts, skippedSegments }) =>
    segments.length + openParts.length + skippedSegments > 0 ? [] : [{ expected: 'segments', got: 'none' }],
}

/** What cannot change has no more to come, but players wait for the end that is not told. */
const vodWithoutEnd: Rule<MediaPlaylist> = {
  id: 'vod-without-endlist',
  severity: 'warning',
  section: '4.3.3.5',
  check: ({ type, isEnded }) =>
    type === 'VOD' && !isEnded ? [{ expected: '#EXT-X-ENDLIST in a list of type VOD', got: 'none' }] : [],
}

const byteRangeStart: Rule<MediaPlaylist> = {
  id: 'byte-range-start',
  severity: 'error',
  section: '4.3.2.2',
  check: ({ segments }) =>
    segments
      .filter(({ range }) => range !== undefined && range.offsetBytes === undefined)
      .map((segment) => ({
        ...place(segment),
        expected: 'an offset, or a range of the same resource before',
        got: `${segment.range?.lengthBytes} bytes from nowhere`,
      })),
}

/** Neighbours out of one resource that continue each other, and by how much the second begins behind the end of the first. An
 *  I-frame list has parts of segments, and what lies between them is no part of it. */
function steps({ segments, isIFramesOnly }: MediaPlaylist): { readonly after: Segment; readonly stepBytes: number }[] {
  if (isIFramesOnly) return []
  return segments.flatMap((after, index) => {
    const before = segments[index - 1]
    const isNext = before?.uri === after.uri && !after.isDiscontinuity
    const stepBytes = (after.range?.offsetBytes ?? NaN) - endOf(isNext ? before.range : undefined)
    return Number.isNaN(stepBytes) ? [] : [{ after, stepBytes }]
  })
}

function endOf(range: ByteRange | undefined): number {
  return range?.offsetBytes === undefined ? NaN : range.offsetBytes + range.lengthBytes
}

/** How many bytes of its initialization section are in a segment's range. */
function inMapBytes({ uri, range, map }: Segment): number {
  if (map?.uri !== uri || range?.offsetBytes === undefined || map.range?.offsetBytes === undefined) return 0
  const bytes = Math.min(endOf(range), endOf(map.range)) - Math.max(range.offsetBytes, map.range.offsetBytes)
  return Math.max(0, bytes)
}

/** The same bytes are not shown twice, and the initialization section is no media. */
const byteRangeOverlap: Rule<MediaPlaylist> = {
  id: 'byte-range-overlap',
  severity: 'error',
  section: '4.3.2.2, 4.3.2.5',
  check: (playlist) => [
    ...steps(playlist)
      .filter(({ stepBytes }) => stepBytes < 0)
      .map(({ after, stepBytes }) => ({
        ...place(after),
        expected: `a range from ${(after.range?.offsetBytes ?? 0) - stepBytes} on, behind the segment before it`,
        got: `from ${after.range?.offsetBytes}`,
      })),
    ...playlist.segments
      .filter((segment) => inMapBytes(segment) > 0)
      .map((segment) => ({
        ...place(segment),
        expected: 'a range without the initialization section',
        got: `${inMapBytes(segment)} bytes of it`,
      })),
  ],
}

/** An index may lie between two segments; media that nobody plays does not. */
const byteRangeGap: Rule<MediaPlaylist> = {
  id: 'byte-range-gap',
  severity: 'warning',
  section: '4.3.2.2',
  check: (playlist) =>
    steps(playlist)
      .filter(({ stepBytes }) => stepBytes > 0)
      .map(({ after, stepBytes }) => ({
        ...place(after),
        expected: 'a range that goes on where the segment before it ends',
        got: `${stepBytes} bytes between them`,
      })),
}

const mapRange: Rule<MediaPlaylist> = {
  id: 'map-range',
  severity: 'error',
  section: '4.3.2.5',
  check: (playlist) =>
    tagsNamed(playlist, 'EXT-X-MAP').flatMap((tag) => {
      const range = attribute(tag, 'BYTERANGE')
      if (range === undefined || /^\d+@\d+$/.test(range)) return []
      return [{ line: tag.line, expected: 'BYTERANGE as length@offset', got: range }]
    }),
}

const MAX_DATE_DRIFT_MS = 1000

/** The dates and the durations tell the same time, but for a discontinuity. */
const dateTimes: Rule<MediaPlaylist> = {
  id: 'program-date-time',
  severity: 'warning',
  section: '4.3.2.6, 6.2.1',
  check: ({ segments }) => {
    const faults: Fault[] = []
    let anchor: { unixMs: number; startSeconds: number; discontinuity: number } | undefined
    for (const { dateTime, startSeconds, discontinuitySequence, ...segment } of segments) {
      if (dateTime === undefined || Number.isNaN(dateTime.unixMs)) continue
      if (anchor?.discontinuity === discontinuitySequence) {
        const dueMs = anchor.unixMs + (startSeconds - anchor.startSeconds) * 1000
        if (Math.abs(dueMs - dateTime.unixMs) > MAX_DATE_DRIFT_MS) {
          const [expected, got] = [dueMs, dateTime.unixMs].map((ms) => new Date(ms).toISOString())
          faults.push({ line: dateTime.line, segment: segmentName(segment), expected: expected ?? '', got: got ?? '' })
        }
      }
      anchor = { unixMs: dateTime.unixMs, startSeconds, discontinuity: discontinuitySequence }
    }
    return faults
  },
}

const startOffset: Rule<MediaPlaylist> = {
  id: 'start-offset',
  severity: 'warning',
  section: '4.3.5.2',
  check: (playlist) => {
    const last = playlist.segments.at(-1)
    const durationSeconds = last === undefined ? 0 : last.startSeconds + (last.durationSeconds || 0)
    return tagsNamed(playlist, 'EXT-X-START')
      .filter((tag) => Math.abs(numberOf(tag, 'TIME-OFFSET')) > durationSeconds)
      .map((tag) => ({
        line: tag.line,
        expected: `an offset within the list's ${durationSeconds.toFixed(1)} s`,
        got: attribute(tag, 'TIME-OFFSET') ?? '',
      }))
  },
}

const MIN_WINDOW_TARGETS = 3

/** Only of a list that has lost segments already: one that has just begun is short, too. */
const liveWindow: Rule<MediaPlaylist> = {
  id: 'live-window-short',
  severity: 'warning', // an error once it is seen to slide, `reload-window`
  section: '6.2.2',
  check: ({ segments, targetDurationSeconds: target, isEnded, type, mediaSequence, skippedSegments }) => {
    const hasSlid = mediaSequence > 0 && !isEnded && type === undefined && skippedSegments === 0
    const seconds = segments.reduce((sum, { durationSeconds }) => sum + (durationSeconds || 0), 0)
    if (!hasSlid || target === undefined || seconds >= MIN_WINDOW_TARGETS * target) return []
    return [{ expected: `at least ${MIN_WINDOW_TARGETS * target} s of segments`, got: `${seconds.toFixed(1)} s` }]
  },
}

const removedTag: Rule<MediaPlaylist> = {
  id: 'removed-tag',
  severity: 'warning',
  section: '7',
  check: ({ tags, version }) =>
    tags
      .filter(({ name }) => name === 'EXT-X-ALLOW-CACHE' && version >= 7)
      .map(({ name, line }) => ({ line, expected: 'no tag that version 7 has removed', got: `#${name}` })),
}

/** What a media playlist's text says of itself. */
export const mediaRules: readonly Rule<MediaPlaylist>[] = [
  targetDurationMissing,
  targetDurationExceeded,
  targetDurationLoose,
  sequenceBeforeSegments,
  noSegments,
  vodWithoutEnd,
  byteRangeStart,
  byteRangeOverlap,
  byteRangeGap,
  mapRange,
  dateTimes,
  startOffset,
  liveWindow,
  removedTag,
]
