import type { Outline } from '../protocol/outline.ts'
import { writeLivePlaylist, type LiveSegment } from '../protocol/live-playlist-writer.ts'
import { partToJoinAt } from '../stream/part-viewer.ts'
import { livePartsOf, type LivePart } from './live-parts.ts'

const WINDOW_TARGETS = 6 // CAN-SKIP-UNTIL reaches over all of it: no delta update leaves anything out
const HOLD_BACK_PARTS = 3 // PART-HOLD-BACK
const CIVIL_TIME = '2026-01-01T00:00:00.000Z' // of the same length at any time

/** A video that is live from link time 0 on, as its low-latency playlist tells it. */
export class LiveChannel {
  readonly outline: Outline
  readonly parts: readonly LivePart[]
  readonly holdBackMs: number
  readonly #partMs: number
  readonly #targetDurationSeconds: number
  readonly #bytes = new Map<number, number>() // of playlists, by how many parts have been published

  constructor(outline: Outline, partMs: number) {
    this.outline = outline
    this.parts = livePartsOf(outline, partMs)
    this.holdBackMs = HOLD_BACK_PARTS * partMs
    this.#partMs = partMs
    this.#targetDurationSeconds = Math.max(
      ...outline.segments.map(({ durationSeconds }) => Math.round(durationSeconds)),
    )
  }

  /** How many parts a playlist lists at this moment. */
  publishedAt(nowMs: number): number {
    const next = this.parts.findIndex(({ publishedMs }) => publishedMs > nowMs)
    return next < 0 ? this.parts.length : next
  }

  /** When the part is published that comes after so many others; the end of the video is told with its last one. */
  publishedMs(parts: number): number {
    return this.parts[parts]?.publishedMs ?? -Infinity
  }

  /** Where a viewer begins who finds so many parts: at the newest keyframe that is held back far enough, else at the oldest. */
  joinsAt(parts: number): number {
    return partToJoinAt(this.parts.slice(0, parts), this.holdBackMs / 1000) // ms to s
  }

  /** The text is written as the live origin writes it. */
  playlistBytes(parts: number): number {
    const known = this.#bytes.get(parts)
    if (known !== undefined) return known
    const bytes = this.#playlist(parts).length // ASCII
    this.#bytes.set(parts, bytes)
    return bytes
  }

  #playlist(parts: number): string {
    const listed = this.parts.slice(0, parts)
    const all = this.outline.segments.flatMap((_, index) => {
      const ofSegment = listed.filter(({ segmentIndex }) => segmentIndex === index)
      return ofSegment.length === 0 ? [] : [liveSegment(index, ofSegment)]
    })
    const isOpen = this.parts[parts - 1]?.endsSegment === false
    const open = isOpen ? all.pop() : undefined
    const kept = Math.ceil((WINDOW_TARGETS * this.#targetDurationSeconds) / (all[0]?.durationSeconds ?? Infinity))
    const segments = all.slice(-Math.max(1, kept))
    const next = this.parts[parts]
    return writeLivePlaylist({
      targetDurationSeconds: this.#targetDurationSeconds,
      mediaSequence: all.length - segments.length,
      discontinuitySequence: 0,
      segments,
      initUri: 'init.mp4',
      isIndependent: true,
      ended: next === undefined,
      lowLatency: {
        partTargetSeconds: this.#partMs / 1000, // ms to s
        nextPartUri: next?.uri ?? '',
        reports: [],
        ...(open === undefined ? {} : { open }),
      },
    })
  }
}

function liveSegment(index: number, parts: readonly LivePart[]): LiveSegment {
  return {
    uri: `${index}.m4s`,
    durationSeconds: parts.reduce((sum, { durationSeconds }) => sum + durationSeconds, 0),
    parts,
    dateTime: CIVIL_TIME,
    isDiscontinuity: false,
  }
}
