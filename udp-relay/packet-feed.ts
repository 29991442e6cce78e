import type { Keyframe } from '../protocol/outline.ts'
import { PacketQueue, type TimedPacket } from '../stream/packet-queue.ts'
import { packetsFrom } from '../stream/send-schedule.ts'
import { keyframePackets } from './keyframe-packets.ts'
import type { PacketisedPacket, PacketisedSegment } from './packetised-segment.ts'
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
  readonly keyframesOnly: boolean
  #nextSegment: number
  #fetching = false

  private constructor(options: FeedOptions, nextSegment: number, keyframesOnly: boolean) {
    this.#options = options
    this.#queue = new PacketQueue<PacketisedPacket>(options.presentation.outline().audio)
    this.#nextSegment = nextSegment
    this.keyframesOnly = keyframesOnly
  }

  /** `keyframesOnly`: as a fast forward shows it. Rejects when the segment cannot be read. */
  static async open(options: FeedOptions, keyframe: Keyframe, keyframesOnly = false): Promise<PacketFeed> {
    const { presentation, segments, maxRtpBytes } = options
    const segment = await segments.packets(presentation, keyframe.segmentIndex, maxRtpBytes)
    const feed = new PacketFeed(options, keyframe.segmentIndex, keyframesOnly)
    feed.#add(packetsFrom(segment.packets, keyframe))
    return feed
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
      this.#add(segment.packets)
      onFetched()
    }, onFailed)
  }

  #add(packets: PacketisedSegment['packets']): void {
    const segment = this.#options.presentation.outline().segments[this.#nextSegment]
    this.#nextSegment += 1
    this.#queue.add(this.keyframesOnly && segment !== undefined ? keyframePackets(packets, segment) : packets)
  }
}
