/** Types of the HTTP bodies that the server and the pages share; `docs/surface.md` lists the routes. */

import type { ControlTrack, ModelledSetup } from './udp-control.ts'

/** A playable one has its first segment in every variant; a ready one is complete and checked. While one is segmented,
 *  what `variants` lists can be played by its own playlist already: a copied variant comes first. */
export type VideoStatus = 'queued' | 'segmenting' | 'playable' | 'ready' | 'failed'

export type VariantSummary = {
  readonly name: string // folder and RTSP path element, such as 720p
  readonly widthPixels: number // 0 of sound alone
  readonly heightPixels: number
  readonly bandwidthBitsPerSecond: number // BANDWIDTH of the multivariant playlist
  readonly framesPerSecond?: number // FRAME-RATE; absent of packages made before 0.3
  readonly codecs: string
}

export type Video = {
  readonly id: string
  readonly title: string
  readonly kind: 'video' | 'live'
  readonly status: VideoStatus
  readonly progressRatio: number // of segmenting, 0 to 1
  readonly secondsLeft?: number // of segmenting, estimated
  readonly durationSeconds?: number
  readonly createdUnixMs: number
  readonly error?: { readonly code: string; readonly message: string }
  readonly warnings?: readonly string[]
  readonly variants: readonly VariantSummary[]
  readonly urls: {
    readonly hls?: string
    readonly lowLatencyHls?: string // of what is live
    readonly hlsFmp4?: string // the same as fragmented MP4, where it was made
    readonly hlsSingleFiles?: string // the same as ranges of one file a variant, where they were made
    readonly hlsFmp4SingleFiles?: string // both
    readonly rtsp?: string
    readonly rtsps?: string
    readonly poster?: string
  }
}

/** POST /api/videos/:id/signed-urls: whole addresses, each good until then for whoever has it. */
export type SignedUrls = {
  readonly expiresUnixMs: number
  readonly urls: Omit<Video['urls'], 'rtsp' | 'rtsps'>
}

/** POST and GET /api/channels. `ingest` and its key are told by POST alone. */
export type Channel = {
  readonly id: string
  readonly title: string
  readonly state: 'starting' | 'live' | 'ended'
  readonly loop?: string // the video that it plays
  readonly ingest?: { readonly kind: 'ts' | 'hls' | 'rtsp' | 'whip'; readonly url: string; readonly key: string }
  readonly createdUnixMs: number
  readonly error?: string // why it ended
  readonly recordedVideo?: string // once it has ended
  readonly urls: Video['urls']
}

/** How pictures of a channel leave: over RTP, in segments of 2 s, or in their parts. */
export type ChannelWay = 'rtp' | 'live' | 'low-latency'

/** The newest pictures of a channel that can be had one way: when each was captured, and since when it can be had. */
export type ChannelPictures = {
  readonly unixMs: number // the server's clock as it answered
  readonly originTicks: number // presentation time of the first picture in the files of this way, 90 kHz
  readonly pictures: readonly ChannelPicture[]
}

export type ChannelPicture = {
  readonly ptsTicks: number // 90 kHz after the channel's first picture
  readonly capturedUnixMs: number
  readonly publishedUnixMs: number
  readonly sequence?: number // of HLS: the media sequence number of its segment
  readonly part?: number // within that
}

/** Every error body, RFC 9457, as application/problem+json. `code` is stable, see error-codes.ts. */
export type Problem = {
  readonly type: string
  readonly title: string
  readonly status: number
  readonly detail: string
  readonly code: string
}

/** Ground truth of one direction of a lane, since link time 0. */
export type LinkCounters = {
  readonly acceptedPackets: number
  readonly lostPackets: number // by the loss process
  readonly tailDroppedPackets: number // by the full queue
  readonly blockedPackets: number // UDP where UDP is blocked
  readonly deliveredPackets: number // a duplicated one once
  readonly deliveredBytes: number
  readonly duplicatedPackets: number // second copies that the line made and that arrived
  readonly queueingDelayMsMean: number
  readonly queueingDelayMsMax: number
}

export type FlowKind = 'http' | 'rtsp' | 'rtp' | 'rtcp'

/** Ground truth of one open flow of a lane. */
export type FlowSummary = {
  readonly what: FlowKind
  readonly sinceSeconds?: number // its first packet, in link time
  readonly downlink: LinkCounters
  readonly uplink: LinkCounters
  readonly tcp?: unknown // the TcpState (link/tcp/connection.ts) of a modelled connection
}

/** HTTP over modelled connections. A handshake is counted when it is complete. */
export type HttpCounters = { readonly connections: number; readonly handshakes: number; readonly requests: number }

