import { TsRestamper } from '../protocol/mpeg-ts-restamp.ts'
import { keyframeAtOrBefore, type Keyframe } from '../protocol/outline.ts'
import { PacketQueue, type TimedPacket } from '../stream/packet-queue.ts'
import { packetsOfLoop, sendLoop, type SendLoop } from '../stream/send-loop.ts'
import { ReverseQueue } from '../stream/reverse-queue.ts'
import { packetsFrom } from '../stream/send-schedule.ts'
import { keyframePackets } from './keyframe-packets.ts'
import type { PacketisedPacket } from './packetised-segment.ts'
import type { OpenPresentation } from './presentation-source.ts'
import type { RtpFormat, RtpPayload } from './rtp-format.ts'
import type { SegmentCache } from './segment-cache.ts'

export type FeedOptions = {
  readonly presentation: OpenPresentation
  readonly segments: SegmentCache
  readonly maxRtpBytes: number
  readonly payload?: RtpPayload // absent: h264
  /** After the last packet comes the first again; the presentation has to have ended. */
  readonly isLooped?: boolean
}

/** What of the packets is sent: all from a keyframe on; keyframes alone from it on, as a fast forward shows them; or keyframes
 *  alone from it back to those shown at `endSeconds`. The last two of H.264 that is not looped. */
export type FeedCourse = { readonly kind: 'all' | 'keyframes' } | ReverseCourse

type ReverseCourse = { readonly kind: 'reverse'; readonly endSeconds: number }

/** What a playout needs of where its packets come from. */
export type Feed = Pick<
  PacketFeed,
  'course' | 'isMidUnit' | 'hasEnded' | 'nextSendMs' | 'wantsSegment' | 'take' | 'prefetch'
> & {
  /** Of a feed that follows the edge of a live stream. */
  readonly edge?: LiveEdge
}

/** What keeps a viewer at the edge: nothing is ever sent later only because something was late once. */
export type LiveEdge = {
  /** Media time at which the newest picture that has come is due. */
  readonly newestPictureMs: number | undefined
}

const ALL_PACKETS: FeedCourse = { kind: 'all' }

/** The packets of a presentation from one keyframe on; the next segment is fetched while one is being sent. */
export class PacketFeed {
  readonly #options: FeedOptions
  readonly #format: RtpFormat
  readonly #queue: PacketQueue<PacketisedPacket> | ReverseQueue<PacketisedPacket>
  readonly #loop: SendLoop | undefined
  readonly #restamper: TsRestamper | undefined
  readonly course: FeedCourse
  #nextSegment: number // counts on over loops
  #fetching = false

  private constructor(options: FeedOptions, firstSegment: number, course: FeedCourse) {
    const { presentation, payload = 'h264', maxRtpBytes, isLooped = false } = options
    const outline = presentation.outline()
    this.#options = options
    this.#format = { payload, maxRtpBytes }
    this.#queue = course.kind === 'reverse' ? new ReverseQueue() : new PacketQueue(outline.audio)
    this.#loop = isLooped ? sendLoop(outline) : undefined
    this.#restamper = isLooped && payload === 'mp2t' ? new TsRestamper() : undefined
    this.#nextSegment = firstSegment
    this.course = course
  }

  /** Rejects when the segment cannot be read. */
  static async open(options: FeedOptions, keyframe: Keyframe, course: FeedCourse = ALL_PACKETS): Promise<PacketFeed> {
    if (course.kind === 'reverse') return PacketFeed.#openReverse(options, keyframe, course)
    const feed = new PacketFeed(options, keyframe.segmentIndex, course)
    feed.#add(packetsFrom(await feed.#fetch(), keyframe))
    return feed
  }

  static async #openReverse(options: FeedOptions, keyframe: Keyframe, course: ReverseCourse): Promise<PacketFeed> {
    const endSeconds = Math.min(course.endSeconds, keyframe.startSeconds) // the first is always sent
    const feed = new PacketFeed(options, keyframe.segmentIndex, { ...course, endSeconds })
    const packets = await feed.#fetch()
    feed.#add(packets.filter(({ unitIndex }) => unitIndex <= keyframe.frameIndex))
    return feed
  }

  get isMidUnit(): boolean {
    return this.#queue.isMidUnit
  }

  /** The last packet has been taken, and no more can come. */
  get hasEnded(): boolean {
    const { ended } = this.#options.presentation.outline()
    return (ended || this.course.kind === 'reverse') && !this.#hasSegment && this.#queue.nextSendMs === Infinity
  }

  /** Media time of the next packet; Infinity at the end, or while it is being fetched or segmented. */
  get nextSendMs(): number {
    return this.#queue.nextSendMs
  }

  take(): TimedPacket<PacketisedPacket> | undefined {
    const timed = this.#queue.take()
    if (timed === undefined || this.#restamper === undefined) return timed
    return this.#restamped(timed, this.#restamper)
  }

  /** It is time for the next segment, and it is there. */
  get wantsSegment(): boolean {
    return !this.#fetching && !this.#queue.isFilled && this.#hasSegment
  }

  /** Fetches the segment that is wanted. */
  prefetch(onFetched: () => void, onFailed: (error: Error) => void): void {
    this.#fetching = true
    this.#fetch().then((packets) => {
      this.#fetching = false
      this.#add(packets)
      onFetched()
    }, onFailed)
  }

  get #hasSegment(): boolean {
    if (this.course.kind === 'reverse') return this.#nextSegment >= this.#lastOfReverse(this.course.endSeconds)
    return this.#loop !== undefined || this.#nextSegment < this.#segmentCount
  }

  #lastOfReverse(endSeconds: number): number {
    return keyframeAtOrBefore(this.#options.presentation.outline(), endSeconds)?.segmentIndex ?? 0
  }

  get #segmentCount(): number {
    return this.#options.presentation.outline().segments.length
  }

  async #fetch(): Promise<readonly PacketisedPacket[]> {
    const { presentation, segments } = this.#options
    const segment = await segments.packets(presentation, this.#nextSegment % this.#segmentCount, this.#format)
    return segment.packets
  }

  #add(packets: readonly PacketisedPacket[]): void {
    if (this.#loop === undefined || this.#queue instanceof ReverseQueue) this.#queue.add(this.#wanted(packets))
    else this.#queue.add(packetsOfLoop(packets, this.#loop), this.#loopsBefore * this.#loop.durationTicks)
    this.#nextSegment += this.course.kind === 'reverse' ? -1 : 1
  }

  #wanted(packets: readonly PacketisedPacket[]): readonly PacketisedPacket[] {
    const segment = this.#options.presentation.outline().segments[this.#nextSegment]
    const { course } = this
    if (course.kind === 'all' || segment === undefined) return packets
    const keyframes = keyframePackets(packets, segment)
    if (course.kind !== 'reverse') return keyframes
    const endTicks = Math.round(course.endSeconds * 90_000) // s to 90 kHz
    return keyframes.filter(({ ptsTicks }) => ptsTicks >= endTicks)
  }

  /** Before the segment that comes next. */
  get #loopsBefore(): number {
    return Math.floor(this.#nextSegment / this.#segmentCount)
  }

  /** Transport packets of a later loop tell later times. */
  #restamped(timed: TimedPacket<PacketisedPacket>, restamper: TsRestamper): TimedPacket<PacketisedPacket> {
    const { packet, mediaTicks } = timed
    const payload = restamper.restamp(packet.payload, mediaTicks - packet.ptsTicks)
    return { mediaTicks, packet: { ...packet, payload } }
  }
}
