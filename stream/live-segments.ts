import { encodeBase64 } from '../protocol/base64.ts'
import { frameKind, isSlice, nalType, nalTypes } from '../protocol/h264.ts'
import { h264CodecString, readSps } from '../protocol/h264-sps.ts'
import type { Outline, OutlineFrame, OutlineSegment } from '../protocol/outline.ts'
import { LiveTail } from './live-tail.ts'

/** A picture as it came; times are 90 kHz ticks of one clock for all tracks. */
export type LivePicture = { readonly ptsTicks: number; readonly nals: readonly Uint8Array[] }
export type LiveSound = { readonly ptsTicks: number; readonly data: Uint8Array }

/** What a segment holds, in the order of its outline. */
export type SegmentUnits = {
  readonly video: readonly Pick<LivePicture, 'nals'>[]
  readonly audio: readonly Pick<LiveSound, 'data'>[]
}

export type LiveOptions = {
  readonly variant: string
  readonly audio?: Outline['audio']
  /** Of the description: put before keyframes that come without. */
  readonly parameterSets: readonly Uint8Array[]
  /** So long a segment's units are kept once it has been seen to its end. */
  readonly windowSeconds: number
  /** A picture group beyond either is no live stream that anybody can join. */
  readonly maxGroupSeconds: number
  readonly maxGroupBytes: number
  /** Whether units can be had one by one, as they come: where pictures are shown in the order in which they are decoded. */
  readonly hasTail?: boolean
}

const TICKS_PER_SECOND = 90_000
const MAX_SOUNDS = 10_000 // held at once, whatever times they claim
const MAX_GROUP_NALS = 50_000 // of however few bytes; twenty seconds of 60 pictures in 40 slices

export type GroupFollower = {
  onGroup(segment: OutlineSegment, units: SegmentUnits): void
  onEnd(): void
}

type Group = { readonly pictures: LivePicture[]; sizeBytes: number; nals: number }

/** A live stream as segments of one picture group each, as they are finished: an outline that grows, and the units of the
 *  newest segments. Of older ones the outline keeps the keyframe alone, so that a day of them is a few megabytes. */
export class LiveSegments {
  readonly #options: LiveOptions
  readonly #units = new Map<number, SegmentUnits>() // by segment
  readonly #followers: GroupFollower[] = []
  #outline: Outline
  #tail: LiveTail | undefined
  #group: Group | undefined
  #sounds: LiveSound[] = []
  #originTicks: number | undefined
  #reorderTicks = 0 // from decode time to presentation time, as far as it was seen
  #parameterSets: readonly Uint8Array[]

  constructor(options: LiveOptions) {
    const { variant, audio, parameterSets } = options
    this.#options = options
    this.#parameterSets = parameterSets
    const head = { format: 'weir-outline', version: 1, variant, originTicks: 0 } as const
    this.#outline = { ...head, ...(audio === undefined ? {} : { audio }), segments: [], ended: false }
  }

  /** Its units as they come; undefined before the first keyframe, and where pictures come in another order than that in which they are
   *  shown. */
  get tail(): LiveTail | undefined {
    return this.#tail
  }

  /** Of all times that the outline tells. */
  get originTicks(): number {
    return this.#originTicks ?? 0
  }

  /** Is told of each picture group from now on, once it is whole, and of the end. */
  follow(follower: GroupFollower): void {
    this.#followers.push(follower)
  }

  get outline(): Outline {
    return this.#outline
  }

  /** Where a viewer who does not say begins: the newest keyframe whose group is whole. */
  get liveSeconds(): number {
    return this.#outline.segments.at(-1)?.startSeconds ?? 0
  }

