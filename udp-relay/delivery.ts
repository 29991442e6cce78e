import type { TransportSpec } from '../protocol/rtsp-headers.ts'
import type { FecFigures, Reception, RepairFigures } from '../protocol/weir-api.ts'
import type { InterleavedChannels } from './interleaved-channels.ts'
import type { PlayoutOptions, SessionPlayout } from './playout.ts'
import type { PresentationWish } from './presentation-wish.ts'
import type { ReceptionLog } from './reception-log.ts'
import type { SendTimer } from './send-timer.ts'
import type { TransportOffer } from './transport-offer.ts'
import type { Viewer } from './viewer-session.ts'

/** How the packets of one session reach its viewer: one kind of transport for all its tracks (RFC 2326 section 12.39). */
export type Delivery = {
  readonly kind: TransportOffer['kind']
  readonly playout: SessionPlayout
  /** What the viewer says of it. */
  readonly receptions: ReceptionLog
  /** Gives what the reply tells of the track's transport; `channels` are those of the connection that asks. Throws
   *  RtspRefusal 461 when it cannot be had. */
  setTrack(trackIndex: number, offer: TransportOffer, channels: InterleavedChannels): Promise<TransportSpec>
  /** For how long the viewer's host has refused packets; `sinceMs` is when the viewer was last known to be there. */
  refusedMs(sinceMs: number): number
  figures(): DeliveryFigures
  /** The playout has said goodbye: what is under way still arrives, then `closed` is called. */
  close(closed: () => void): void
  /** What is under way is lost. */
  destroy(): void
}

/** Of a group, what is sent to all. */
export type DeliveryFigures = {
  readonly sentPackets: number
  readonly droppedPackets: number // that the way out did not take
  readonly droppedFrames?: number // of pictures and sound, so that the others are whole
  readonly repair?: RepairFigures
  readonly fec?: FecFigures
}

/** What each kind of delivery is made from. */
export type DeliveryOptions = {
  readonly viewer: Viewer
  readonly wish: PresentationWish
  readonly timer: SendTimer
  readonly random: () => number
  /** Opens the session's playout into that way. */
  readonly openPlayout: (way: PlayoutWay) => SessionPlayout
  /** RTCP came: the viewer is there. */
  readonly onAlive: () => void
  /** A receiver report said so. */
  readonly onReception: (reception: Reception, atMs: number) => void
  /** The viewer cannot be reached any more. */
  readonly onDisconnected: () => void
  /** A segment cannot be read any more. */
  readonly onFailed: (error: Error) => void
}

/** Of a playout what its way out decides. */
export type PlayoutWay = Pick<PlayoutOptions, 'sink' | 'newReportRandom' | 'earlyMs' | 'fecGroupPackets'>
