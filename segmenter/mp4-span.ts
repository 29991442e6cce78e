import type { Mp4Track } from './mp4-track.ts'
import type { SourceSpan } from './source-span.ts'

/** From when to when a track has pictures; undefined without one. */
export function spanOf(track: Mp4Track | undefined): SourceSpan | undefined {
  if (track === undefined || track.handler !== 'vide') return undefined
  const { ptsSeconds, durationsTicks, timescaleHz } = track
  let startSeconds = Infinity
  let endSeconds = -Infinity
  for (const [picture, atSeconds] of ptsSeconds.entries()) {
    startSeconds = Math.min(startSeconds, atSeconds)
    endSeconds = Math.max(endSeconds, atSeconds + (durationsTicks[picture] as number) / timescaleHz)
  }
  return { pictures: ptsSeconds.length, startSeconds, endSeconds }
}
