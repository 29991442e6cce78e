/** Where the playhead was at a moment. */
export type Playhead = { readonly atMs: number; readonly positionSeconds: number }

/** Where the playhead was while the page was too busy to look: it goes at its speed or stands, so if it has gone less than
 *  the time allows, it stood first. Without these a late look would pass for a stall. */
export function playheadsBetween(before: Playhead, now: Playhead, speedRatio: number, everyMs: number): Playhead[] {
  const wentMs = ((now.positionSeconds - before.positionSeconds) * 1000) / speedRatio
  const heads: Playhead[] = []
  for (let atMs = Math.max(before.atMs, now.atMs - wentMs) + everyMs; atMs < now.atMs; atMs += everyMs) {
    heads.push({ atMs, positionSeconds: now.positionSeconds - ((now.atMs - atMs) / 1000) * speedRatio })
  }
  return heads
}
