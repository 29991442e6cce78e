import {
  readViewedPlaylist,
  type ViewedMediaPlaylist,
  type ViewedPlaylist,
  type ViewedSegment,
} from '../protocol/hls-playlist.ts'
import type { ListedMedia } from '../stream/media-timeline.ts'
import { GetFailure, type Got, type HttpGetter } from './http-get.ts'
import { variantNames } from './variant-names.ts'

/** One of the streams that an address offers. */
export type SourceVariant = {
  readonly name: string
  readonly url: URL // of its media playlist
  readonly bandwidthBitsPerSecond: number // 0 where nothing tells it
  readonly averageBitsPerSecond?: number
  readonly framesPerSecond?: number
  readonly codecs?: string
  readonly soundUrl?: URL // of sound that is not in its own segments
}

/** A media playlist that has come. */
export type LoadedMedia = {
  readonly url: URL // after redirects: what its segments are relative to
  readonly playlist: ViewedMediaPlaylist
  readonly listed: ListedMedia
  readonly got: Got
}

export const MAX_PLAYLIST_BYTES = 20_000_000
const PLAYLIST_MS = 20_000 // as hls.js: maxLoadTimeMs of its manifestLoadPolicy and playlistLoadPolicy
const MAX_VARIANTS = 200
const MAX_SEGMENTS = 100_000 // 55 hours of 2 s

/** What came is not what a viewer could play. */
export class NotPlayable extends Error {
  override readonly name = 'NotPlayable'
}

/** The playlists of one address. */
export class HlsSource {
  readonly variants: readonly SourceVariant[] // the lowest bitrate first
  readonly firstListed: number // place among these of the one that the multivariant playlist lists first
  readonly #getter: HttpGetter
  readonly #signal: AbortSignal
  #first: LoadedMedia | undefined // where the address is a media playlist itself

  private constructor(
    getter: HttpGetter,
    signal: AbortSignal,
    variants: readonly SourceVariant[],
    first: LoadedMedia | undefined,
  ) {
    this.#getter = getter
    this.#signal = signal
    this.variants = variants.toSorted((a, b) => a.bandwidthBitsPerSecond - b.bandwidthBitsPerSecond)
    this.firstListed = this.variants.indexOf(variants[0] as SourceVariant)
    this.#first = first
  }

  /** Rejects with GetFailure, NotPlayable. */
  static async open(getter: HttpGetter, url: URL, signal: AbortSignal): Promise<HlsSource> {
    const { got, playlist } = await getPlaylist(getter, url, signal)
    if (playlist.kind === 'multivariant') return new HlsSource(getter, signal, variantsOf(playlist, got.url), undefined)
    const only = { name: variantNames([{ uri: got.url.pathname }])[0] ?? 'variant', url, bandwidthBitsPerSecond: 0 }
    return new HlsSource(getter, signal, [only], loaded(got, playlist))
  }

  /** The playlist as it is now. Rejects with GetFailure, NotPlayable. */
  async load(variantIndex: number): Promise<LoadedMedia> {
    const first = this.#first
    this.#first = undefined
    if (first !== undefined) return first
    return loadMedia(this.#getter, (this.variants[variantIndex] as SourceVariant).url, this.#signal)
  }
}

/** Rejects with GetFailure, NotPlayable. */
export async function loadMedia(getter: HttpGetter, url: URL, signal: AbortSignal): Promise<LoadedMedia> {
  const { got, playlist } = await getPlaylist(getter, url, signal)
  if (playlist.kind === 'multivariant') throw new NotPlayable(`${shown(url)} is a multivariant playlist within another`)
  return loaded(got, playlist)
}

function variantsOf({ variants }: ViewedPlaylist & { readonly kind: 'multivariant' }, base: URL): SourceVariant[] {
  const names = variantNames(variants)
  const within = variants.slice(0, MAX_VARIANTS)
  const found = within.flatMap(
    ({ uri, soundUri, widthPixels: _w, heightPixels: _h, ...rest }, index): SourceVariant[] => {
      const url = resolved(uri, base)
      const soundUrl = soundUri === undefined ? undefined : resolved(soundUri, base)
      if (url === undefined) return []
      return [{ ...rest, name: names[index] as string, url, ...(soundUrl === undefined ? {} : { soundUrl }) }]
    },
  )
  const pictured = found.filter(
    ({ codecs }) => codecs === undefined || /(^|,)\s*(avc|hvc|hev|av01|vp0?9|dvh)/i.test(codecs),
  )
  if (found.length === 0) throw new NotPlayable(`${shown(base)} lists no variant with an address`)
  return pictured.length === 0 ? found : pictured // sound alone is for who has no room for pictures
}

function loaded(got: Got, playlist: ViewedMediaPlaylist): LoadedMedia {
  const { segments, targetDurationSeconds, isEnded, holdBackSeconds, startOffsetSeconds } = playlist
  if (segments.length > MAX_SEGMENTS) throw new NotPlayable(`more than ${MAX_SEGMENTS} segments in a list`)
  const listed = {
    segments: segments.map(listedSegment),
    firstMediaSequence: segments[0]?.sequence ?? 0,
    targetDurationSeconds,
    isEnded,
    holdBackSeconds,
    ...(startOffsetSeconds === undefined ? {} : { startOffsetSeconds }),
  }
  return { url: got.url, playlist, listed, got }
}

function listedSegment({ durationSeconds, range }: ViewedSegment): ListedMedia['segments'][number] {
  return range === undefined ? { durationSeconds } : { durationSeconds, sizeBytes: range.lengthBytes }
}

async function getPlaylist(
  getter: HttpGetter,
  url: URL,
  signal: AbortSignal,
): Promise<{ readonly got: Got; readonly playlist: ViewedPlaylist }> {
  const got = await getter.get(url, { maxBytes: MAX_PLAYLIST_BYTES, timeoutMs: PLAYLIST_MS, keepsBody: true, signal })
  const read = readViewedPlaylist(Buffer.from(got.body).toString())
  if (!read.ok) throw new NotPlayable(`${shown(url)} is no HLS playlist`)
  return { got, playlist: read.value }
}

/** undefined for what is no http address. */
export function resolved(uri: string, base: URL): URL | undefined {
  const url = URL.canParse(uri, base) ? new URL(uri, base) : undefined
  return url?.protocol === 'http:' || url?.protocol === 'https:' ? url : undefined
}

/** Why something could not be fetched or read; undefined for our own mistakes. */
export function whyNot(error: unknown): string | undefined {
  return error instanceof GetFailure || error instanceof NotPlayable ? error.message : undefined
}

function shown(url: URL): string {
  return `${url.origin}${url.pathname}`.slice(0, 200)
}
