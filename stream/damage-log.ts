import type { EventOf } from './event-kinds.ts'
import { Newest } from './newest.ts'
import { DECODE_MS } from './playback-clock.ts'
import { PacketFates } from './packet-fates.ts'
import type { RunEvent } from './record.ts'
import { RunAxis } from './run-axis.ts'
import { VideoLosses, type OutlineOf } from './video-losses.ts'
import { explainDamage, type CauseOf, type DamageStory } from './why-damage.ts'

export type DamageLogOptions = { readonly outlineOf: OutlineOf; readonly jitterBufferMs: number }

type Start = { readonly losses: VideoLosses; readonly fates: PacketFates }
type Loss = { readonly atMs: number; readonly start: Start; readonly packet: number; readonly sequenceNumber: number }

const REMEMBERED_STARTS = 8
const REMEMBERED_LOSSES = 20_000
const NEAR_MS = 1000 // a mark on a chart is not hit exactly

/** Keeps what an explanation of damaged pictures needs: since the newest eight starts of the video, the newest 20,000
 *  losses. Feed a run's events in their order. */
export class DamageLog {
  readonly #options: DamageLogOptions
  readonly #axis = new RunAxis()
  readonly #starts: Start[] = [] // the newest last
  readonly #losses = new Newest<Loss>(REMEMBERED_LOSSES)

  constructor(options: DamageLogOptions) {
    this.#options = options
  }

  add(event: RunEvent): void {
    const atMs = this.#axis.place(event)
    if (event.kind === 'rtp-started' && event.track === 'video') this.#begin(event)
    else if (event.kind === 'packets-given-up' && event.track === 'video') this.#lose(event, atMs)
    else if ('packet' in event) this.#starts.at(-1)?.fates.add(event)
  }

  /** When the newest video packets were given up, on the run's axis. */
  get newestLossMs(): number | undefined {
    return this.#losses.items.at(-1)?.atMs
  }

  /** Undefined where there was no loss, or nobody knows what it carried. */
  explainNewest(): DamageStory | undefined {
    const newest = this.#losses.items.at(-1)
    return newest && explainLoss(newest)
  }

  /** The frame's story since the newest start in which it was damaged. */
  explainFrame(ptsTicks: number): DamageStory | undefined {
    for (const { losses, fates } of this.#starts.toReversed()) {
      const video = losses.video
      const frameIndex = video?.frameIndexAt(ptsTicks) ?? -1
      if (video === undefined || frameIndex < 0) continue
      const story = explainDamage(video, losses, frameIndex, causeOf(fates))
      if (story !== undefined) return story
    }
    return undefined
  }

  /** Of the newest lost packet with this number. */
  explainPacket(sequenceNumber: number): DamageStory | undefined {
    const loss = this.#losses.items.findLast((lost) => lost.sequenceNumber === sequenceNumber)
    return loss && explainLoss(loss)
  }

  /** Of the loss nearest to this place on the run's axis, within a second. */
  explainLossAt(axisMs: number): DamageStory | undefined {
    let nearest: Loss | undefined
    for (const loss of this.#losses.items) {
      const distanceMs = Math.abs(loss.atMs - axisMs)
      if (distanceMs <= Math.abs((nearest?.atMs ?? Infinity) - axisMs) && distanceMs <= NEAR_MS) nearest = loss
    }
    return nearest && explainLoss(nearest)
  }

  #begin(start: EventOf<'rtp-started'>): void {
    const losses = new VideoLosses(start, this.#options.outlineOf)
    const fates = new PacketFates(start.ssrc, Math.max(0, this.#options.jitterBufferMs - DECODE_MS))
    this.#starts.push({ losses, fates })
    if (this.#starts.length > REMEMBERED_STARTS) this.#starts.shift()
  }

  #lose({ firstSequenceNumber, packets }: EventOf<'packets-given-up'>, atMs: number): void {
    const start = this.#starts.at(-1)
    if (start === undefined || firstSequenceNumber === undefined) return
    const first = start.losses.lose(firstSequenceNumber, packets)
    for (let index = Math.max(0, packets - REMEMBERED_LOSSES); index < packets; index += 1) {
      const sequenceNumber = (firstSequenceNumber + index) & 0xffff
      this.#losses.push({ atMs, start, packet: first + index, sequenceNumber })
    }
  }
}

function explainLoss({ start: { losses, fates }, packet }: Loss): DamageStory | undefined {
  const { video } = losses
  const place = video?.placeOf(packet)
  return video && place && explainDamage(video, losses, place.frameIndex, causeOf(fates))
}

function causeOf(fates: PacketFates): CauseOf {
  return (sequenceNumber) => fates.causeOf(sequenceNumber)
}