  /** The oldest moment that can still be sent. */
  get windowStartSeconds(): number {
    const [oldest] = this.#units.keys()
    return oldest === undefined ? 0 : (this.#outline.segments[oldest]?.startSeconds ?? 0)
  }

  /** undefined for one that is too old, or not finished. */
  units(segmentIndex: number): SegmentUnits | undefined {
    return this.#units.get(segmentIndex)
  }

  /** In decode order. False when the group grows beyond its limits: the stream is to be ended. */
  pushPicture({ ptsTicks, nals }: LivePicture): boolean {
    const kept = nals.filter((nal) => nalType(nal) !== nalTypes.accessUnitDelimiter && nalType(nal) !== nalTypes.filler)
    if (!kept.some(isSlice)) return true
    if (frameKind(kept) === 'idr') {
      this.#finishGroup(ptsTicks)
      if (
        this.#originTicks === undefined &&
        this.#options.hasTail === true &&
        isShownAsDecoded(this.#withParameterSets(kept))
      ) {
        this.#tail = new LiveTail()
      }
      this.#originTicks ??= ptsTicks
      this.#group = { pictures: [], sizeBytes: 0, nals: 0 }
    }
    if (this.#group === undefined) return true // nobody can begin before a keyframe
    const whole = frameKind(kept) === 'idr' ? this.#withParameterSets(kept) : kept
    this.#group.pictures.push({ ptsTicks, nals: whole })
    this.#group.sizeBytes += sizeOf(whole)
    this.#group.nals += whole.length
    const sinceOrigin = this.#sinceOrigin(ptsTicks)
    const isKeyframe = this.#group.pictures.length === 1
    this.tail?.push({ kind: 'picture', ptsTicks: sinceOrigin, dtsTicks: sinceOrigin, isKeyframe, nals: whole })
    return this.#isWithinLimits(this.#group, ptsTicks)
  }

  /** In order of time. What comes before the first keyframe belongs to nothing that is shown. False when no picture group ends
   *  for too long: the stream is to be ended. */
  pushSound(sound: LiveSound): boolean {
    if (this.#originTicks === undefined || sound.ptsTicks < this.#originTicks) return true
    this.#sounds.push(sound)
    this.tail?.push({ kind: 'sound', ptsTicks: this.#sinceOrigin(sound.ptsTicks), data: sound.data })
    const lastsTicks = sound.ptsTicks - (this.#sounds[0]?.ptsTicks ?? sound.ptsTicks)
    return lastsTicks <= this.#options.maxGroupSeconds * TICKS_PER_SECOND && this.#sounds.length <= MAX_SOUNDS
  }

  /** Nothing more comes. */
  end(): void {
    const last = this.#group?.pictures.reduce((latest, { ptsTicks }) => Math.max(latest, ptsTicks), 0) ?? 0
    this.#finishGroup(last + TICKS_PER_SECOND / (this.#outline.video?.framesPerSecond ?? 25))
    this.#outline = { ...this.#outline, ended: true }
    this.tail?.end()
    for (const follower of this.#followers) follower.onEnd()
  }

  #isWithinLimits({ pictures, sizeBytes, nals }: Group, newestTicks: number): boolean {
    const { maxGroupBytes, maxGroupSeconds } = this.#options
    const lastsTicks = newestTicks - (pictures[0]?.ptsTicks ?? newestTicks)
    return sizeBytes <= maxGroupBytes && nals <= MAX_GROUP_NALS && lastsTicks <= maxGroupSeconds * TICKS_PER_SECOND
  }

  #finishGroup(endTicks: number): void {
    const group = this.#group
    const [keyframe] = group?.pictures ?? []
    if (group === undefined || keyframe === undefined) return
    this.#group = undefined
    const durationSeconds = Math.max(endTicks - keyframe.ptsTicks, 1) / TICKS_PER_SECOND
    const sounds = this.#sounds
    this.#sounds = []
    const segment: OutlineSegment = {
      uri: `${this.#outline.segments.length}.live`,
      sizeBytes: group.sizeBytes + sounds.reduce((sum, { data }) => sum + data.length, 0),
      startSeconds: this.#sinceOrigin(keyframe.ptsTicks) / TICKS_PER_SECOND,
      durationSeconds,
      frames: this.#frames(group.pictures),
      ...this.#soundOf(sounds),
    }
    this.#units.set(this.#outline.segments.length, { video: group.pictures, audio: sounds })
    const video = this.#outline.video ?? this.#videoOf(keyframe, group.pictures.length / durationSeconds)
    this.#outline = { ...this.#outline, ...(video && { video }), segments: [...this.#outline.segments, segment] }
    const units = { video: group.pictures, audio: sounds }
    for (const follower of this.#followers) follower.onGroup(segment, units)
    this.#forgetOld()
  }

  /** RTP tells no decode times: pictures are decoded in the order in which they come, each as early as the latest needs it. */
  #frames(pictures: readonly LivePicture[]): OutlineFrame[] {
    const shown = pictures.map(({ ptsTicks }) => ptsTicks).sort((a, b) => a - b)
    const early = pictures.map(({ ptsTicks }, at) => (shown[at] as number) - ptsTicks)
    this.#reorderTicks = Math.max(this.#reorderTicks, ...early)
    return pictures.map(({ ptsTicks, nals }, at) => {
      const headerNals = nals.findIndex(isSlice)
      return {
        kind: frameKind(nals),
        ptsTicks: this.#sinceOrigin(ptsTicks),
        dtsTicks: this.#sinceOrigin(shown[at] as number) - this.#reorderTicks,
        nalSizesBytes: nals.map((nal) => nal.length),
        ...(headerNals > 0 ? { headerNals } : {}),
      }
    })
  }

  #soundOf(sounds: readonly LiveSound[]): Pick<OutlineSegment, 'audio'> {
    const [first] = sounds
    if (first === undefined) return {}
    const firstPtsTicks = this.#sinceOrigin(first.ptsTicks)
    return { audio: { firstPtsTicks, sizesBytes: sounds.map(({ data }) => data.length) } }
  }

  #videoOf({ nals }: LivePicture, framesPerSecond: number): Outline['video'] {
    const [sps, pps] = [nalTypes.sps, nalTypes.pps].map((type) => nals.find((nal) => nalType(nal) === type))
    const facts = sps === undefined ? undefined : readSps(sps)
    if (sps === undefined || pps === undefined || facts === undefined || !facts.ok) return undefined
    const { widthPixels, heightPixels } = facts.value
    const sets = { spsBase64: encodeBase64(sps), ppsBase64: encodeBase64(pps) }
    return { codec: h264CodecString(facts.value), widthPixels, heightPixels, framesPerSecond, ...sets }
  }

  #withParameterSets(nals: readonly Uint8Array[]): readonly Uint8Array[] {
    const own = nals.filter((nal) => nalType(nal) === nalTypes.sps || nalType(nal) === nalTypes.pps)
    if (own.length > 0) {
      this.#parameterSets = own
      return nals
    }
    return [...this.#parameterSets, ...nals]
  }

  #forgetOld(): void {
    const newest = this.#outline.segments.at(-1)
    const keepFrom = (newest?.startSeconds ?? 0) - this.#options.windowSeconds
    for (const index of [...this.#units.keys()]) {
      const segment = this.#outline.segments[index]
      if (segment === undefined || segment.startSeconds >= keepFrom) return
      this.#units.delete(index)
      const { audio: _, ...rest } = segment
      const segments = [...this.#outline.segments]
      segments[index] = { ...rest, frames: segment.frames.slice(0, 1) }
      this.#outline = { ...this.#outline, segments }
    }
  }

  #sinceOrigin(ticks: number): number {
    return ticks - (this.#originTicks ?? ticks)
  }
}

const BASELINE = 66 // has no B-pictures

/** Whether no picture comes after one that is shown later, by what the parameter sets of a keyframe promise. */
function isShownAsDecoded(nals: readonly Uint8Array[]): boolean {
  const sps = nals.find((nal) => nalType(nal) === nalTypes.sps)
  const facts = sps === undefined ? undefined : readSps(sps)
  if (facts === undefined || !facts.ok) return false
  const { profileIdc, pictureOrderCountType, reorderFrames } = facts.value
  return profileIdc === BASELINE || pictureOrderCountType === 2 || reorderFrames === 0
}

function sizeOf(nals: readonly Uint8Array[]): number {
  return nals.reduce((sum, nal) => sum + nal.length, 0)
}
