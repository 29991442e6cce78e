import { concatBytes } from '../../protocol/bytes.ts'
import {
  skippableSegments,
  writeLivePlaylist,
  type LiveMediaPlaylist,
  type LivePart,
} from '../../protocol/live-playlist-writer.ts'

/** A part as it is published. */
export type NewPart = {
  readonly bytes: Uint8Array
  readonly durationSeconds: number
  readonly isIndependent: boolean
  readonly unixMs: number // of its first picture
  readonly isDiscontinuity: boolean // counts at the beginning of a segment
  readonly endsSegment: boolean
}

export type WindowOptions = {
  readonly extension: 'ts' | 'm4s'
  readonly targetDurationSeconds: number // whole
  /** So much can be gone back; never less than three target durations (section 6.2.2). */
  readonly windowSeconds: number
  readonly maxBytes: number // of all that is kept; the oldest goes first, though the window shrink
  readonly isIndependent: boolean
  readonly init?: Uint8Array // of fMP4
  readonly partTargetSeconds?: number // absent: parts are not published
}

/** What a name stands for: bytes, or a part that will be there next. */
export type WindowFile = { readonly kind: 'bytes'; readonly bytes: Uint8Array } | { readonly kind: 'hinted' }

/** What a player wants a playlist to contain, section 6.2.5.2. */
export type ReloadWish = { readonly sequence: number; readonly part?: number }

export type FinishedSegment = {
  readonly sequence: number
  readonly bytes: Uint8Array
  readonly durationSeconds: number
}

type Segment = {
  readonly sequence: number
  readonly dateTime: string
  readonly isDiscontinuity: boolean
  readonly parts: LivePart[]
  readonly bytes: Uint8Array[] // of each part
  readonly whole?: Uint8Array // once it is finished
  durationSeconds: number
  sizeBytes: number
}

const INIT_NAME = 'init.mp4'
const LEAST_TARGETS = 3
const KEPT_GONE_TARGETS = 3 // section 6.2.2: so long what is no longer listed can still be fetched
const PART_LIMIT_SECONDS = 3 // section 6.2.5.2: the Advance Part Limit

/** The sliding window of one live rendition: what its playlist says, and the bytes behind it. Without a clock: it moves by what is
 *  added. */
export class LiveWindow {
  readonly #options: WindowOptions
  readonly #segments: Segment[] = [] // finished and listed
  readonly #gone: Segment[] = [] // finished, no longer listed
  #open: Segment | undefined
  #nextSequence = 0
  #discontinuitySequence = 0
  #heldBytes = 0
  #isEnded = false
  readonly #texts = new Map<boolean, string>() // by whether it is a delta; written once for all whose requests were held

  constructor(options: WindowOptions) {
    this.#options = options
  }

  get isEnded(): boolean {
    return this.#isEnded
  }

  /** Whether there is something that a player can begin with: hls.js takes a list of parts alone for an empty one. */
  get isPlayable(): boolean {
    return this.#segments.length > 0
  }

  get targetDurationSeconds(): number {
    return this.#options.targetDurationSeconds
  }

