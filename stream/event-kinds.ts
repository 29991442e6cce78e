import type { PacketEvent, RunEvent, ViewerEvent, ViewerSide } from './record.ts'

/** The events of some kinds. */
export type EventOf<Kind extends RunEvent['kind']> = RunEvent & { readonly kind: Kind }

/** For who listens to some kinds only: names them, so that a switch behind it knows these and no others, and a new kind
 *  of event concerns nobody who did not ask for it. */
export function listensTo<Kind extends RunEvent['kind']>(...kinds: readonly Kind[]) {
  const heard: ReadonlySet<string> = new Set(kinds)
  return (event: RunEvent): event is EventOf<Kind> => heard.has(event.kind)
}

/** The events that such a guard lets through. */
export type Heard<Guard> = Guard extends ((event: RunEvent) => event is infer Event extends RunEvent) ? Event : never

/** A viewer's: neither of the link, nor of a clock or a gap. */
export function isOfViewer(event: RunEvent): event is ViewerEvent {
  return !('lane' in event) && event.kind !== 'clock' && event.kind !== 'events-left-out'
}

/** Whose event it is; one without a side is told by the only viewer there is, and counts as HLS'. */
export function viewerOf(event: ViewerEvent): ViewerSide {
  return event.side ?? 'hls'
}

/** For whom a packet of the line is: on a line of its own the lane tells; on one for both what it carries does. */
export function receiverOf({ lane, traffic }: PacketEvent): ViewerSide {
  if (lane === 'shared') return traffic === 'tcp' ? 'hls' : 'udp'
  return lane === 'tcp' ? 'hls' : 'udp'
}
