import { videoCodecOf } from '../protocol/nal-syntax.ts'
import type { Outline } from '../protocol/outline.ts'
import { packetiseRtpAac, planRtpAac } from '../protocol/rtp-aac.ts'
import { packetiseRtpNals, planRtpNals } from '../protocol/rtp-nal.ts'
import { nalPayloadFormats } from '../protocol/rtp-video.ts'
import { RTP_HEADER_BYTES } from '../protocol/rtp.ts'
import type { LiveTail, TailUnit } from '../stream/live-tail.ts'
import type { TimedPacket } from '../stream/packet-queue.ts'
import { SampleTimeline } from '../stream/sample-timeline.ts'
import { scheduleFacts, scheduleSegment, TRACK_AUDIO, type PlannedPacket } from '../stream/send-schedule.ts'
import type { Feed, FeedCourse, LiveEdge } from './packet-feed.ts'
import type { PacketisedPacket } from './packetised-segment.ts'

export type LiveFeedOptions = {
  readonly outline: Outline // its pictures and its sound
  readonly tail: LiveTail
  readonly maxRtpBytes: number
}

const KEYFRAME_WAIT_MS = 20_000
const MAX_WAITING_PACKETS = 20_000 // some tens of seconds: what comes beyond is left out, up to a keyframe

/** The packets of a live stream as its units come, from the next keyframe on. Only of a stream whose pictures are shown in the order in
 *  which they are decoded. */
export class LiveFeed implements Feed, LiveEdge {
  readonly course: FeedCourse = { kind: 'all' }
  readonly edge: LiveEdge = this
  readonly startSeconds: number
  readonly #options: LiveFeedOptions
  readonly #samples: SampleTimeline | undefined
  readonly #tracks: readonly [PacketisedPacket[], PacketisedPacket[]] = [[], []] // that wait
  #next: number // of the tail
  #isFetching = false
  #awaitsKeyframe = false
  #audioTicks = 0
  #newestPictureMs: number | undefined

  private constructor(options: LiveFeedOptions, keyframe: number, startTicks: number) {
    const { audio } = options.outline
    this.#options = options
    this.#samples = audio === undefined ? undefined : new SampleTimeline(audio)
    this.#next = keyframe
    this.startSeconds = startTicks / 90_000 // 90 kHz to s
    this.#takeUnits()
  }

  /** undefined when the stream ends, or shows no keyframe in 20 s. */
  static async open(options: LiveFeedOptions): Promise<LiveFeed | undefined> {
    const { tail } = options
    const untilMs = performance.now() + KEYFRAME_WAIT_MS
    for (let index = tail.next; ; index = Math.max(index + 1, tail.oldest)) {
      while (index >= tail.next) {
        const leftMs = untilMs - performance.now()
        if (tail.isEnded || leftMs <= 0) return undefined
        await grown(tail, leftMs)
      }
      const unit = tail.unit(index)
      if (unit?.kind === 'picture' && unit.isKeyframe) return new LiveFeed(options, index, unit.ptsTicks)
    }
  }

  get newestPictureMs(): number | undefined {
    return this.#newestPictureMs
  }

  get isMidUnit(): boolean {
    return this.#tracks.some((packets) => (packets[0]?.packetOfUnit ?? 0) > 0)
  }

  get hasEnded(): boolean {
    const { tail } = this.#options
    return tail.isEnded && this.#next >= tail.next && this.nextSendMs === Infinity
  }

  get nextSendMs(): number {
    const [video, audio] = this.#tracks
    return Math.min(video[0]?.sendMs ?? Infinity, audio[0]?.sendMs ?? Infinity)
  }

  get wantsSegment(): boolean {
    const { tail } = this.#options
    return !this.#isFetching && (!tail.isEnded || this.#next < tail.next)
  }