  /** Where the live edge is, for the reports of other renditions. */
  get edge(): { readonly lastSequence: number; readonly lastPart?: number } {
    const newest = this.#open ?? this.#segments.at(-1)
    if (newest === undefined) return { lastSequence: 0 }
    return { lastSequence: newest.sequence, ...(this.#hasParts ? { lastPart: newest.parts.length - 1 } : {}) }
  }

  get heldBytes(): number {
    return this.#heldBytes
  }

  /** Gives the segment that it ends, if it does. */
  add(part: NewPart): FinishedSegment | undefined {
    const { isIndependent, durationSeconds, bytes, unixMs, isDiscontinuity } = part
    if (this.#isEnded) throw new Error('nothing comes after the end of a live window')
    this.#texts.clear()
    this.#open ??= this.#begin(unixMs, isDiscontinuity)
    const open = this.#open
    const uri = this.#partName(open.sequence, open.parts.length)
    open.parts.push({ uri, durationSeconds, isIndependent })
    open.bytes.push(bytes)
    open.durationSeconds += durationSeconds
    open.sizeBytes += bytes.length
    this.#heldBytes += bytes.length
    return part.endsSegment ? this.#finish(open) : undefined
  }

  /** Nothing more comes: what is open is the last segment, which it gives. */
  end(): FinishedSegment | undefined {
    this.#isEnded = true
    this.#texts.clear()
    return this.#open && this.#finish(this.#open)
  }

  /** Its parts become views of one array, so that a segment is not joined anew for each who fetches it. */
  #finish(open: Segment): FinishedSegment {
    const bytes = concatBytes(open.bytes)
    let at = 0
    const parts = open.bytes.map(({ length }) => bytes.subarray(at, (at += length)))
    this.#open = undefined
    this.#segments.push({ ...open, bytes: parts, whole: bytes })
    this.#slide()
    return { sequence: open.sequence, bytes, durationSeconds: open.durationSeconds }
  }

  playlist(isDelta = false): string {
    const kept = this.#texts.get(isDelta)
    if (kept !== undefined) return kept
    const playlist = this.#playlist()
    const text = writeLivePlaylist(playlist, isDelta ? skippableSegments(playlist) : 0)
    this.#texts.set(isDelta, text)
    return text
  }

  /** Whether the playlist has what is asked for; a part beyond a segment's last one is the first of the next segment. */
  reload({ sequence, part }: ReloadWish): 'ready' | 'later' | 'too-far' {
    if (this.#isEnded) return 'ready'
    const openSequence = this.#open?.sequence ?? this.#nextSequence
    const openParts = this.#open?.parts.length ?? 0
    if (sequence < openSequence) {
      const parts = this.#segments.find((segment) => segment.sequence === sequence)?.parts.length ?? Infinity
      if (part === undefined || !this.#hasParts || part < parts) return 'ready'
      return sequence + 1 < openSequence || openParts > 0 ? 'ready' : 'later'
    }
    const lastSequence = openSequence - 1
    if (sequence > lastSequence + 2) return 'too-far'
    const partLimit = PART_LIMIT_SECONDS / Math.min(1, this.#options.partTargetSeconds ?? 1)
    const partsAhead = (part ?? 0) - (sequence === openSequence ? openParts - 1 : -1)
    if (part !== undefined && partsAhead > partLimit) return 'too-far'
    return sequence === openSequence && part !== undefined && this.#hasParts && part < openParts ? 'ready' : 'later'
  }

  file(name: string): WindowFile | undefined {
    const { init } = this.#options
    if (name === INIT_NAME && init !== undefined) return { kind: 'bytes', bytes: init }
    if (this.#hasParts && name === this.#nextPartName) return this.#isEnded ? undefined : { kind: 'hinted' }
    const [, sequence = '', part] = /^(\d{1,12})(?:\.(\d{1,5}))?\.(?:ts|m4s)$/.exec(name) ?? []
    const segment = sequence === '' ? undefined : this.#segmentOf(Number(sequence))
    if (segment === undefined) return undefined
    if (part === undefined) {
      const { whole } = segment
      return whole && name === this.#segmentName(segment.sequence) ? { kind: 'bytes', bytes: whole } : undefined
    }
    const bytes = this.#hasParts ? segment.bytes[Number(part)] : undefined
    if (bytes === undefined || name !== this.#partName(segment.sequence, Number(part))) return undefined
    return { kind: 'bytes', bytes }
  }

  #begin(unixMs: number, isDiscontinuity: boolean): Segment {
    const sequence = this.#nextSequence
    this.#nextSequence += 1
    const dateTime = new Date(unixMs).toISOString()
    return { sequence, dateTime, isDiscontinuity, parts: [], bytes: [], durationSeconds: 0, sizeBytes: 0 }
  }

  get #hasParts(): boolean {
    return this.#options.partTargetSeconds !== undefined
  }

  get #nextPartName(): string {
    return this.#partName(this.#open?.sequence ?? this.#nextSequence, this.#open?.parts.length ?? 0)
  }

  #segmentName(sequence: number): string {
    return `${sequence}.${this.#options.extension}`
  }

  #partName(sequence: number, part: number): string {
    return `${sequence}.${part}.${this.#options.extension}`
  }

  #segmentOf(sequence: number): Segment | undefined {
    if (this.#open?.sequence === sequence) return this.#open
    return [...this.#segments, ...this.#gone].find((segment) => segment.sequence === sequence)
  }

  #playlist(): LiveMediaPlaylist {
    const { targetDurationSeconds, init, isIndependent, partTargetSeconds } = this.#options
    const listed = this.#segments.map(({ sequence, ...segment }) => ({ ...segment, uri: this.#segmentName(sequence) }))
    return {
      targetDurationSeconds,
      mediaSequence: this.#segments[0]?.sequence ?? this.#open?.sequence ?? 0,
      discontinuitySequence: this.#discontinuitySequence,
      segments: listed,
      isIndependent,
      ended: this.#isEnded,
      ...(init === undefined ? {} : { initUri: INIT_NAME }),
      ...(partTargetSeconds === undefined
        ? {}
        : {
            lowLatency: {
              partTargetSeconds,
              nextPartUri: this.#nextPartName,
              reports: [], // no other rendition has parts
              ...(this.#open === undefined ? {} : { open: this.#open }),
            },
          }),
    }
  }

  #slide(): void {
    const { targetDurationSeconds, windowSeconds, maxBytes } = this.#options
    const leastSeconds = LEAST_TARGETS * targetDurationSeconds
    const keptSeconds = Math.max(windowSeconds, leastSeconds)
    for (let first = this.#segments[0]; first !== undefined; first = this.#segments[0]) {
      const restSeconds = secondsOf(this.#segments) - first.durationSeconds
      const isOver = restSeconds >= keptSeconds || (this.#heldBytes > maxBytes && restSeconds >= leastSeconds)
      if (!isOver) break
      this.#segments.shift()
      this.#gone.push(first)
      if (first.isDiscontinuity) this.#discontinuitySequence += 1
    }
    while (secondsOf(this.#gone) > KEPT_GONE_TARGETS * targetDurationSeconds) {
      this.#heldBytes -= this.#gone.shift()?.sizeBytes ?? 0
    }
  }
}

function secondsOf(segments: readonly Segment[]): number {
  return segments.reduce((seconds, { durationSeconds }) => seconds + durationSeconds, 0)
}