export type LaneSummary = {
  readonly downlink: LinkCounters
  readonly uplink: LinkCounters
  readonly gatewayDroppedPackets: number // after the link, on the last hop to the browser
  readonly http: HttpCounters
  readonly openFlows: number
  readonly flows: readonly FlowSummary[] // the newest 100 of the open ones
}

/** GET /api/links/:id. `profile` is a LinkProfile (link/profile.ts). Of a shared link the tcp lane counts for both. */
export type LinkSummary<Profile> = {
  readonly id: string
  readonly profile: Profile
  readonly startedUnixMs?: number // civil time of link time 0; absent before the first media
  readonly linkTimeSeconds?: number // now; absent as well
  readonly timerLagMsP99: number // how late packets left it, against their moment
  readonly warning?: string // why the figures of this run do not count
  readonly tcp: LaneSummary
  readonly udp: LaneSummary
}

/** Why a packet of a page's session did not reach the viewer: the link's loss process, its full queue, UDP blocked, the
 *  last hop, or over TCP the sender, with too much waiting to be sent. */
export type PacketDropCause = 'loss' | 'queue' | 'blocked' | 'gateway' | 'sender'

/** What a viewer's newest receiver report says of one stream, RFC 3550 section 6.4.1. */
export type Reception = {
  readonly ssrc: number
  readonly lossRatio: number // fraction lost, since the report before
  readonly cumulativeLostPackets: number
  readonly jitterMs: number
  readonly roundTripMs?: number // absent before the viewer had a sender report
  readonly arrivedUnixMs: number
}

/** GET /api/udp-sessions/:id: the truth about a viewer's RTP packets, to hold against what the viewer sees. */
/** What carries the RTP across the link: UDP, or the TCP connection of RTSP (RFC 2326 section 10.12). */
export type RtpOver = 'udp' | 'tcp'

export type UdpSessionStatus = {
  readonly id: string
  readonly video: string
  readonly variant: string
  readonly link?: string // without one nothing is impaired
  readonly transport: 'data-channel' | 'websocket' | 'webrtc-media'
  readonly over: RtpOver
  readonly phase: 'idle' | 'playing' | 'paused' | 'ended'
  readonly offeredPackets: number // by the playout, video and audio
  readonly droppedPackets: Readonly<Record<PacketDropCause, number>>
  readonly reports: readonly Reception[] // what the viewer says of it: the newest of each stream
  readonly repair?: RepairFigures // where lost packets may be asked for again
  readonly fec?: FecFigures // where packets are followed by parity: of the variant that plays now
  /** Of WebRTC media, which has no channel to tell it: what the page's RTP timestamps mean. */
  readonly playing?: {
    readonly startSeconds: number
    readonly durationSeconds: number
    readonly tracks: readonly ControlTrack[]
    readonly setup?: ModelledSetup
  }
  /** The newest 10,000, oldest first. */
  readonly dropped: readonly {
    readonly ssrc: number
    readonly sequenceNumber: number
    readonly cause: PacketDropCause
  }[]
}

/** A request of a player's for HLS behind a link. */
export type SeenRequest = {
  readonly atUnixMs: number // when its answer had ended
  readonly address: string
  readonly method: string
  readonly path: string
  readonly status: number
  readonly bodyBytes?: number // of a whole answer
  readonly durationMs: number
  readonly isOfOurPage: boolean // by the browser's word
  readonly userAgent?: string
  readonly cmcd?: Readonly<Record<string, string | number | boolean>> // CTA-5004: br, bl, mtp, sid …
}

/** A player of HLS, without a link, that tells of itself by CMCD (CTA-5004): what it has said, and what it got. */
export type HlsSessionStatus = {
  readonly sid?: string // of the player's choosing; without one its address and user agent tell it from others
  readonly address: string
  readonly userAgent?: string
  readonly video: string // its id
  readonly firstUnixMs: number
  readonly lastUnixMs: number
  readonly requests: number
  readonly refusedRequests: number // answered 4xx or 5xx
  readonly starvedRequests: number // that said that the buffer had run empty (bs)
  readonly sentBytes: number // of whole answers, heads too
  readonly leastBufferMs?: number // the smallest bl
  readonly newest: Readonly<Record<string, string | number | boolean>> // of each standard key: bl, br, mtp, st …
}

/** What a viewer has said last of one track: its receiver report, and its extended one where it sends such. */
export type RtspTrackStatus = {
  readonly kind: 'video' | 'audio'
  readonly reception?: Reception
  readonly extended?: ExtendedReception
}

/** What a viewer's newest extended report says of one stream, RFC 3611 sections 4.6 and 4.7. */
export type ExtendedReception = {
  readonly duplicatePackets?: number
  readonly lossRatio?: number
  readonly discardRatio?: number // came too late for it
  readonly burstDensity?: number // lost or late within bursts
  readonly burstMs?: number // their mean length
  readonly jitterBufferMs?: number
}

