import type { LinkProfile } from '../../link/profile.ts'
import type { Outline } from '../../protocol/outline.ts'
import { isOfViewer } from '../../stream/event-kinds.ts'
import type { RunEvent } from '../../stream/record.ts'
import { compare, type ComparisonOptions } from '../comparison.ts'

/** What a comparison tells, as a record of two viewers has it: each event with its side, up to the end of its side. */
export function toldRun(
  outline: Outline,
  profile: LinkProfile,
  options: Omit<ComparisonOptions, 'outline' | 'profile' | 'tell'> = {},
): readonly RunEvent[] {
  const events: RunEvent[] = []
  compare({
    ...options,
    outline,
    profile,
    tell: (told, event) => events.push(withSide(event, told === 'rtp' ? 'udp' : 'hls')),
  })
  return events.sort((a, b) => a.atMs - b.atMs)
}

function withSide(event: RunEvent, side: 'hls' | 'udp'): RunEvent {
  return isOfViewer(event) ? { ...event, side } : event
}
