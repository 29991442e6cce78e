import { iframeTargetSeconds, writeIframePlaylist, type IframeSegment } from '../protocol/iframe-playlist.ts'
import { TICKS_PER_SECOND } from '../protocol/mpeg-ts-clock.ts'
import type { TsSegment } from '../protocol/mpeg-ts-demuxer.ts'
import { keyframeRange, type ByteRange } from '../protocol/mpeg-ts-keyframe.ts'
import type { OutlineSegment } from '../protocol/outline.ts'
import { averageBandwidth, peakBandwidth } from '../protocol/playlist-bandwidth.ts'

export const IFRAME_PLAYLIST = 'iframes.m3u8'

/** A keyframe of a variant, as a part of one of its files. */
export type KeyframePlace = ByteRange & { readonly uri: string; readonly startSeconds: number }

/** The keyframes of a variant, noted while its segments come. Two lie in a segment, so that they fit into memory. */
export class IframeList {
  readonly #keyframes: KeyframePlace[] = []

  /** `segment` is what the outline says of the bytes that `ts` was read from. */
  take(bytes: Uint8Array, ts: TsSegment, { uri, frames }: OutlineSegment): void {
    for (const [index, { kind, ptsTicks }] of frames.entries()) {
      const range = kind === 'idr' ? keyframeRange(bytes, ts.video[index]?.atByte ?? 0) : undefined
      if (range !== undefined) this.#keyframes.push({ uri, startSeconds: ptsTicks / TICKS_PER_SECOND, ...range })
    }
  }

  get keyframes(): readonly KeyframePlace[] {
    return this.#keyframes
  }

  /** The playlist of a variant that ends at `endSeconds`. */
  playlist(endSeconds: number): string {
    return writeIframePlaylist(this.#segments(endSeconds))
  }

  /** A keyframe counts as if its bytes took the time until the next one, RFC 8216 sections 4.1 and 4.3.4.3. */
  bandwidths(endSeconds: number): {
    readonly bandwidthBitsPerSecond: number
    readonly averageBandwidthBitsPerSecond: number
  } {
    const segments = this.#segments(endSeconds)
    return {
      bandwidthBitsPerSecond: peakBandwidth(segments, iframeTargetSeconds(segments)),
      averageBandwidthBitsPerSecond: averageBandwidth(segments),
    }
  }

  #segments(endSeconds: number): IframeSegment[] {
    return this.#keyframes.map(({ startSeconds, ...place }, index) => {
      const nextSeconds = this.#keyframes[index + 1]?.startSeconds ?? endSeconds
      return { ...place, durationSeconds: nextSeconds - startSeconds }
    })
  }
}
