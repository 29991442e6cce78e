import type { LinkProfile } from '../link/profile.ts'
import type { RtpRepair } from '../protocol/ways.ts'
import type { AbrRule } from '../stream/abr.ts'
import { LinkMeasuresFold } from '../stream/link-measures.ts'
import type { RunEvent, ViewerEvent, ViewerSide } from '../stream/record.ts'
import { linkSideMeasures } from '../stream/run-measures.ts'
import { SideMeasuresFold, type SideMeasures } from '../stream/side-measures.ts'
import { measuredLane } from './lane.ts'
import { preparedVideo, type PreparedVideo, type SimulatedVideo } from './prepared-video.ts'
import { newSession, type Session } from './side-session.ts'

export type { AbrRule, SimulatedVideo }

/** Whose player watches a live run; in virtual time there is ours alone. */
export type PlayerName = 'weir' | 'hls.js' | 'ffmpeg' | 'gstreamer'

/** One way of watching. Absent: the variant is the best one; segments are the package's; buffers are the players' own; the
 *  player is ours. */
export type SideSpec = WaySpec & { readonly player?: PlayerName }

type WaySpec =
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
      readonly repair: 'off' | RtpRepair
      readonly variant?: string
      readonly jitterBufferMs?: number // absent: 200
    }
  | { readonly kind: 'rtp-over-tcp'; readonly variant?: string; readonly jitterBufferMs?: number } // interleaved, RFC 2326 10.12

export type NamedSide = { readonly name: string; readonly spec: SideSpec }

export type Experiment = {
  readonly video: SimulatedVideo // experiments with the same object share what is planned of it
  readonly sides: readonly NamedSide[]
  readonly profile: LinkProfile // each side has a copy of the line: same seed, same weather
  readonly durationSeconds: number // from the wish to play on; a side may come to its end before
  /** As over a live link: what RTSP says before it plays has a line of its own, and link time 0 is PLAY at the server. Absent:
   *  it crosses the line first, from link time 0 on. */
  readonly isSetUpApart?: boolean
  /** Everything that happens to a side, in order of its moments; without it no event is made for a packet. */
  readonly tell?: (side: string, event: RunEvent) => void
  /** What its viewer sees, the packets that came left out: that costs next to nothing. Of no use beside `tell`. */
  readonly watch?: (side: string, event: ViewerEvent) => void
}

export type SideOutcome = {
  readonly name: string
  readonly side: ViewerSide // by whose definitions it is measured
  readonly measures: SideMeasures // at its end, or when it was left
  readonly hasEnded: boolean // the whole video was seen
}

/** The video has not what a side wants: a variant, segments of that length. */
export class UnplayableSide extends Error {}

const STEP_MS = 1000

/** Watches one video in each of the ways, in virtual time, each over its own copy of the line. The same experiment gives
 *  the same outcomes on every engine. Throws UnplayableSide, naming the side and what it lacks. */
export function runExperiment(experiment: Experiment): readonly SideOutcome[] {
  return experiment.sides.map((side) => new SideRun(side, experiment).run())
}

/** One side on its line, and all that is measured of it. */
class SideRun {
  readonly #name: string
  readonly #side: ViewerSide
  readonly #durationMs: number // from the wish to play on
  readonly #isSetUpApart: boolean
  #askedMs = 0 // link time of that wish
  readonly #tell: ((event: RunEvent) => void) | undefined
  readonly #watch: ((event: ViewerEvent) => void) | undefined
  readonly #truth = new LinkMeasuresFold()
  readonly #fold: SideMeasuresFold
  readonly #link: ReturnType<typeof measuredLane>
  readonly #session: Session
  #atEnd: SideMeasures | undefined

  constructor(
    { name, spec }: NamedSide,
    { profile, tell, watch, video, durationSeconds, isSetUpApart = false }: Experiment,
  ) {
    this.#name = name
    this.#side = spec.kind === 'udp' || spec.kind === 'rtp-over-tcp' ? 'udp' : 'hls'
    this.#durationMs = durationSeconds * 1000 // s to ms
    this.#isSetUpApart = isSetUpApart
    this.#tell = tell && ((event) => tell(name, event))
    this.#watch = watch && ((event) => watch(name, event))
    this.#link = measuredLane(this.#side === 'udp' ? 'udp' : 'tcp', profile, this.#truth, this.#tell)
    const prepared = preparedVideo(video)
    this.#fold = newFold(this.#side, prepared)
    this.#session = this.#newSession(spec, profile, prepared)
  }

  run(): SideOutcome {
    const session = this.#session
    session.play(0)
    const limitMs = this.#askedMs + this.#durationMs
    for (let nowMs = 0; nowMs < limitMs && !session.hasEnded; nowMs += STEP_MS) {
      this.#link.advance(Math.min(nowMs + STEP_MS, limitMs))
    }
    session.close()
    const measures = this.#atEnd ?? this.#measuresAt(limitMs)
    return { name: this.#name, side: this.#side, measures, hasEnded: session.hasEnded }
  }

  #newSession(spec: SideSpec, profile: LinkProfile, video: PreparedVideo): Session {
    const tell = this.#tell
    const lane = this.#side === 'udp' ? 'udp' : 'tcp'
    try {
      return newSession(spec, this.#link, {
        video,
        profile,
        isSetUpApart: this.#isSetUpApart,
        tell: (event) => this.#add(event),
        tellTcp: tell && ((event) => tell({ ...event, lane })),
        received:
          tell === undefined ? (sizeBytes, atMs, track) => this.#fold.receive(sizeBytes, atMs, track) : undefined,
      })
    } catch (error) {
      if (error instanceof RangeError) throw new UnplayableSide(`side ${this.#name}: ${error.message}`)
      throw error
    }
  }

  /** What happens on the line after the end of a side is not its own any more. */
  #add(event: ViewerEvent): void {
    if (event.kind === 'play-asked') this.#askedMs = event.atMs
    this.#fold.add(event)
    this.#tell?.(event)
    this.#watch?.(event)
    if (event.kind === 'ended') this.#atEnd = this.#measuresAt(event.atMs)
  }

  #measuresAt(nowMs: number): SideMeasures {
    const down = this.#truth.at(nowMs).find(({ direction }) => direction === 'down')
    return { ...this.#fold.measures(down?.offeredBytes, nowMs), ...(down === undefined ? {} : linkSideMeasures(down)) }
  }
}

function newFold(side: ViewerSide, video: PreparedVideo): SideMeasuresFold {
  const frameIntervalMs = 1000 / (video.variant(undefined).video?.framesPerSecond || 30)
  return new SideMeasuresFold({
    side,
    frameIntervalMs,
    outlineOf: (variant) => video.variant(variant),
    newSentVideo: video.sentVideo,
  })
}
