import type { ChannelPicture, ChannelWay } from '../protocol/weir-api.ts'
import type { CutPlace } from '../segmenter/live/live-renditions.ts'

type Kept = {
  readonly ptsTicks: number
  readonly capturedUnixMs: number
  sentUnixMs?: number // given to RTP viewers
  partUnixMs?: number
  segmentUnixMs?: number
  place?: CutPlace
}

const KEPT_PICTURES = 1200 // twenty seconds of sixty a second: longer than any segment

/** When the newest pictures of a channel were captured, and since when they can be had each way. Presentation times are those after the
 *  first picture that is pushed. */
export class PublishedPictures {
  readonly #nowUnixMs: () => number
  readonly #kept = new Map<number, Kept>() // by presentation time, in the order in which they came
  #originTicks: number | undefined

  constructor(nowUnixMs: () => number) {
    this.#nowUnixMs = nowUnixMs
  }

  /** Before it is given to anybody. */
  push({ ptsTicks, unixMs }: { readonly ptsTicks: number; readonly unixMs: number }): void {
    this.#originTicks ??= ptsTicks
    const sinceOrigin = ptsTicks - this.#originTicks
    this.#kept.set(sinceOrigin, { ptsTicks: sinceOrigin, capturedUnixMs: unixMs })
    for (const oldest of this.#kept.keys()) {
      if (this.#kept.size <= KEPT_PICTURES) return
      this.#kept.delete(oldest)
    }
  }

  /** RTP viewers can have all pictures that were pushed. */
  markSent(): void {
    const nowUnixMs = this.#nowUnixMs()
    for (const kept of [...this.#kept.values()].toReversed()) {
      if (kept.sentUnixMs !== undefined) return
      kept.sentUnixMs = nowUnixMs
    }
  }

  /** HLS viewers can have these in a part; with the last of a segment all of that as a whole. */
  markCut(pictures: readonly { readonly ptsTicks: number }[], place: CutPlace): void {
    const nowUnixMs = this.#nowUnixMs()
    for (const { ptsTicks } of pictures) {
      const kept = this.#kept.get(ptsTicks - (this.#originTicks ?? 0))
      if (kept === undefined) continue
      kept.place = place
      if (place.part !== undefined) kept.partUnixMs = nowUnixMs
    }
    if (!place.endsSegment) return
    for (const kept of this.#kept.values()) {
      if (kept.place?.sequence === place.sequence) kept.segmentUnixMs = nowUnixMs
    }
  }

  /** Those that can be had this way, shown after that moment of the channel. */
  list(way: ChannelWay, afterTicks: number): ChannelPicture[] {
    return [...this.#kept.values()]
      .filter(({ ptsTicks }) => ptsTicks > afterTicks)
      .map((kept) => pictureOf(kept, way))
      .filter((picture) => picture !== undefined)
  }
}

function pictureOf(kept: Kept, way: ChannelWay): ChannelPicture | undefined {
  const { ptsTicks, capturedUnixMs, place } = kept
  const publishedUnixMs = publishedOf(kept, way)
  if (publishedUnixMs === undefined) return undefined
  const moments = { ptsTicks, capturedUnixMs, publishedUnixMs }
  if (way === 'rtp' || place === undefined) return moments
  const { sequence, part } = place
  return { ...moments, sequence, ...(way === 'live' || part === undefined ? {} : { part }) }
}

function publishedOf({ sentUnixMs, partUnixMs, segmentUnixMs }: Kept, way: ChannelWay): number | undefined {
  switch (way) {
    case 'rtp':
      return sentUnixMs
    case 'low-latency':
      return partUnixMs
    case 'live':
      return segmentUnixMs
  }
}
