import type { Keyframe } from '../protocol/outline.ts'
import { PacketQueue, type TimedPacket } from '../stream/packet-queue.ts'
import { packetsFrom } from '../stream/send-schedule.ts'
import type { PacketisedPacket } from './packetised-segment.ts'
import type { OpenPresentation } from './presentation-source.ts'
import type { SegmentCache } from './segment-cache.ts'

export type FeedOptions = {
  readonly presentation: OpenPresentation
  readonly segments: SegmentCache
  readonly maxRtpBytes: number
}

/** The packets of a presentation from one keyframe on; the next segment is fetched while one is being sent. */
export class PacketFeed {
  readonly #options: FeedOptions
  readonly #queue: PacketQueue<PacketisedPacket>
  #nextSegment: number
  #fetching = false

  private constructor(options: FeedOptions, queue: PacketQueue<PacketisedPacket>, nextSegment: number) {
    this.#options = options
    this.#queue = queue
    this.#nextSegment = nextSegment
  }

  /** Rejects when the segment cannot be read. */
  static async open(options: FeedOptions, keyframe: Keyframe): Promise<PacketFeed> {
    const { presentation, segments, maxRtpBytes } = options
    const segment = await segments.packets(presentation, keyframe.segmentIndex, maxRtpBytes)
    const queue = new PacketQueue<PacketisedPacket>(presentation.outline().audio)
    queue.add(packetsFrom(segment.packets, keyframe))
    return new PacketFeed(options, queue, keyframe.segmentIndex + 1)
  }

  get isMidUnit(): boolean {
    return this.#queue.isMidUnit
  }

  /** The last packet has been taken, and no more can come. */
  get hasEnded(): boolean {
    const { segments, ended } = this.#options.presentation.outline()
    return ended && this.#nextSegment >= segments.length && this.#queue.peek() === undefined
  }

  /** undefined at the end, or while the next packet is being fetched or segmented. */
  peek(): PacketisedPacket | undefined {
    return this.#queue.peek()
  }

  take(): TimedPacket<PacketisedPacket> | undefined {
    return this.#queue.take()
  }

  /** It is time for the next segment, and it is there. */
  get wantsSegment(): boolean {
    if (this.#fetching || this.#queue.isFilled) return false
    return this.#nextSegment < this.#options.presentation.outline().segments.length
  }

  /** Fetches the segment that is wanted. */
  prefetch(onFetched: () => void, onFailed: (error: Error) => void): void {
    const { presentation, segments, maxRtpBytes } = this.#options
    this.#fetching = true
    segments.packets(presentation, this.#nextSegment, maxRtpBytes).then((segment) => {
      this.#fetching = false
      this.#nextSegment += 1
      this.#queue.add(segment.packets)
      onFetched()
    }, onFailed)
  }
}
