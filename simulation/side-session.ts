import { AccessLink } from '../link/access-link.ts'
import { exp, ln } from '../link/exact-math.ts'
import type { LinkProfile } from '../link/profile.ts'
import { newAbr } from '../stream/abr-rules.ts'
import type { TcpStateEvent, ViewerEvent } from '../stream/record.ts'
import type { SideSpec } from './experiment.ts'
import { ladderOf, type HlsVariant } from './hls-package.ts'
import { HlsSession } from './hls-session.ts'
import { LlHlsSession } from './ll-hls-session.ts'
import type { PreparedVideo } from './prepared-video.ts'
import { RtpSession, type RtpReceived, type RtpSessionOptions } from './rtp-session.ts'

/** One viewer on one lane; whoever advances the link plays it. */
export type Session = { readonly hasEnded: boolean; play(atMs: number): void; close(): void }

export type SideSessionOptions = {
  readonly video: PreparedVideo
  readonly profile: LinkProfile
  readonly tell: (event: ViewerEvent) => void // moments are link time
  readonly tellTcp: ((event: Omit<TcpStateEvent, 'lane'>) => void) | undefined
  /** Told of RTP packets in place of events, where nobody listens to these. */
  readonly received: RtpReceived | undefined
  readonly isSetUpApart: boolean // of RTSP: on a copy of the line, before link time 0
}

const DEFAULT_PART_MS = 200 // as the live origin cuts them

type HlsSpec = Extract<SideSpec, { readonly kind: 'hls' }>
type LlHlsSpec = Extract<SideSpec, { readonly kind: 'll-hls' }>
type RtpSpec = Extract<SideSpec, { readonly kind: 'udp' | 'rtp-over-tcp' }>

/** A viewer who watches in this way. Throws RangeError for a variant or segments that the video has not. */
export function newSession(spec: SideSpec, link: AccessLink, options: SideSessionOptions): Session {
  switch (spec.kind) {
    case 'hls':
      return newHlsSession(spec, link, options)
    case 'udp':
      return newRtpSession(spec, link, options, { repair: spec.repair })
    case 'rtp-over-tcp':
      return newRtpSession(spec, link, options, { transport: 'interleaved' })
    case 'll-hls':
      return newLlHlsSession(spec, link, options)
  }
}

function newHlsSession(spec: HlsSpec, link: AccessLink, options: SideSessionOptions): HlsSession {
  const { maxBufferSeconds, segmentSeconds } = spec
  const { congestionControl = 'cubic', tlsRoundTrips = 0 } = options.profile.tcp ?? {}
  const made = options.video.packageOf(segmentSeconds)
  const ladder = ladderFor(spec, made.variants)
  const limit = maxBufferSeconds === undefined ? {} : { maxBufferSeconds }
  const variants = ladder.map(({ facts }) => facts)
  const firstListed = ladder.length - 1 // the best one
  return new HlsSession(link, {
    ladder,
    multivariantPlaylistBytes: made.multivariantPlaylistBytes,
    abr: newAbr(spec.abr, variants, { maths: { ln, exp }, firstListed, ...limit }),
    tcp: { congestionControl, tlsRoundTrips },
    tell: options.tell,
    tellTcp: options.tellTcp,
    ...limit,
  })
}

/** The variants that the rule has; of `fixed` one. */
function ladderFor({ abr, variant, ladder }: HlsSpec, variants: readonly HlsVariant[]): readonly HlsVariant[] {
  const all = ladderOf(variants, ladder)
  return abr === 'fixed' ? ladderOf(all, variant === undefined ? undefined : [variant]).slice(-1) : all
}

function newLlHlsSession(
  { variant, partMs = DEFAULT_PART_MS }: LlHlsSpec,
  link: AccessLink,
  { video, profile, tell }: SideSessionOptions,
): LlHlsSession {
  const outline = video.variant(variant)
  const { congestionControl = 'cubic', tlsRoundTrips = 0 } = profile.tcp ?? {}
  return new LlHlsSession(link, {
    channel: video.liveChannel(outline, partMs),
    multivariantPlaylistBytes: video.packageOf(undefined).multivariantPlaylistBytes,
    tcp: { congestionControl, tlsRoundTrips },
    tell,
  })
}

function newRtpSession(
  { variant, jitterBufferMs }: RtpSpec,
  link: AccessLink,
  { video, profile, tell, received, isSetUpApart }: SideSessionOptions,
  how: Pick<RtpSessionOptions, 'repair' | 'transport'>,
): RtpSession {
  return new RtpSession(link, {
    plan: video.planOf(video.variant(variant)),
    linkSeed: profile.seed,
    congestionControl: profile.tcp?.congestionControl ?? 'cubic',
    tell,
    received,
    ...how,
    setUpLine: isSetUpApart && how.transport !== 'interleaved' ? new AccessLink(profile) : undefined,
    ...(jitterBufferMs === undefined ? {} : { jitterBufferMs }),
  })
}
