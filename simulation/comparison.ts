import type { AccessLink } from '../link/access-link.ts'
import type { LinkProfile } from '../link/profile.ts'
import type { Outline } from '../protocol/outline.ts'
import { LinkMeasuresFold, type LinkMeasures } from '../stream/link-measures.ts'
import { MeasuresFold, type Measures } from '../stream/measures.ts'
import type { Lane, RunEvent } from '../stream/record.ts'
import { SendPlan } from '../stream/send-plan.ts'
import { DEFAULT_MAX_RTP_BYTES } from '../stream/send-schedule.ts'
import { hlsPackage } from './hls-package.ts'
import { HlsSession } from './hls-session.ts'
import { measuredLane } from './lane.ts'
import { RtpSession } from './rtp-session.ts'

export type Side = 'hls' | 'rtp'

export type ComparisonOptions = {
  readonly outline: Outline
  readonly profile: LinkProfile
  /** Of this outline, for who runs many comparisons of it; absent: planned anew, packets as the server sends them. */
  readonly plan?: SendPlan
  readonly startSeconds?: number
  readonly jitterBufferMs?: number
  readonly maxBufferSeconds?: number
  /** When a side that has not come to its end is left; absent: four times the video's length, and a minute. */
  readonly limitSeconds?: number
  /** Everything that happens, in the order of its moments on each lane; a shared line tells of itself on the HLS side. */
  readonly tell?: (side: Side, event: RunEvent) => void
}

export type SideResult = {
  readonly measures: Measures // of a shared line's truth both sides tell the same
  readonly hasEnded: boolean
  readonly endedMs: number // or when it was left
}

export type Comparison = { readonly [side in Side]: SideResult }

type Session = { readonly hasEnded: boolean; play(atMs: number): void; close(): void }
type Lanes = { readonly link: AccessLink; readonly truth: LinkMeasuresFold }

const STEP_MS = 1000

/** Plays one video both ways under one profile and seed: on two copies of the line that meet the same weather, or on one
 *  line for both (`sharing: shared`). The same options give the same figures and events on every engine.
 *  Throws RangeError for an outline without segments. */
export function compare(options: ComparisonOptions): Comparison {
  const { profile } = options
  const isShared = profile.sharing === 'shared'
  const tcpLane = newLane(isShared ? 'shared' : 'tcp', 'hls', options)
  const udpLane = isShared ? tcpLane : newLane('udp', 'rtp', options)
  const sides = { hls: hlsSide(tcpLane, options), rtp: rtpSide(udpLane, options) }
  const limitMs = (options.limitSeconds ?? 4 * durationSeconds(options.outline) + 60) * 1000 // s to ms
  for (const { session } of [sides.hls, sides.rtp]) session.play(0)
  if (!isShared) run(udpLane.link, [sides.rtp.session], limitMs)
  run(tcpLane.link, isShared ? [sides.hls.session, sides.rtp.session] : [sides.hls.session], limitMs)
  return { hls: sides.hls.result(limitMs), rtp: sides.rtp.result(limitMs) }
}

function newLane(lane: Lane, side: Side, { profile, tell }: ComparisonOptions): Lanes {
  const truth = new LinkMeasuresFold()
  const link = measuredLane(lane, profile, truth, tell === undefined ? undefined : (event) => tell(side, event))
  return { link, truth }
}

function hlsSide(lane: Lanes, options: ComparisonOptions) {
  const { tell, profile } = options
  const { sharing, tcp: { congestionControl = 'cubic', tlsRoundTrips = 0 } = {} } = profile
  const viewer = new ViewerMeasures('hls', options)
  const { variants, multivariantPlaylistBytes } = hlsPackage([options.outline])
  const session = new HlsSession(lane.link, {
    ...options,
    ladder: variants,
    multivariantPlaylistBytes,
    tcp: { congestionControl, tlsRoundTrips },
    tell: (event) => viewer.add(event),
    tellTcp: tell && ((event) => tell('hls', { ...event, lane: sharing === 'shared' ? 'shared' : 'tcp' })),
  })
  return { session, result: (limitMs: number) => resultOf(session, viewer, lane.truth, limitMs) }
}

function rtpSide(lane: Lanes, options: ComparisonOptions) {
  const viewer = new ViewerMeasures('rtp', options)
  const session = new RtpSession(lane.link, {
    ...options,
    plan: options.plan ?? new SendPlan(options.outline, DEFAULT_MAX_RTP_BYTES),
    linkSeed: options.profile.seed,
    congestionControl: options.profile.tcp?.congestionControl ?? 'cubic',
    tell: (event) => viewer.add(event),
    received: options.tell === undefined ? (sizeBytes, atMs) => viewer.receive(sizeBytes, atMs) : undefined,
  })
  return { session, result: (limitMs: number) => resultOf(session, viewer, lane.truth, limitMs) }
}

/** The fold over a side's events, and when it came to its end. */
class ViewerMeasures {
  readonly #side: Side
  readonly #tell: ComparisonOptions['tell']
  readonly #fold: MeasuresFold
  endedMs: number | undefined

  constructor(side: Side, { outline, tell }: ComparisonOptions) {
    this.#side = side
    this.#tell = tell
    this.#fold = new MeasuresFold(1000 / (outline.video?.framesPerSecond || 30))
  }

  add(event: RunEvent): void {
    this.#fold.add(event)
    this.#tell?.(this.#side, event)
    if (event.kind === 'ended') this.endedMs = event.atMs
  }

  receive(sizeBytes: number, atMs: number): void {
    this.#fold.receive(sizeBytes, atMs)
  }

  at(nowMs: number): Measures {
    return this.#fold.at(nowMs)
  }
}

function resultOf(session: Session, viewer: ViewerMeasures, truth: LinkMeasuresFold, limitMs: number): SideResult {
  const endedMs = viewer.endedMs ?? limitMs
  const link: readonly LinkMeasures[] = truth.at(endedMs)
  return { measures: { ...viewer.at(endedMs), link }, hasEnded: session.hasEnded, endedMs }
}

function run(link: AccessLink, sessions: readonly Session[], limitMs: number): void {
  for (let nowMs = 0; nowMs < limitMs && sessions.some(({ hasEnded }) => !hasEnded); nowMs += STEP_MS) {
    link.advance(Math.min(nowMs + STEP_MS, limitMs))
  }
  for (const session of sessions) session.close()
}

function durationSeconds({ segments }: Outline): number {
  const last = segments.at(-1)
  return last === undefined ? 0 : last.startSeconds + last.durationSeconds
}