/** What was sent again, RFC 4588. */
export type RepairFigures = {
  readonly requestedPackets: number
  readonly resentPackets: number
  readonly resentBytes: number
  readonly unknownPackets: number // never sent, or too long ago
  readonly refusedPackets: number // beyond what repair may take of the rate
}

/** Packets of parity, RFC 5109. Who shares a sender is told what that has sent. */
export type FecFigures = {
  readonly groupPackets: number // that one of parity protects, at most
  readonly sentPackets: number
  readonly sentBytes: number
}

/** A viewer of RTSP. The id only tells it apart: the one that steers a session is secret. */
export type RtspSessionStatus = {
  readonly id: string
  readonly address: string
  readonly userAgent?: string
  readonly presentation: { readonly title: string; readonly variant: string }
  readonly link?: string
  readonly phase: 'init' | 'ready' | 'playing'
  readonly transport: 'udp' | 'interleaved' | 'multicast' // of a group the figures are those of all its viewers
  readonly seconds: number // since it began
  readonly positionSeconds: number
  readonly sentPackets: number
  readonly droppedPackets: number // that the way out did not take
  readonly droppedFrames?: number // interleaved: whole ones, while the viewer did not read
  readonly roundTripMs?: number // by its newest report that told one
  readonly tracks: readonly RtspTrackStatus[]
  readonly repair?: RepairFigures
  readonly fec?: FecFigures
}

/** What the process spends: measured for all that it does, the emulation among it. The share of one viewer is no more than an
 *  estimate: the processor's time by the number of viewers. */
export type ServerCost = {
  readonly measuredSeconds: number // for which the processor was looked at
  readonly cpuRatio: number // of one core
  readonly residentBytes: number
  readonly viewers: { readonly http: number; readonly page: number; readonly rtsp: number } // http: connections of players
  readonly estimatedCpuRatioPerViewer?: number // absent without viewers
  /** What a viewer holds of the system: an HLS player its connection, and nothing once that is closed; a page its data
   *  channels' or WebSocket's socket; an RTSP player its connection and a socket a track, for as long as its session. */
  readonly socketsPerViewer: { readonly http: number; readonly page: number; readonly rtsp: number }
}

/** GET /api/links/:id/viewers: foreign players, as the server sees them. */
export type LinkViewers = {
  readonly requests: readonly SeenRequest[] // the newest 100, oldest first
  readonly sessions: readonly RtspSessionStatus[] // that are open, the newest 100
  readonly cost?: ServerCost // of the whole server; absent at the first question, and for a second after it
}

/** What ended a run: its viewer, 10 s without a word of its viewers, the end of its link or of the server, a full disk. */
export type RunEnding = 'viewer' | 'silence' | 'link-gone' | 'server-stopped' | 'disk'

/** A recorded run. `cut-off`: its server was killed; what had been written is there. */
export type RunSummary = {
  readonly id: string
  readonly state: 'running' | 'ended' | 'cut-off'
  readonly endedBy?: RunEnding
  readonly video: string
  readonly title: string // of the video, then
  readonly link: string
  readonly createdUnixMs: number
  readonly endedUnixMs?: number
  readonly sizeBytes: number // on the disk, since it ended
  readonly warning?: string // why its figures do not count
}

/** Of one side of a run: how like what stood on the screen was to what was due. */
export type SideQuality = {
  readonly ssim: number // of luma, 0 to 1; the mean over the slots
  readonly ssimDb?: number // −10 × log10(1 − SSIM); absent where the pictures are identical
  readonly slots: number // compared, each as long as a frame
  readonly otherThanDueSlots: number // that showed another frame than the one due
  readonly widthPixels: number // of the comparison
  readonly heightPixels: number
}

/** GET /api/runs/:id/quality. A side that showed nothing is absent. */
export type RunQuality = {
  readonly state: 'none' | 'waiting' | 'measuring' | 'measured' | 'failed'
  readonly progressRatio: number
  readonly hls?: SideQuality
  readonly udp?: SideQuality
  readonly notes: readonly string[] // what is to be kept in mind, a sentence each
  readonly problem?: string // why it failed
}

/** What happens to a link; `GET /api/links/:id` tells its profile and counters. `link-late`, once a run: the timer's p99 lag
 *  is above 5 ms, and its figures do not count. */
export type LinkNotice = {
  readonly kind: 'link-created' | 'link-changed' | 'link-restarted' | 'link-removed' | 'link-late'
  readonly id: string
}

export type ServerEvent =
  | { readonly kind: 'video'; readonly video: Video }
  | { readonly kind: 'video-removed'; readonly id: string }
  | LinkNotice

/** An event as the feed tells it (`/api/events`, `/api/events/ws`). `cursor` is none: it says how far the feed has come. */
export type ToldEvent = { readonly sequence: number } & (ServerEvent | { readonly kind: 'cursor' })
