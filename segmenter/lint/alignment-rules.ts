import type { Fault, Rule } from './finding.ts'
import { attribute } from './playlist-tags.ts'
import { leadingTrack, type Member, type Presentation, type Rendition } from './rendition.ts'
import { difference } from './ts-clock.ts'

const SAME_MOMENT_SECONDS = 0.1

type Known = { readonly member: Member; readonly rendition: Rendition }

function known(members: readonly Member[]): Known[] {
  const seen = new Set<string>()
  return members.flatMap((member) => {
    const { rendition } = member
    if (rendition === undefined || seen.has(rendition.url) || rendition.segments.length === 0) return []
    seen.add(rendition.url)
    return [{ member, rendition }]
  })
}

/** All that play together, but subtitles and I-frames, of which the section takes some rules away. */
function players({ variants, media }: Presentation): Known[] {
  return known([...variants, ...media.filter(({ entry: { tag } }) => attribute(tag, 'TYPE') !== 'SUBTITLES')])
}

/** Each of the others against the first. */
function against(
  members: readonly Known[],
  check: (first: Rendition, other: Rendition) => Omit<Fault, 'line'>[],
): Fault[] {
  const [first, ...others] = members
  if (first === undefined) return []
  return others.flatMap(({ member, rendition }) =>
    check(first.rendition, rendition).map((fault) => ({ ...fault, line: member.entry.line })),
  )
}

const targetDurations: Rule<Presentation> = {
  id: 'variants-target-duration',
  severity: 'error',
  section: '6.2.4',
  check: (presentation) =>
    against(players(presentation), (first, other) => {
      const [expected, got] = [first, other].map(({ playlist }) => playlist.targetDurationSeconds)
      return expected === got || expected === undefined || got === undefined
        ? []
        : [{ expected: `a target duration of ${expected} s in all`, got: `${got} s: ${other.file}` }]
    }),
}

const types: Rule<Presentation> = {
  id: 'variants-type',
  severity: 'error',
  section: '6.2.4',
  check: (presentation) =>
    against(players(presentation), (first, other) => {
      const [expected = '', got = ''] = [first, other].map(({ playlist }) => playlist.type ?? 'none')
      const isKnown = [expected, got].every((type) => ['EVENT', 'VOD', 'none'].includes(type)) // else told by tag-value
      return expected === got || !isKnown
        ? []
        : [{ expected: `EXT-X-PLAYLIST-TYPE ${expected} in all`, got: `${got}: ${other.file}` }]
    }),
}

function durationOf({ playlist: { segments } }: Rendition): number {
  return segments.reduce((sum, { durationSeconds }) => sum + (durationSeconds || 0), 0)
}

function durationFaults(presentation: Presentation, isWrong: (apart: number, target: number) => boolean): Fault[] {
  return against(players(presentation), (first, other) => {
    if (!first.playlist.isEnded || !other.playlist.isEnded) return []
    const [expected, got] = [durationOf(first), durationOf(other)]
    if (!isWrong(Math.abs(expected - got), first.playlist.targetDurationSeconds ?? 0)) return []
    return [{ expected: `the same content, ${expected.toFixed(2)} s`, got: `${got.toFixed(2)} s: ${other.file}` }]
  })
}

const durations: Rule<Presentation> = {
  id: 'variants-duration',
  severity: 'error',
  section: '6.2.4',
  check: (presentation) => durationFaults(presentation, (apart, target) => apart > target + SAME_MOMENT_SECONDS),
}

/** Sound and pictures of the same content end a little apart. */
const durationsApart: Rule<Presentation> = {
  id: 'variants-duration-apart',
  severity: 'warning',
  section: '6.2.4',
  check: (presentation) =>
    durationFaults(presentation, (apart, target) => apart > 0.5 && apart <= target + SAME_MOMENT_SECONDS),
}

