import type { Rule } from './finding.ts'
import { continuousPairs, readOnes, segmentPlace, type Rendition } from './rendition.ts'
import { videoOf } from './segment-facts.ts'
import { difference } from './ts-clock.ts'

const MAX_DURATION_ERROR_SECONDS = 0.1

const iFrameSingle: Rule<Rendition> = {
  id: 'i-frame-single',
  severity: 'error',
  section: '4.3.3.6',
  check: (rendition) =>
    !rendition.playlist.isIFramesOnly
      ? []
      : readOnes(rendition).flatMap((read) => {
          const video = videoOf(read.facts)
          if (video?.frames === 1 && video.startsWithKey) return []
          const got =
            video === undefined ? 'no picture' : `${video.frames} pictures, ${video.keyFrames} of them keyframes`
          return [{ ...segmentPlace(read), expected: 'exactly one picture, a keyframe', got }]
        }),
}

const iFrameDuration: Rule<Rendition> = {
  id: 'i-frame-duration',
  severity: 'warning',
  section: '4.3.3.6',
  check: (rendition) =>
    !rendition.playlist.isIFramesOnly
      ? []
      : continuousPairs(rendition).flatMap(({ before, after }) => {
          const [from, to] = [before, after].map(({ facts }) => videoOf(facts)?.firstPtsSeconds ?? NaN) as [
            number,
            number,
          ]
          const seconds = difference(to, from)
          if (!(Math.abs(seconds - before.segment.durationSeconds) > MAX_DURATION_ERROR_SECONDS)) return []
          const expected = `EXTINF:${seconds.toFixed(3)}, the time to the next keyframe`
          return [{ ...segmentPlace(before), expected, got: before.segment.durationText }]
        }),
}

/** Of a list of I-frames, RFC 8216 section 4.3.3.6. */
export const iFrameRules: readonly Rule<Rendition>[] = [iFrameSingle, iFrameDuration]