  take(): TimedPacket<PacketisedPacket> | undefined {
    const [video, audio] = this.#tracks
    const isAudioFirst = (audio[0]?.sendMs ?? Infinity) < (video[0]?.sendMs ?? Infinity)
    const packet = (isAudioFirst ? audio : video).shift()
    return packet && { packet, mediaTicks: this.#mediaTicks(packet) }
  }

  /** Calls `onFetched` as soon as there is more. */
  prefetch(onFetched: () => void): void {
    const { tail } = this.#options
    const take = (): void => {
      this.#isFetching = false
      this.#takeUnits()
      onFetched()
    }
    this.#isFetching = true
    if (this.#next < tail.next) queueMicrotask(take)
    else tail.onceGrown(take)
  }

  #takeUnits(): void {
    const { tail } = this.#options
    if (this.#next < tail.oldest) {
      this.#awaitsKeyframe = true
      this.#next = tail.oldest
    }
    for (; this.#next < tail.next; this.#next += 1) {
      const unit = tail.unit(this.#next)
      if (unit !== undefined) this.#add(unit)
    }
  }

  #add(unit: TailUnit): void {
    if (unit.kind === 'picture') {
      if (this.#tracks[0].length > MAX_WAITING_PACKETS) this.#awaitsKeyframe = true
      if (this.#awaitsKeyframe && (!unit.isKeyframe || this.#tracks[0].length > MAX_WAITING_PACKETS)) return
      this.#awaitsKeyframe = false
      this.#tracks[0].push(...this.#pictureOf(unit))
      return
    }
    const isShown = unit.ptsTicks >= this.startSeconds * 90_000 // s to 90 kHz
    if (isShown && this.#tracks[1].length <= MAX_WAITING_PACKETS) this.#tracks[1].push(...this.#soundOf(unit))
  }

  #pictureOf({ ptsTicks, dtsTicks, isKeyframe, nals }: TailUnit & { readonly kind: 'picture' }): PacketisedPacket[] {
    const { outline, maxRtpBytes } = this.#options
    const nalSizesBytes = nals.map(({ length }) => length)
    const kind = isKeyframe ? 'idr' : 'reference'
    const plan = this.#plan({ frames: [{ kind, ptsTicks, dtsTicks, nalSizesBytes }] })
    const format = nalPayloadFormats[videoCodecOf(outline.video?.codec)]
    const payloads = packetiseRtpNals(format, nals, planRtpNals(format, nalSizesBytes, maxRtpBytes - RTP_HEADER_BYTES))
    this.#newestPictureMs = plan[0]?.sendMs
    return plan.map((planned) => ({
      ...planned,
      payload: payloads[planned.packetOfUnit] as Uint8Array,
    }))
  }

  #soundOf({ ptsTicks, data }: TailUnit & { readonly kind: 'sound' }): PacketisedPacket[] {
    const plan = this.#plan({ frames: [], audio: { firstPtsTicks: ptsTicks, sizesBytes: [data.length] } })
    const payloads = packetiseRtpAac(data, planRtpAac(data.length, this.#options.maxRtpBytes - RTP_HEADER_BYTES))
    return plan.map((planned) => ({
      ...planned,
      payload: payloads[planned.packetOfUnit] as Uint8Array,
    }))
  }

  #plan(content: Pick<Outline['segments'][number], 'frames' | 'audio'>): PlannedPacket[] {
    const { outline, maxRtpBytes } = this.#options
    const segment = { uri: '', sizeBytes: 0, startSeconds: 0, durationSeconds: 0, ...content }
    return scheduleSegment(segment, { maxRtpBytes, ...scheduleFacts(outline) })
  }

  #mediaTicks({ trackIndex, packetOfUnit, ptsTicks }: PacketisedPacket): number {
    if (trackIndex !== TRACK_AUDIO || this.#samples === undefined) return ptsTicks
    if (packetOfUnit === 0) this.#audioTicks = this.#samples.samplesAt(ptsTicks)
    return this.#audioTicks
  }
}

function grown(tail: LiveTail, timeoutMs: number): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(() => {
      takeBack()
      resolve()
    }, timeoutMs)
    const takeBack = tail.onceGrown(() => {
      clearTimeout(timer)
      resolve()
    })
  })
}
