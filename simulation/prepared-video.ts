import type { Outline } from '../protocol/outline.ts'
import { SendPlan } from '../stream/send-plan.ts'
import { DEFAULT_MAX_RTP_BYTES } from '../stream/send-schedule.ts'
import { SentVideo, type VideoStart } from '../stream/sent-video.ts'
import { hlsPackage, type HlsPackage } from './hls-package.ts'
import { LiveChannel } from './live-channel.ts'
import { recutOutline } from './recut-outline.ts'

/** A video as its viewers can have it: the outlines of its variants, the lowest bitrate first. */
export type SimulatedVideo = { readonly title: string; readonly outlines: readonly Outline[] }

const MOST_KEPT = 16 // a slider tries many lengths of segments

const prepared = new WeakMap<SimulatedVideo, PreparedVideo>()

/** What all runs of a video share. The same object gives the same plans: who runs a video many times keeps it. */
export function preparedVideo(video: SimulatedVideo): PreparedVideo {
  const known = prepared.get(video) ?? new PreparedVideo(video)
  prepared.set(video, known)
  return known
}

/** What follows from a video alone, worked out when it is first asked for: how it is sent, how it is packaged. */
export class PreparedVideo {
  readonly #outlines: readonly Outline[]
  readonly #plans = new Map<Outline, SendPlan>()
  readonly #packages = new Map<number | undefined, HlsPackage>() // by segment length; undefined: as it is cut
  readonly #channels = new Map<string, LiveChannel>()
  readonly #sent = new Map<string, SentVideo>()

  constructor({ outlines }: SimulatedVideo) {
    this.#outlines = outlines
  }

  /** Absent: the best one. Throws RangeError where there is none of that name. */
  variant(name: string | undefined): Outline {
    const outline = name === undefined ? this.#outlines.at(-1) : this.#outlines.find(({ variant }) => variant === name)
    if (outline === undefined) throw new RangeError(`there is no variant ${name ?? ''}`.trimEnd())
    return outline
  }

  planOf(outline: Outline): SendPlan {
    return kept(this.#plans, outline, () => new SendPlan(outline, DEFAULT_MAX_RTP_BYTES))
  }

  /** Throws RangeError where no such segments can be cut. */
  packageOf(segmentSeconds: number | undefined): HlsPackage {
    const cut = (outline: Outline) => (segmentSeconds === undefined ? outline : recutOutline(outline, segmentSeconds))
    return kept(this.#packages, segmentSeconds, () => hlsPackage(this.#outlines.map(cut)))
  }

  /** The variant as it is live, in parts of so long. */
  liveChannel(outline: Outline, partMs: number): LiveChannel {
    return kept(this.#channels, `${outline.variant} ${partMs}`, () => new LiveChannel(outline, partMs))
  }

  /** Which frames the packets of a start carried. */
  readonly sentVideo = (outline: Outline, start: VideoStart): SentVideo => {
    const name = `${outline.variant} ${start.startSeconds} ${start.firstSequenceNumber}`
    return kept(this.#sent, name, () => new SentVideo(outline, start))
  }
}

/** What is there, or is made now; of each kind the newest sixteen. */
function kept<Key, Value>(all: Map<Key, Value>, key: Key, make: () => Value): Value {
  const known = all.get(key)
  if (known !== undefined) return known
  const made = make()
  all.set(key, made)
  for (const oldest of all.keys()) {
    if (all.size <= MOST_KEPT) break
    all.delete(oldest)
  }
  return made
}
