import type { LinkProfile } from '../link/profile.ts'
import type { Outline } from '../protocol/outline.ts'
import type { AbrRule } from '../stream/abr.ts'
import { LinkMeasuresFold } from '../stream/link-measures.ts'
import type { RunEvent, ViewerEvent, ViewerSide } from '../stream/record.ts'
import { linkSideMeasures } from '../stream/run-measures.ts'
import { SideMeasuresFold, type SideMeasures } from '../stream/side-measures.ts'
import { SendPlan } from '../stream/send-plan.ts'
import { DEFAULT_MAX_RTP_BYTES } from '../stream/send-schedule.ts'
import { HlsSession } from './hls-session.ts'
import { measuredLane } from './lane.ts'
import { RtpSession } from './rtp-session.ts'

/** A video as its viewers can have it: the outlines of its variants, the lowest bitrate first. */
export type SimulatedVideo = { readonly title: string; readonly outlines: readonly Outline[] }

export type { AbrRule }

/** One way of watching. Absent: the variant is the best one; segments are the package's; buffers are the players' own. */
export type SideSpec =
  | {
      readonly kind: 'hls'
      readonly abr: AbrRule
      readonly variant?: string // of `fixed`
      readonly ladder?: readonly string[] // the variants to choose from
      readonly segmentSeconds?: number
      readonly maxBufferSeconds?: number
    }
  | { readonly kind: 'll-hls'; readonly variant?: string; readonly partMs?: number }
  | {
      readonly kind: 'udp'
      readonly repair: 'off' | 'rtx'
      readonly variant?: string
      readonly jitterBufferMs?: number // absent: 200
    }
  | { readonly kind: 'rtp-over-tcp'; readonly variant?: string; readonly jitterBufferMs?: number } // interleaved, RFC 2326 10.12

export type NamedSide = { readonly name: string; readonly spec: SideSpec }

export type Experiment = {
  readonly video: SimulatedVideo
  readonly sides: readonly NamedSide[]
  readonly profile: LinkProfile // each side has a copy of the line: same seed, same weather
  readonly durationSeconds: number // from the wish to play on; a side may come to its end before
  /** Everything that happens to a side, in order of its moments; without it no event is made for a packet. */
  readonly tell?: (side: string, event: RunEvent) => void
}

export type SideOutcome = {
  readonly name: string
  readonly side: ViewerSide // by whose definitions it is measured
  readonly measures: SideMeasures
  readonly hasEnded: boolean // the whole video was seen
}

/** Sides that cannot be played so far say so. */
export class UnplayableSide extends Error {}

/** Watches one video in each of the ways, in virtual time, each over its own copy of the line. The same experiment gives
 *  the same outcomes on every engine. Throws UnplayableSide, naming the side and what it lacks. */
export function runExperiment(experiment: Experiment): readonly SideOutcome[] {
  return experiment.sides.map((side) => runSide(side, experiment))
}

function runSide({ name, spec }: NamedSide, experiment: Experiment): SideOutcome {
  const { profile, durationSeconds } = experiment
  const outline = variantOf(experiment.video, name, spec)
  const isUdp = spec.kind === 'udp'
  const tell = experiment.tell && ((event: RunEvent) => experiment.tell?.(name, event))
  const truth = new LinkMeasuresFold()
  const link = measuredLane(isUdp ? 'udp' : 'tcp', profile, truth, tell)
  const frameIntervalMs = 1000 / (outline.video?.framesPerSecond || 30)
  const fold = new SideMeasuresFold({ side: isUdp ? 'udp' : 'hls', frameIntervalMs })
  const add = (event: ViewerEvent) => {
    fold.add(event)
    tell?.(event)
  }
  const { congestionControl = 'cubic', tlsRoundTrips = 0 } = profile.tcp ?? {}
  const session = isUdp
    ? new RtpSession(link, {
        ...spec,
        plan: new SendPlan(outline, DEFAULT_MAX_RTP_BYTES),
        linkSeed: profile.seed,
        congestionControl,
        tell: add,
      })
    : new HlsSession(link, { outline, tcp: { congestionControl, tlsRoundTrips }, tell: add, ...bufferOf(spec) })
  session.play(0)
  const limitMs = durationSeconds * 1000 // s to ms
  for (let nowMs = 0; nowMs < limitMs && !session.hasEnded; nowMs += 1000) link.advance(Math.min(nowMs + 1000, limitMs))
  session.close()
  const down = truth.at(limitMs).find(({ direction }) => direction === 'down')
  const measures = { ...fold.measures(down?.offeredBytes), ...(down === undefined ? {} : linkSideMeasures(down)) }
  return { name, side: isUdp ? 'udp' : 'hls', measures, hasEnded: session.hasEnded }
}

function bufferOf(spec: SideSpec): { readonly maxBufferSeconds?: number } {
  return spec.kind === 'hls' && spec.maxBufferSeconds !== undefined ? { maxBufferSeconds: spec.maxBufferSeconds } : {}
}

function variantOf({ outlines }: SimulatedVideo, name: string, spec: SideSpec): Outline {
  if (spec.kind !== 'udp' && !(spec.kind === 'hls' && spec.abr === 'fixed')) {
    throw new UnplayableSide(`side ${name} (${spec.kind}) is not played in virtual time`)
  }
  const outline =
    spec.variant === undefined ? outlines.at(-1) : outlines.find(({ variant }) => variant === spec.variant)
  if (outline !== undefined) return outline
  throw new UnplayableSide(`side ${name}: there is no variant ${spec.variant ?? ''}`)
}
