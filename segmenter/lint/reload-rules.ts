import type { Fault, Rule } from './finding.ts'
import { segmentName, type MediaPlaylist, type Segment } from './playlist.ts'

/** A media playlist, and the same after `waitedSeconds`. */
export type Reload = {
  readonly before: MediaPlaylist
  readonly after: MediaPlaylist
  readonly waitedSeconds: number // since `before` was first seen
}

const targetChanged: Rule<Reload> = {
  id: 'reload-target-duration',
  severity: 'error',
  section: '6.2.1',
  check: ({ before, after }) => {
    const [expected, got] = [before, after].map(({ targetDurationSeconds }) => `${targetDurationSeconds} s`)
    return expected === got ? [] : [{ expected: `a target duration of ${expected} as before`, got: `${got}` }]
  },
}

const sequenceBack: Rule<Reload> = {
  id: 'reload-media-sequence',
  severity: 'error',
  section: '6.2.2',
  check: ({ before, after }) => {
    const [was, is] = [before.mediaSequence, after.mediaSequence]
    if (is < was) return [{ expected: `EXT-X-MEDIA-SEQUENCE of at least ${was}`, got: `${is}` }]
    const [first] = after.segments
    const gone = before.segments.findIndex(
      ({ uri, range }) => uri === first?.uri && range?.offsetBytes === first.range?.offsetBytes,
    )
    if (first === undefined || gone <= 0 || was + gone === first.sequence) return []
    return [{ expected: `EXT-X-MEDIA-SEQUENCE:${was + gone}, ${gone} segments having gone`, got: `${is}` }]
  },
}

const discontinuityBack: Rule<Reload> = {
  id: 'reload-discontinuity-sequence',
  severity: 'error',
  section: '6.2.2',
  check: ({ before, after }) =>
    inBoth({ before, after })
      .filter(({ was, is }) => was.uri === is.uri && was.discontinuitySequence !== is.discontinuitySequence)
      .slice(0, 1)
      .map(({ was, is }) => ({
        line: is.line,
        segment: segmentName(is),
        expected: `discontinuity sequence number ${was.discontinuitySequence} as before`,
        got: `${is.discontinuitySequence}`,
      })),
}

/** Segments of the same media sequence number. */
function inBoth({ before, after }: Pick<Reload, 'before' | 'after'>): { was: Segment; is: Segment }[] {
  const known = new Map(before.segments.map((segment) => [segment.sequence, segment]))
  return after.segments.flatMap((is) => {
    const was = known.get(is.sequence)
    return was === undefined ? [] : [{ was, is }]
  })
}

function described({ uri, range, durationText, isDiscontinuity, isGap, map, keys, dateTime }: Segment): string {
  const rest = [
    range === undefined ? '' : `${range.lengthBytes}@${range.offsetBytes}`,
    isDiscontinuity ? 'discontinuity' : '',
    isGap ? 'gap' : '',
    map === undefined ? '' : `map ${map.uri}`,
    keys.map(({ value }) => value).join(' '),
    dateTime === undefined ? '' : new Date(dateTime.unixMs).toISOString(),
  ]
  return [`EXTINF:${durationText}`, uri, ...rest].filter((text) => text !== '').join(' ')
}

const pastChanged: Rule<Reload> = {
  id: 'reload-past',
  severity: 'error',
  section: '6.2.1',
  check: ({ before, after }) =>
    inBoth({ before, after })
      // A date may be told with one of the segments of a window only, whichever is first; its loss is no change.
      .map(({ was, is }) => ({ is, pair: [was, is].map((one) => described({ ...one, dateTime: undefined })) }))
      .filter(({ pair: [was, now] }) => was !== now)
      .map(({ is, pair: [was = '', now = ''] }) => ({
        line: is.line,
        segment: segmentName(is),
        expected: was,
        got: now,
      })),
}

const lostSegments: Rule<Reload> = {
  id: 'reload-removed',
  severity: 'error',
  section: '4.3.3.5, 6.2.1',
  check: ({ before, after }) => {
    const last = (playlist: MediaPlaylist): number => playlist.segments.at(-1)?.sequence ?? playlist.mediaSequence - 1
    if (last(after) < last(before)) {
      return [{ expected: `segments up to ${last(before)}`, got: `up to ${last(after)}` }]
    }
    if (before.type === undefined || after.mediaSequence === before.mediaSequence) return []
    return [
      {
        expected: `a list of type ${before.type} that begins with segment ${before.mediaSequence}`,
        got: `${after.mediaSequence}`,
      },
    ]
  },
}

