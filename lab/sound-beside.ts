import type { ViewedSegment } from '../protocol/hls-playlist.ts'
import type { HttpGetter } from './http-get.ts'
import type { HlsSegments } from './hls-segments.ts'
import { loadMedia, type LoadedMedia } from './hls-source.ts'

/** Sound in segments of its own: fetched after the pictures' up to the same end, as nothing is played without it. */
export class SoundBeside {
  readonly #url: URL
  readonly #getter: HttpGetter
  readonly #segments: HlsSegments
  #media: LoadedMedia | undefined
  #nextSequence: number | undefined
  #endSeconds = 0

  constructor(url: URL, getter: HttpGetter, segments: HlsSegments) {
    this.#url = url
    this.#getter = getter
    this.#segments = segments
  }

  /** Fetches what plays before `endSeconds` of the pictures' time. Rejects with GetFailure, NotPlayable. */
  async reach(endSeconds: number, pictures: LoadedMedia, signal: AbortSignal): Promise<void> {
    if (this.#media === undefined || !this.#media.playlist.isEnded) {
      this.#media = await loadMedia(this.#getter, this.#url, signal)
    }
    const { playlist, url } = this.#media
    this.#begin(playlist.segments, endSeconds, pictures)
    const { targetDurationSeconds } = playlist
    while (this.#endSeconds < endSeconds - targetDurationSeconds / 2) {
      const segment = playlist.segments.find(({ sequence }) => sequence === this.#nextSequence)
      if (segment === undefined) return // it is not there yet, or has ended before
      await this.#segments.get({ segment, base: url, signals: [signal] })
      this.#nextSequence = segment.sequence + 1
      this.#endSeconds += segment.durationSeconds
    }
  }

  /** Of live streams with the segment at the same distance from the end, of others from the beginning. */
  #begin(segments: readonly ViewedSegment[], endSeconds: number, pictures: LoadedMedia): void {
    if (this.#nextSequence !== undefined) return
    const first = segments[0]
    if (first === undefined) return
    const isWhole = pictures.playlist.isEnded
    this.#nextSequence = isWhole ? first.sequence : Math.max(first.sequence, (segments.at(-1)?.sequence ?? 0) - 3)
    this.#endSeconds = isWhole ? 0 : endSeconds - 1
  }
}
