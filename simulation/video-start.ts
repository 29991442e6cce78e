import type { Outline } from '../protocol/outline.ts'
import type { SimulatedVideo } from './experiment.ts'

/** More than a viewer who watches for so long can have asked for at its end and seen. What is shown is then as of the whole
 *  video, but for a playlist that is shorter by some bytes a segment; what is fetched ahead is less. */
const AHEAD_SECONDS = 12

/** As much of an outline as somebody who watches `seconds` of it needs; the same outline if that is all. */
export function outlineStart(outline: Outline, seconds: number): Outline {
  const endSeconds = seconds + AHEAD_SECONDS
  const segments = outline.segments.filter(({ startSeconds }) => startSeconds < endSeconds)
  return segments.length === outline.segments.length ? outline : { ...outline, segments }
}

export function videoStart({ title, outlines }: SimulatedVideo, seconds: number): SimulatedVideo {
  return { title, outlines: outlines.map((outline) => outlineStart(outline, seconds)) }
}

/** Whether a list of segments that begins so holds that much, by the start of its newest one. */
export function reachesFor(startSeconds: number, seconds: number): boolean {
  return startSeconds >= seconds + AHEAD_SECONDS
}
