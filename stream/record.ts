import type { FrameState } from './reference-chain.ts'

/** Everything that a run tells, HLS and UDP alike; every measure is a fold over it (measures.ts), and run-record.ts writes
 *  it down. Each teller has a clock of its own; `clock` events say how they lie to each other. */
export type RunEvent = ViewerEvent | LinkEvent | ClockEvent | GapEvent

/** One of the two viewers of a run. */
export type ViewerSide = 'hls' | 'udp'

/** `side` is absent in a record of one viewer; `atMs` is the viewer's monotonic clock. */
type Seen = { readonly atMs: number; readonly side?: ViewerSide }

type Track = 'video' | 'audio'

/** A file of the package; `uri` is relative to the variant's folder, or to the package where there is no variant. */
type OfFile = { readonly uri: string; readonly variant?: string }

/** From capture to screen, in three stretches that add up to the whole. */
type PictureLatency = {
  readonly captureToPublishMs: number // until its viewers could have it
  readonly publishToReceivedMs: number // until this one had all of it
  readonly receivedToShownMs: number
}

/** What a viewer sees. `ptsTicks` is the frame's in its outline: 90 kHz after the first picture. */
export type ViewerEvent = Seen &
  (
    | { readonly kind: 'play-asked'; readonly fromSeconds?: number } // the wish to play, or to go on from elsewhere
    | { readonly kind: 'paused' | 'resumed' | 'ended' }
    | { readonly kind: 'playhead'; readonly positionSeconds: number } // at least every 50 ms
    | { readonly kind: 'frame-shown'; readonly state: Exclude<FrameState, 'frozen'>; readonly ptsTicks?: number }
    | { readonly kind: 'frame-frozen'; readonly ptsTicks?: number } // was due, could not be shown
    | { readonly kind: 'sound-heard' } // the first of a start of what has no pictures
    | { readonly kind: 'code-read'; readonly frameNumber: number } // burnt into the picture that is shown now
    | ({ readonly kind: 'picture-latency' } & PictureLatency) // of a picture of something live, shown at `atMs`
    | { readonly kind: 'live-latency'; readonly latencyMs: number } // of what is shown at `atMs`, by EXT-X-PROGRAM-DATE-TIME
    | { readonly kind: 'variant-shown'; readonly variant: string; readonly bitsPerSecond: number } // from now on; BANDWIDTH
    | { readonly kind: 'buffer'; readonly bufferSeconds: number } // received and not yet shown
    | { readonly kind: 'media-received'; readonly sizeBytes: number; readonly track?: Track } // an RTP packet, a segment
    | {
        readonly kind: 'rtp-started' // a track, from a keyframe on; what the answer to PLAY tells (RTP-Info)
        readonly track: Track
        readonly variant: string
        readonly ssrc: number
        readonly firstSequenceNumber: number // 16 bits; of the keyframe's first packet
        readonly startSeconds: number // of the keyframe
      }
    | ({ readonly kind: 'segment-asked' } & OfFile)
    | ({
        readonly kind: 'segment-received' | 'segment-cancelled' // whole; or given up after so many bytes
        readonly sizeBytes: number
        readonly askedMs: number
        readonly firstByteMs?: number
      } & OfFile)
    | {
        readonly kind: 'packets-given-up' // did not come in time
        readonly packets: number
        readonly track?: Track
        readonly firstSequenceNumber?: number // 16 bits
      }
    | { readonly kind: 'packet-late' } // one of those came after all
    | {
        readonly kind: 'repair-received' // a retransmission (RFC 4588) or a packet of parity
        readonly sizeBytes: number
        readonly repairedPackets: number // media packets that it gave back in time
        readonly repairedBytes: number // of these, with their headers
        readonly latePackets?: number // media packets that it would have given back, had it come in time
        readonly delayMs?: number // from the moment at which a packet was missed until it gave it back
        readonly track?: Track
      }
  )

/** The truth of the emulated link; `atMs` is link time. */
export type LinkEvent = PacketEvent | RateEvent | NetworkEvent | TcpStateEvent | ReceiverReportEvent

/** The copy of the access line that a packet took; `shared` where one line carries both. */
export type Lane = 'tcp' | 'udp' | 'shared'

type OnLine = { readonly atMs: number; readonly lane: Lane; readonly direction: 'down' | 'up' }

type OfPacket = OnLine & {
  readonly flow: number // one sender and its receiver
  readonly packet: number // its number, one's own on the line
  readonly traffic: 'rtp' | 'rtcp' | 'tcp'
  readonly sizeBytes: number // with all headers down to IP's
}

/** Which RTP packet it was, where that is known. */
type OfRtp = { readonly ssrc?: number; readonly sequenceNumber?: number }

/** Each packet is accepted by the queue or dropped before it; an accepted one is lost or delivered, a
 *  duplicated one told once. */
export type PacketEvent =
  | (OfPacket & OfRtp & { readonly kind: 'packet-accepted' })
  | (OfPacket & OfRtp & { readonly kind: 'packet-dropped'; readonly cause: 'loss' | 'queue' | 'blocked' })
  | (OfPacket & { readonly kind: 'packet-delivered'; readonly queueingDelayMs: number }) // before its first bit was sent

/** The line's rate from now on; absent while it is unlimited or follows a trace. */
export type RateEvent = OnLine & { readonly kind: 'rate-set'; readonly rateBitsPerSecond?: number }

/** Somebody changed the network: its whole profile (link/profile.ts) from now on. */
export type NetworkEvent = OnLine & {
  readonly kind: 'network-changed'
  readonly profile: Readonly<Record<string, unknown>>
}

/** The modelled sender, some ten times a second while it changes. Windows in segments; an absent ssthresh: no loss yet. */
export type TcpStateEvent = OnLine & {
  readonly kind: 'tcp-state'
  readonly flow: number
  readonly recovery: 'open' | 'disorder' | 'recovery' | 'loss'
  readonly cwnd: number
  readonly ssthresh?: number
  readonly inFlight: number
  readonly srttMs: number // 0: nothing measured yet
  readonly retransmittedSegments: number // since its connection began
}

/** What a receiver report said of one stream when it came to the server, RFC 3550 section 6.4.1. */
export type ReceiverReportEvent = OnLine & {
  readonly kind: 'receiver-report'
  readonly ssrc: number
  readonly lossRatio: number // fraction lost, since the report before
  readonly cumulativeLostPackets: number
  readonly jitterMs: number
  readonly roundTripMs?: number
}

/** Where a teller's clock stood at a moment of civil time, as the server's clock tells it. */
export type ClockEvent = {
  readonly kind: 'clock'
  readonly of: ViewerSide | 'link'
  readonly atMs: number
  readonly unixMs: number
}

/** A gap in a record that was written while it ran: so many events found no room, because its reader was too slow. */
export type GapEvent = { readonly kind: 'events-left-out'; readonly atMs: number; readonly events: number }
