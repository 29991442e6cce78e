import type { Fault, Rule } from './finding.ts'
import {
  continuousPairs,
  leadingTrack,
  readOnes,
  segmentPlace,
  type Pair,
  type Rendition,
  type WithFacts,
} from './rendition.ts'
import { videoOf, type TrackFacts } from './segment-facts.ts'
import { difference } from './ts-clock.ts'

const MAX_GAP_SECONDS = 0.1 // besides a frame: what players bridge without a word
const MAX_EXTINF_ERROR_SECONDS = 0.5 // an integer EXTINF is as far off (RFC 8216 section 4.3.2.1)
const ROUNDING_SECONDS = 0.002 // of EXTINF with three decimals, both ends

/** Those that show pictures over time; an I-frame list's segments are single ones. */
function playable(rendition: Rendition): WithFacts[] {
  return rendition.playlist.isIFramesOnly ? [] : readOnes(rendition)
}

function withoutKey(rendition: Rendition): Fault[] {
  return playable(rendition)
    .filter(({ facts }) => videoOf(facts)?.startsWithKey === false)
    .map((read) => ({
      ...segmentPlace(read),
      expected: 'a keyframe as the first picture',
      got: `another; ${videoOf(read.facts)?.keyFrames} of ${videoOf(read.facts)?.frames} pictures are keyframes`,
    }))
}

const independent: Rule<Rendition> = {
  id: 'independent-segment',
  severity: 'error',
  section: '4.3.5.1',
  check: (rendition) => (rendition.isIndependent ? withoutKey(rendition) : []),
}

const keyframeStart: Rule<Rendition> = {
  id: 'keyframe-start',
  severity: 'warning',
  section: '3; Apple 7',
  check: (rendition) => (rendition.isIndependent ? [] : withoutKey(rendition)),
}

const parameterSets: Rule<Rendition> = {
  id: 'parameter-sets',
  severity: 'error',
  section: '4.3.5.1; ISO/IEC 14496-10 7.4.1.2.1',
  check: (rendition) =>
    playable(rendition)
      .filter(({ facts }) => videoOf(facts)?.startsWithKey === true && videoOf(facts)?.hasParameterSets === false)
      .map((read) => ({ ...segmentPlace(read), expected: 'SPS and PPS before the first picture', got: 'not both' })),
}

type Gap = { readonly pair: Pair; readonly kind: string; readonly seconds: number; readonly frameSeconds: number }

/** Between the end of a segment's track and its beginning in the next, by decoding time. */
function gapsOf(rendition: Rendition): Gap[] {
  if (rendition.playlist.isIFramesOnly) return []
  return continuousPairs(rendition).flatMap((pair) =>
    pair.before.facts.tracks.flatMap((track) => {
      const next = pair.after.facts.tracks.find(({ id, kind }) => id === track.id && kind === track.kind)
      if (next === undefined || track.kind === 'other' || track.kind === 'text') return []
      const seconds = difference(next.firstDtsSeconds, track.endDtsSeconds)
      return Number.isNaN(seconds) ? [] : [{ pair, kind: track.kind, seconds, frameSeconds: track.frameSeconds }]
    }),
  )
}

function gapFault({ pair, kind, seconds }: Gap): Fault {
  const got = seconds > 0 ? `a hole of ${seconds.toFixed(3)} s` : `an overlap of ${(-seconds).toFixed(3)} s`
  return { ...segmentPlace(pair.after), expected: `${kind} that goes on where the segment before it ends`, got }
}

const timestampJump: Rule<Rendition> = {
  id: 'timestamp-jump',
  severity: 'error',
  section: '4.3.2.3',
  check: (rendition) =>
    gapsOf(rendition)
      .filter(({ seconds, frameSeconds }) => Math.abs(seconds) > MAX_GAP_SECONDS + frameSeconds)
      .map(gapFault),
}

const timestampGap: Rule<Rendition> = {
  id: 'timestamp-gap',
  severity: 'warning',
  section: '4.3.2.3',
  check: (rendition) =>
    gapsOf(rendition)
      .filter(({ seconds, frameSeconds }) => {
        const size = Math.abs(seconds)
        return size > frameSeconds + ROUNDING_SECONDS && size <= MAX_GAP_SECONDS + frameSeconds
      })
      .map(gapFault),
}

type Measured = { readonly read: WithFacts; readonly seconds: number; readonly frameSeconds: number }

/** How long each segment really lasts: to the beginning of the next, if that goes on; else to its own end. */
function measuredOf(rendition: Rendition): Measured[] {
  const next = new Map(continuousPairs(rendition).map(({ before, after }) => [before.segment.sequence, after.facts]))
  return playable(rendition).flatMap((read) => {
    const track = leadingTrack(read.facts)
    if (track === undefined) return []
    const follower = next.get(read.segment.sequence)?.tracks.find(({ kind }) => kind === track.kind)
    const own = track.endPtsSeconds - track.firstPtsSeconds
    const toNext = follower === undefined ? NaN : difference(follower.firstPtsSeconds, track.firstPtsSeconds)
    // A jump between them is told as such, not as a segment of hours.
    const seconds = Math.abs(toNext - own) <= MAX_GAP_SECONDS + track.frameSeconds ? toNext : own
    return [{ read, seconds, frameSeconds: track.frameSeconds }]
  })
}

