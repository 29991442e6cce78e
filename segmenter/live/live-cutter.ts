/** A picture of a live stream in decode order; times are 90 kHz ticks that do not wrap. */
export type LivePicture = {
  readonly ptsTicks: number
  readonly dtsTicks: number
  readonly nals: readonly Uint8Array[] // without delimiters
  readonly isKeyframe: boolean
  readonly unixMs: number // when it was captured, as far as that is known
}

/** One AAC access unit. */
export type LiveSound = { readonly ptsTicks: number; readonly data: Uint8Array }

export type TimedPicture = LivePicture & { readonly durationTicks: number }

/** Some pictures that follow each other, and the sound that came with them: a partial segment. */
export type LiveCut = {
  readonly pictures: readonly TimedPicture[] // none only where a segment turns out to have ended
  readonly sounds: readonly LiveSound[]
  readonly durationTicks: number
  readonly isIndependent: boolean // begins with a keyframe
  readonly endsSegment: boolean
}

/** Pictures all as far apart, and a keyframe after each so many of them: nothing needs to be waited for. */
export type SteadyStream = { readonly frameTicks: number; readonly groupFrames: number }

export type CutterOptions = {
  readonly segmentTicks: number // a segment ends before the first keyframe after so long
  readonly longestSegmentTicks: number // and wherever it is after so long
  readonly partTicks: number // a part lasts longer only where a single picture does
  /** Absent: each picture waits for the next one, which tells how long it lasts and whether a segment ends. */
  readonly steady?: SteadyStream
}

const ROUNDING_TICKS = 36_000 // 0.4 s: a duration is held against its target as a whole number (RFC 8216 section 4.3.3.1)
const MAX_PICTURES = 600 // of a part, and
const MAX_SOUNDS = 4000 // that wait, whatever times they claim

/** Cuts a live stream into parts and segments as its units come. It begins with the first keyframe. */
export class LiveCutter {
  readonly #options: CutterOptions
  #held: LivePicture | undefined // of a stream that is not steady
  #pictures: TimedPicture[] = []
  #sounds: LiveSound[] = []
  #partTicks = 0
  #segmentTicks = 0
  #framesSinceKey = 0
  #due: { readonly endsSegment: boolean } | undefined // the pictures of a part are there, its sound is not yet
  #newestSoundTicks: number | undefined // undefined: there is none
  #soundUnitTicks = 0 // how long one lasts
  #firstTicks: number | undefined // presentation time of the first picture
  #reorderTicks = 0 // from its decode time to that: what is shown up to a moment is decoded up to so much before

  constructor(options: CutterOptions) {
    this.#options = options
  }

