import type { WireFault } from '../protocol/decoded.ts'
import type { RunEvent } from '../stream/record.ts'
import { readRecordEvent } from '../stream/run-record.ts'
import { Refusal } from './refusal.ts'

const MOST_EVENTS = 50_000 // of a post or a frame
/** Of one, in UTF-8. */
export const MOST_EVENT_BYTES = 2_097_152

/** The JSON lines that the viewers of a run tell; none of it counts when one is wrong. Throws `bad-event`, with its place. */
export function readViewerEvents(text: string): readonly RunEvent[] {
  const lines = text.split('\n').filter((line) => line !== '')
  if (lines.length > MOST_EVENTS) {
    throw new Refusal('bad-event', `expected at most ${MOST_EVENTS} events at once, got ${lines.length}`)
  }
  return lines.map((line, index) => readViewerEvent(line, `line ${index + 1}`))
}

function readViewerEvent(line: string, name: string): RunEvent {
  const read = readRecordEvent(line, name)
  if (!read.ok) throw new Refusal('bad-event', faultText(read.fault))
  const event = read.value
  const isViewers = event.kind === 'clock' ? event.of !== 'link' : !('lane' in event)
  if (!isViewers)
    throw new Refusal('bad-event', `${name}: expected an event of a viewer, got ${event.kind} of the link`)
  const isNamed =
    event.kind === 'clock' || event.kind === 'events-left-out' || ('side' in event && event.side !== undefined)
  if (!isNamed) throw new Refusal('bad-event', `${name} side: expected hls | udp, got nothing`)
  return event
}

function faultText(fault: WireFault): string {
  return 'expected' in fault ? `expected ${fault.expected}, got ${fault.got}` : fault.code
}
