/** A partial segment as a playlist lists it; its place in the list's own time. */
export type ListedPart = {
  readonly startSeconds: number
  readonly durationSeconds: number
  readonly isIndependent: boolean // begins with a keyframe
}

const ROUNDING_SECONDS = 1e-6 // sums are inexact

/** Where a viewer begins who finds these parts: at the newest keyframe that is PART-HOLD-BACK behind the edge
 *  (draft-pantos-hls-rfc8216bis section 4.4.3.8), else at the oldest part. */
export function partToJoinAt(parts: readonly ListedPart[], holdBackSeconds: number): number {
  const latestSeconds = edgeOf(parts) - holdBackSeconds + ROUNDING_SECONDS
  const joins = ({ isIndependent, startSeconds }: ListedPart): boolean => isIndependent && startSeconds <= latestSeconds
  return Math.max(0, parts.findLastIndex(joins))
}

/** How long the first part waits until its time is as long ago as is held back: its keyframe is shown no nearer to the edge. */
export function joinDelayMs(parts: readonly ListedPart[], joinsAt: number, holdBackSeconds: number): number {
  const startSeconds = parts[joinsAt]?.startSeconds ?? 0
  return Math.max(0, (startSeconds + holdBackSeconds - edgeOf(parts)) * 1000) // s to ms
}

function edgeOf(parts: readonly ListedPart[]): number {
  const last = parts.at(-1)
  return last === undefined ? 0 : last.startSeconds + last.durationSeconds
}
