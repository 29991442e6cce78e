import type { TransportSpec } from '../protocol/rtsp-headers.ts'
import type { InterleavedChannels } from './interleaved-channels.ts'
import type { Playout, PlayoutOptions } from './playout.ts'
import type { TransportOffer } from './transport-offer.ts'
import type { Viewer } from './viewer-session.ts'

/** What a session plays by: its own playout, or one that it shares. */
export type SessionPlayout = Pick<Playout, 'tracks' | 'play' | 'pause' | 'close'>

/** How the packets of one session reach its viewer: one kind of transport for all its tracks (RFC 2326 section 12.39). */
export type Delivery = {
  readonly kind: TransportOffer['kind']
  readonly playout: SessionPlayout
  /** Gives what the reply tells of the track's transport; `channels` are those of the connection that asks. Throws RtspRefusal 461 when it cannot be had. */
  setTrack(trackIndex: number, offer: TransportOffer, channels: InterleavedChannels): Promise<TransportSpec>
  /** For how long the viewer's host has refused packets; `sinceMs` is when the viewer was last known to be there. */
  refusedMs(sinceMs: number): number
  /** For the log. */
  figures(): Readonly<Record<string, number | undefined>>
  /** The playout has said goodbye: what is under way still arrives, then `closed` is called. */
  close(closed: () => void): void
  /** What is under way is lost. */
  destroy(): void
}

/** What each kind of delivery is made from. */
export type DeliveryOptions = {
  readonly viewer: Viewer
  /** All of a playout but its end. */
  readonly playout: Omit<PlayoutOptions, 'sink' | 'newReportRandom'>
  readonly onAlive: () => void
  /** The viewer cannot be reached any more. */
  readonly onDisconnected: () => void
}