function extinfFault({ read, seconds }: Measured): Fault {
  return {
    ...segmentPlace(read),
    expected: `EXTINF:${seconds.toFixed(3)}, as measured`,
    got: read.segment.durationText,
  }
}

function isInteger({ read }: Measured): boolean {
  return !read.segment.durationText.includes('.')
}

const extinfMeasured: Rule<Rendition> = {
  id: 'extinf-measured',
  severity: 'error',
  section: '4.3.2.1',
  check: (rendition) =>
    measuredOf(rendition)
      .filter(({ read, seconds, frameSeconds }) => {
        const error = Math.abs(read.segment.durationSeconds - seconds)
        return error > MAX_EXTINF_ERROR_SECONDS + frameSeconds
      })
      .map(extinfFault),
}

const extinfInexact: Rule<Rendition> = {
  id: 'extinf-inexact',
  severity: 'warning',
  section: '4.3.2.1',
  check: (rendition) =>
    measuredOf(rendition)
      .filter((measured) => {
        const error = Math.abs(measured.read.segment.durationSeconds - measured.seconds)
        const isWrong = error > MAX_EXTINF_ERROR_SECONDS + measured.frameSeconds // told as an error
        return !isWrong && !isInteger(measured) && error > measured.frameSeconds + ROUNDING_SECONDS
      })
      .map(extinfFault),
}

/** Small errors that add up move every later moment away from its place in the list. */
const extinfDrift: Rule<Rendition> = {
  id: 'extinf-drift',
  severity: 'error',
  section: '4.3.2.1',
  check: (rendition) => {
    let drift = 0
    for (const measured of measuredOf(rendition)) {
      const error = measured.read.segment.durationSeconds - measured.seconds
      if (!(Math.abs(error) <= MAX_EXTINF_ERROR_SECONDS)) continue // told by itself
      drift += error
      if (Math.abs(drift) <= 1) continue
      const expected = 'durations that add up to those of the media'
      return [{ ...segmentPlace(measured.read), expected, got: `${drift.toFixed(2)} s off by here` }]
    }
    return []
  },
}

/** What a track's decoder must know; its profile may change within a stream. */
function familyOf({ id, codec }: TrackFacts): string {
  return `${id} ${codec.split('.')[0]}`
}

const discontinuityMissing: Rule<Rendition> = {
  id: 'discontinuity-missing',
  severity: 'error',
  section: '4.3.2.3',
  check: (rendition) =>
    continuousPairs(rendition).flatMap(({ before, after }) => {
      const place = segmentPlace(after)
      if (before.facts.format === 'unknown' || after.facts.format === 'unknown') return [] // told as such
      if (before.facts.format !== after.facts.format) {
        return [{ ...place, expected: `${before.facts.format}, or #EXT-X-DISCONTINUITY`, got: after.facts.format }]
      }
      return before.facts.tracks.flatMap((track) => {
        const same = after.facts.tracks.filter(({ kind }) => kind === track.kind)
        if (track.kind === 'other' || same.length === 0 || same.some((next) => familyOf(next) === familyOf(track)))
          return []
        const got = same.map(familyOf).join(', ')
        return [{ ...place, expected: `track ${familyOf(track)}, or #EXT-X-DISCONTINUITY`, got }]
      })
    }),
}

/** Sound may end before the pictures do; a segment in the middle without it is a hole. */
const trackMissing: Rule<Rendition> = {
  id: 'track-missing',
  severity: 'warning',
  section: '4.3.2.3',
  check: (rendition) => {
    const reads = playable(rendition)
    return ['video', 'audio'].flatMap((kind) => {
      const has = reads.map(({ facts }) => facts.tracks.some((track) => track.kind === kind))
      const [first, last] = [has.indexOf(true), has.lastIndexOf(true)]
      return reads
        .filter((_, index) => index > first && index < last && has[index] === false)
        .map((read) => ({ ...segmentPlace(read), expected: `${kind}, as before and after it`, got: 'none' }))
    })
  },
}

const bitrate: Rule<Rendition> = {
  id: 'bitrate',
  severity: 'error',
  section: 'bis 4.4.4.8',
  check: ({ segments }) =>
    segments.flatMap((read) => {
      const { bitrateKilobits, durationSeconds } = read.segment
      const real = ((read.sizeBytes ?? NaN) * 8) / 1000 / durationSeconds
      if (bitrateKilobits === undefined || Math.abs(bitrateKilobits / real - 1) <= 0.1 || Number.isNaN(real)) return []
      return [{ ...segmentPlace(read), expected: `EXT-X-BITRATE near ${real.toFixed(0)}`, got: `${bitrateKilobits}` }]
    }),
}

/** What holds of a rendition's media over time. */
export const timelineRules: readonly Rule<Rendition>[] = [
  independent,
  keyframeStart,
  parameterSets,
  timestampJump,
  timestampGap,
  extinfMeasured,
  extinfInexact,
  extinfDrift,
  discontinuityMissing,
  trackMissing,
  bitrate,
]