const fixedChanged: Rule<Reload> = {
  id: 'reload-after-end',
  severity: 'error',
  section: '4.3.3.4, 4.3.3.5',
  check: ({ before, after }) => {
    const why = before.isEnded ? '#EXT-X-ENDLIST' : before.type === 'VOD' ? 'type VOD' : undefined
    if (why === undefined) return []
    const [was, is] = [before, after].map(({ lines }) => lines.map(({ text }) => text).join('\n'))
    return was === is ? [] : [{ expected: `a list that does not change, having ${why}`, got: 'another text' }]
  },
}

const typeChanged: Rule<Reload> = {
  id: 'reload-type',
  severity: 'error',
  section: '4.3.3.5, 6.2.1',
  check: ({ before, after }) => {
    const [was, is] = [before, after].map(({ type }) => type ?? 'none')
    return was === is ? [] : [{ expected: `EXT-X-PLAYLIST-TYPE ${was} as before`, got: `${is}` }]
  },
}

/** A server that has no new segment in 1.5 target durations starves its players. */
const stale: Rule<Reload> = {
  id: 'reload-stale',
  severity: 'warning',
  section: '6.2.2',
  check: ({ before, after, waitedSeconds }) => {
    const limit = 1.5 * (before.targetDurationSeconds ?? Infinity)
    const last = (playlist: MediaPlaylist): number | undefined => playlist.segments.at(-1)?.sequence
    if (before.isEnded || after.isEnded || last(before) !== last(after) || waitedSeconds <= limit) return []
    return [{ expected: `another segment within ${limit} s`, got: `none in ${waitedSeconds.toFixed(1)} s` }]
  },
}

const MIN_WINDOW_TARGETS = 3

const window: Rule<Reload> = {
  id: 'reload-window',
  severity: 'error',
  section: '6.2.2',
  check: ({ before, after }) => {
    const least = MIN_WINDOW_TARGETS * (after.targetDurationSeconds ?? 0)
    const seconds = after.segments.reduce((sum, { durationSeconds }) => sum + (durationSeconds || 0), 0)
    if (after.mediaSequence <= before.mediaSequence || after.isEnded || seconds >= least) return []
    return [{ expected: `at least ${least} s left when a segment goes`, got: `${seconds.toFixed(1)} s` }]
  },
}

/** What a list owes to those who load it again. */
export const reloadRules: readonly Rule<Reload>[] = [
  targetChanged,
  sequenceBack,
  discontinuityBack,
  pastChanged,
  lostSegments,
  fixedChanged,
  typeChanged,
  stale,
  window,
]

export type Delta = { readonly full: MediaPlaylist; readonly delta: MediaPlaylist }

/** What a server answers to _HLS_skip=YES, held against the whole list of a moment before. */
export const deltaRules: readonly Rule<Delta>[] = [
  {
    id: 'delta-update',
    severity: 'error',
    section: 'bis 6.2.5.1',
    check: ({ full, delta }): Fault[] => {
      if (delta.skippedSegments === 0) return [] // a server may send all
      return reloadRules
        .filter(
          ({ id }) => id === 'reload-past' || id === 'reload-discontinuity-sequence' || id === 'reload-media-sequence',
        )
        .flatMap((rule) => rule.check({ before: full, after: delta, waitedSeconds: 0 }))
    },
  },
]

/** What came of a request that was to be answered once a segment, or a part of it, is there. */
export type BlockingReload = {
  readonly sequence: number
  readonly part: number | undefined
  readonly playlist: MediaPlaylist
}

export const blockingRules: readonly Rule<BlockingReload>[] = [
  {
    id: 'blocking-reload',
    severity: 'error',
    section: 'bis 6.2.5.2',
    check: ({ sequence, part, playlist }): Fault[] => {
      const last = playlist.segments.at(-1)?.sequence ?? playlist.mediaSequence - 1
      const hasSegment = last >= sequence || playlist.isEnded
      const hasPart = part !== undefined && last + 1 >= sequence && playlist.openParts.length > part
      if (hasSegment || hasPart) return []
      const wished = part === undefined ? `segment ${sequence}` : `part ${part} of segment ${sequence}`
      return [
        {
          expected: `${wished}, which was asked for`,
          got: `segments up to ${last}, ${playlist.openParts.length} parts`,
        },
      ]
    },
  },
]
