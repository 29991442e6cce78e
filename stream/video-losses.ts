import type { Outline } from '../protocol/outline.ts'
import { extendSequenceNumber } from '../protocol/rtp.ts'
import { SentVideo, type VideoStart } from './sent-video.ts'

/** A variant's outline, undefined while it is not known. */
export type OutlineOf = (variant: string) => Outline | undefined

/** For who knows many viewers of one video, and plans once what was sent to them. */
export type NewSentVideo = (outline: Outline, start: VideoStart) => SentVideo

const REMEMBERED_PACKETS = 20_000

/** The video packets that a viewer went without since a start, the newest 20,000 of them where nothing else is asked for:
 *  never came, or came too late. Packets count from the start's first and never wrap. */
export class VideoLosses {
  readonly #start: VideoStart & { readonly variant: string }
  readonly #outlineOf: OutlineOf
  readonly #rememberedPackets: number
  readonly #newSentVideo: NewSentVideo
  readonly #lost = new Set<number>()
  #newestPacket = 0
  #outline: Outline | undefined
  #video: SentVideo | undefined // of that outline

  constructor(
    start: VideoStart & { readonly variant: string },
    outlineOf: OutlineOf,
    rememberedPackets = REMEMBERED_PACKETS,
    newSentVideo: NewSentVideo = (outline, videoStart) => new SentVideo(outline, videoStart),
  ) {
    this.#newSentVideo = newSentVideo
    this.#start = start
    this.#outlineOf = outlineOf
    this.#rememberedPackets = rememberedPackets
  }

  /** Undefined while the outline is not known. Throws RangeError for an outline without a keyframe at the start. */
  get video(): SentVideo | undefined {
    const outline = this.#outlineOf(this.#start.variant)
    if (outline !== this.#outline) {
      this.#outline = outline // known now, or it has grown
      this.#video = outline && this.#newSentVideo(outline, this.#start)
    }
    return this.#video
  }

  /** As the viewer tells it, nearly in order; gives the first of the lost packets. */
  lose(firstSequenceNumber: number, packets: number): number {
    const { firstSequenceNumber: zero } = this.#start
    const first = extendSequenceNumber(firstSequenceNumber, this.#newestPacket + zero) - zero
    this.#newestPacket = first
    const end = first + packets
    for (let packet = Math.max(first, end - this.#rememberedPackets); packet < end; packet += 1) this.#lost.add(packet)
    for (const oldest of this.#lost) {
      if (this.#lost.size <= this.#rememberedPackets) break
      this.#lost.delete(oldest)
    }
    return first
  }

  /** Of the packets from `first` to before `end`, in order. */
  between(first: number, end: number): number[] {
    const lost: number[] = []
    for (let packet = first; packet < end; packet += 1) if (this.#lost.has(packet)) lost.push(packet)
    return lost
  }
}