/** The moments, in seconds of the list, at which a list has a discontinuity. Only those of lists that begin together. */
const discontinuities: Rule<Presentation> = {
  id: 'variants-discontinuity',
  severity: 'error',
  section: '6.2.4',
  check: (presentation) =>
    against(players(presentation), (first, other) => {
      if (first.playlist.mediaSequence !== other.playlist.mediaSequence) return []
      const [expected, got] = [first, other].map(breaksOf) as [number[], number[]]
      const common = Math.min(durationOf(first), durationOf(other)) // a live list may be one segment ahead
      const [a, b] = [expected, got].map((breaks) => breaks.filter((at) => at < common - SAME_MOMENT_SECONDS)) as [
        number[],
        number[],
      ]
      const same = a.length === b.length && a.every((at, index) => Math.abs(at - (b[index] as number)) <= 1)
      if (same && first.playlist.discontinuitySequence === other.playlist.discontinuitySequence) return []
      const says = (breaks: number[], { playlist }: Rendition): string =>
        `${playlist.discontinuitySequence} and then at ${breaks.map((at) => at.toFixed(1)).join(', ') || 'no moment'}`
      return [{ expected: `discontinuities as in all: ${says(a, first)}`, got: `${says(b, other)}: ${other.file}` }]
    }),
}

function breaksOf({ playlist: { segments } }: Rendition): number[] {
  return segments.filter(({ isDiscontinuity }) => isDiscontinuity).map(({ startSeconds }) => startSeconds)
}

/** Variants alone: sound is cut at its own frames. */
const cuts: Rule<Presentation> = {
  id: 'variants-cuts',
  severity: 'warning',
  section: '6.2.4; Apple 8',
  check: ({ variants }) =>
    against(known(variants), (first, other) => {
      const ahead = other.playlist.mediaSequence - first.playlist.mediaSequence
      const offset = first.playlist.segments[ahead]?.startSeconds ?? 0
      for (const [index, segment] of other.playlist.segments.entries()) {
        const twin = first.playlist.segments[index + ahead]
        if (twin === undefined) break // told by variants-duration, or ahead
        const [expected, got] = [twin.startSeconds - offset, segment.startSeconds]
        if (Math.abs(expected - got) <= SAME_MOMENT_SECONDS) continue
        const text = `a cut at ${expected.toFixed(2)} s as in the first variant`
        return [{ segment: segment.uri, expected: text, got: `${got.toFixed(2)} s: ${other.file}` }]
      }
      return []
    }),
}

/** The same content has the same timestamps in all renditions, or players cannot switch. */
const timestamps: Rule<Presentation> = {
  id: 'variants-timestamps',
  severity: 'error',
  section: '6.2.4',
  check: ({ variants }) =>
    against(known(variants), (first, other) => {
      const own = new Map(first.segments.map(({ segment, facts }) => [segment.sequence, { segment, facts }]))
      for (const { segment, facts } of other.segments) {
        const twin = own.get(segment.sequence)
        const pair = [twin?.facts, facts].map((one) => (one === undefined ? undefined : leadingTrack(one)))
        const [a, b] = pair
        if (a === undefined || b === undefined || twin === undefined || a.kind !== b.kind) continue
        if (Math.abs(twin.segment.startSeconds - segment.startSeconds) > SAME_MOMENT_SECONDS) return [] // other cuts
        const apart = difference(b.firstPtsSeconds, a.firstPtsSeconds)
        if (!(Math.abs(apart) > SAME_MOMENT_SECONDS + a.frameSeconds)) continue
        const expected = `timestamps as in the first variant, ${a.firstPtsSeconds.toFixed(3)} s`
        return [{ segment: segment.uri, expected, got: `${b.firstPtsSeconds.toFixed(3)} s: ${other.file}` }]
      }
      return []
    }),
}

/** How the lists of a presentation go together. */
export const alignmentRules: readonly Rule<Presentation>[] = [targetDurations, types, discontinuities]

/** How their media go together, where the lists say what the media are. */
export const togetherRules: readonly Rule<Presentation>[] = [durations, durationsApart, cuts, timestamps]
