import type { LinkProfile } from '../../link/profile.ts'
import type { Outline } from '../../protocol/outline.ts'
import type { RunEvent } from '../../stream/record.ts'
import { toldRun } from './told-run.ts'

/** What a comparison tells, with the clocks of all tellers: they stand at 0 at `unixMs`. */
export function clockedRun(outline: Outline, profile: LinkProfile, unixMs = 0): readonly RunEvent[] {
  return [...clocksAt(unixMs), ...toldRun(outline, profile)]
}

export function clocksAt(unixMs: number): readonly RunEvent[] {
  return (['link', 'hls', 'udp'] as const).map((of) => ({ kind: 'clock', of, atMs: 0, unixMs }))
}
