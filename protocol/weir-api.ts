/** Types of the HTTP bodies that the server and the pages share; `docs/surface.md` lists the routes. */

/** A playable one has its first segment in every variant; a ready one is complete and checked. */
export type VideoStatus = 'queued' | 'segmenting' | 'playable' | 'ready' | 'failed'

export type VariantSummary = {
  readonly name: string // folder and RTSP path element, such as 720p
  readonly widthPixels: number
  readonly heightPixels: number
  readonly bandwidthBitsPerSecond: number // BANDWIDTH of the multivariant playlist
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
  readonly urls: { readonly hls?: string; readonly rtsp?: string; readonly poster?: string }
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

/** Why a packet of a UDP session did not reach the viewer: the link's loss process, its full queue, UDP blocked, or
 *  the last hop. */
export type PacketDropCause = 'loss' | 'queue' | 'blocked' | 'gateway'

/** GET /api/udp-sessions/:id: the truth about a viewer's RTP packets, to hold against what the viewer sees. */
export type UdpSessionStatus = {
  readonly id: string
  readonly video: string
  readonly variant: string
  readonly link?: string // without one nothing is impaired
  readonly transport: 'data-channel' | 'websocket'
  readonly phase: 'idle' | 'playing' | 'paused' | 'ended'
  readonly offeredPackets: number // by the playout, video and audio
  readonly droppedPackets: Readonly<Record<PacketDropCause, number>>
  /** The newest 10,000, oldest first. */
  readonly dropped: readonly {
    readonly ssrc: number
    readonly sequenceNumber: number
    readonly cause: PacketDropCause
  }[]
}

/** What a viewer has said last of one track: its receiver report, and its extended one where it sends such. */
export type RtspTrackStatus = {
  readonly kind: 'video' | 'audio'
  readonly report?: {
    readonly fractionLost: number // from 0 to 1, between its last two reports
    readonly lostPackets: number // so far; negative where packets came twice
    readonly jitterMs: number
  }
  readonly extended?: {
    readonly duplicatePackets?: number
    readonly lossRatio?: number
    readonly discardRatio?: number // came too late for it
    readonly burstDensity?: number // lost or late within bursts
    readonly burstMs?: number // their mean length
    readonly jitterBufferMs?: number
  }
}

/** What was sent again, RFC 4588. */
export type RepairFigures = {
  readonly requestedPackets: number
  readonly resentPackets: number
  readonly resentBytes: number
  readonly unknownPackets: number // never sent, or too long ago
  readonly refusedPackets: number // beyond what repair may take of the rate
}

/** GET /api/rtsp-sessions: the viewers of RTSP. The id only tells them apart: the one that steers a session is secret. */
export type RtspSessionStatus = {
  readonly id: string
  readonly presentation: { readonly title: string; readonly variant: string }
  readonly link?: string
  readonly phase: 'init' | 'ready' | 'playing'
  readonly positionSeconds: number
  readonly sentPackets: number
  readonly droppedPackets: number // that the socket did not take
  readonly roundTripMs?: number
  readonly tracks: readonly RtspTrackStatus[]
  readonly repair?: RepairFigures
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
