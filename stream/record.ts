import type { FrameState } from './reference-chain.ts'

/** Everything that a run tells, HLS and UDP alike; every measure is a fold over it (measures.ts), and run-record.ts writes
 *  it down. */
export type RunEvent = ViewerEvent | LinkEvent | GapEvent

/** What a viewer sees; `atMs` is the viewer's monotonic clock. */
export type ViewerEvent =
  | { readonly kind: 'play-asked'; readonly atMs: number } // the wish to play, or to go on from elsewhere
  | { readonly kind: 'paused' | 'resumed' | 'ended'; readonly atMs: number }
  | { readonly kind: 'playhead'; readonly atMs: number; readonly positionSeconds: number } // at least every 50 ms
  | { readonly kind: 'frame-shown'; readonly atMs: number; readonly state: Exclude<FrameState, 'frozen'> }
  | { readonly kind: 'frame-frozen'; readonly atMs: number } // was due, could not be shown
  | { readonly kind: 'media-received'; readonly atMs: number; readonly sizeBytes: number } // an RTP packet, an HLS segment
  | { readonly kind: 'packets-given-up'; readonly atMs: number; readonly packets: number } // did not come in time
  | { readonly kind: 'packet-late'; readonly atMs: number } // one of those came after all

/** The truth of the emulated link; `atMs` is link time. */
export type LinkEvent = PacketEvent | RateEvent

/** The copy of the access line that a packet took; `shared` where one line carries both. */
export type Lane = 'tcp' | 'udp' | 'shared'

type OnLine = { readonly atMs: number; readonly lane: Lane; readonly direction: 'down' | 'up' }

type OfPacket = OnLine & {
  readonly flow: number // one sender and its receiver
  readonly packet: number // its number, one's own on the line
  readonly traffic: 'rtp' | 'rtcp' | 'tcp'
  readonly sizeBytes: number // with all headers down to IP's
}

/** Each packet is accepted by the queue or dropped before it; an accepted one is lost or delivered, a
 *  duplicated one told once. */
export type PacketEvent =
  | (OfPacket & { readonly kind: 'packet-accepted' })
  | (OfPacket & { readonly kind: 'packet-dropped'; readonly cause: 'loss' | 'queue' | 'blocked' })
  | (OfPacket & { readonly kind: 'packet-delivered'; readonly queueingDelayMs: number }) // before its first bit was sent

/** The line's rate from now on; absent while it is unlimited or follows a trace. */
export type RateEvent = OnLine & { readonly kind: 'rate-set'; readonly rateBitsPerSecond?: number }

/** A gap in a record that was written while it ran: so many events found no room, because its reader was too slow. */
export type GapEvent = { readonly kind: 'events-left-out'; readonly atMs: number; readonly events: number }
