import type { Mp4Track } from './mp4-track.ts'
import type { SourceSpan } from './source-span.ts'

/** From when to when a track has pictures; undefined without one. */
export function spanOf(track: Mp4Track | undefined): SourceSpan | undefined {
  if (track === undefined || track.pictures === undefined) return undefined
  const { pictures, startSeconds, endSeconds } = track
  return { pictures: pictures.ptsSeconds.length, startSeconds, endSeconds }
}