  /** What is complete now. A part waits for its sound until the next picture comes: hls.js asks again and again for one whose
   *  sound ends before its pictures. */
  pushPicture(picture: LivePicture): readonly LiveCut[] {
    if (this.#firstTicks === undefined) {
      if (!picture.isKeyframe) return []
      this.#firstTicks = picture.ptsTicks
      this.#reorderTicks = picture.ptsTicks - picture.dtsTicks
    }
    const { steady } = this.#options
    if (steady !== undefined) {
      this.#framesSinceKey = picture.isKeyframe ? 1 : this.#framesSinceKey + 1
      const isKeyframeNext = this.#framesSinceKey === steady.groupFrames
      const before = this.#takeDue()
      return [...before, ...this.#add({ ...picture, durationTicks: steady.frameTicks }, isKeyframeNext)]
    }
    const held = this.#held
    this.#held = picture
    if (held === undefined) return []
    const durationTicks = Math.max(1, picture.dtsTicks - held.dtsTicks)
    const before = this.#takeDue()
    return [...before, ...this.#add({ ...held, durationTicks }, picture.isKeyframe)]
  }

  /** What is complete now: nothing, or the part that waited for it. */
  pushSound(sound: LiveSound): readonly LiveCut[] {
    if (this.#firstTicks === undefined || sound.ptsTicks < this.#firstTicks) return []
    if (this.#sounds.length < MAX_SOUNDS) this.#sounds.push(sound)
    if (this.#newestSoundTicks !== undefined) this.#soundUnitTicks = sound.ptsTicks - this.#newestSoundTicks
    this.#newestSoundTicks = sound.ptsTicks
    return this.#lacksSound ? [] : this.#takeDue()
  }

  /** Nothing more comes: the rest, as the end of its segment. */
  end(): readonly LiveCut[] {
    return [...this.#takeDue(), ...this.#endHeld()]
  }

  #endHeld(): readonly LiveCut[] {
    const held = this.#held
    this.#held = undefined
    if (held !== undefined) {
      const lastTicks = this.#pictures.at(-1)?.durationTicks ?? this.#options.partTicks
      const cuts = [...this.#add({ ...held, durationTicks: lastTicks }, true), ...this.#takeDue()]
      if (cuts.some(({ endsSegment }) => endsSegment)) return cuts
      return [...cuts, ...this.#rest()]
    }
    return this.#rest()
  }

  /** Sound that came late still belongs to the last segment, if that is not over. */
  #rest(): LiveCut[] {
    const hasRest = this.#pictures.length > 0 || (this.#sounds.length > 0 && this.#segmentTicks > 0)
    return hasRest ? [this.#cut(true, true)] : []
  }

  #add(picture: TimedPicture, isKeyframeNext: boolean): LiveCut[] {
    const { segmentTicks, longestSegmentTicks, partTicks } = this.#options
    const toleranceTicks = Math.min(picture.durationTicks / 2, ROUNDING_TICKS)
    const isTooLong = (): boolean =>
      this.#segmentTicks + picture.durationTicks > longestSegmentTicks + toleranceTicks && this.#segmentTicks > 0
    // A picture that stands for long, as of shared screens.
    const before = isTooLong() ? [this.#cut(true)] : this.#overflows(picture) ? [this.#cut(false)] : []
    this.#pictures.push(picture)
    this.#partTicks += picture.durationTicks
    this.#segmentTicks += picture.durationTicks
    const isLongEnough = this.#segmentTicks + toleranceTicks >= segmentTicks
    const endsSegment = (isKeyframeNext && isLongEnough) || isTooLong()
    const hasRoom = this.#pictures.length < MAX_PICTURES && this.#partTicks + picture.durationTicks <= partTicks + 1
    if (!endsSegment && hasRoom) return before
    this.#due = { endsSegment }
    return this.#lacksSound ? before : [...before, ...this.#takeDue()]
  }

  #overflows({ durationTicks }: TimedPicture): boolean {
    return this.#pictures.length > 0 && this.#partTicks + durationTicks > this.#options.partTicks + 1
  }

  /** Whether there is sound, and it has not come up to the end of the last picture. */
  get #lacksSound(): boolean {
    const last = this.#pictures.at(-1)
    if (last === undefined || this.#newestSoundTicks === undefined) return false
    return this.#newestSoundTicks + this.#soundUnitTicks < this.#shownUntil(last)
  }

  /** Up to where pictures are shown without a gap once this one is decoded. */
  #shownUntil({ dtsTicks, durationTicks }: TimedPicture): number {
    return dtsTicks + durationTicks + this.#reorderTicks
  }

  #takeDue(): LiveCut[] {
    const due = this.#due
    this.#due = undefined
    return due === undefined ? [] : [this.#cut(due.endsSegment)]
  }

  /** Sound that is shown later than these pictures waits for the next part. */
  #cut(endsSegment: boolean, isLast = false): LiveCut {
    const pictures = this.#pictures
    const last = pictures.at(-1)
    const endTicks = isLast || last === undefined ? Infinity : this.#shownUntil(last)
    const ready = this.#sounds.findIndex(({ ptsTicks }) => ptsTicks >= endTicks)
    const sounds = this.#sounds.splice(0, ready < 0 ? this.#sounds.length : ready)
    const durationTicks = this.#partTicks
    this.#pictures = []
    this.#partTicks = 0
    if (endsSegment) this.#segmentTicks = 0
    return { pictures, sounds, durationTicks, isIndependent: pictures[0]?.isKeyframe === true, endsSegment }
  }
}

const PART_SECONDS = 0.2
const UNSTEADY_PART_SECONDS = 0.5 // longer than nearly every picture of what others send
const TICKS_PER_SECOND = 90_000

/** How long a part of a steady stream is: as many pictures as fit 200 ms, one at least. */
export function steadyPartTicks(frameTicks: number): number {
  return Math.max(1, Math.floor((PART_SECONDS * TICKS_PER_SECOND) / frameTicks + 1e-6)) * frameTicks
}

/** The same for one whose pictures are about so many a second: as many as fit 500 ms, or what is asked for. */
export function unsteadyPartTicks(framesPerSecond: number, partSeconds = UNSTEADY_PART_SECONDS): number {
  const pictures = Math.max(1, Math.floor(partSeconds * framesPerSecond + 1e-6))
  return Math.round((pictures * TICKS_PER_SECOND) / framesPerSecond)
}
