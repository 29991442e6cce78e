import { Parser } from 'm3u8-parser'
import { badText, decoded, type Decoded } from './decoded.ts'
import { readMediaPlaylist, type ViewedMediaPlaylist } from './hls-media-playlist.ts'
import { readMultivariantPlaylist, type ViewedMultivariantPlaylist } from './hls-multivariant-playlist.ts'

/** What a viewer needs of a playlist; `segmenter/lint/` reads them for who judges. URIs are as they are written: relative to
 *  the playlist's own address. */
export type { ViewedMediaPlaylist, ViewedMultivariantPlaylist }
export type { ViewedVariant } from './hls-multivariant-playlist.ts'
export type { ViewedLowLatency, ViewedPart, ViewedResource, ViewedSegment } from './hls-media-playlist.ts'

export type ViewedPlaylist = ViewedMultivariantPlaylist | ViewedMediaPlaylist

/** RFC 8216 section 4.1: the first line, after a byte order mark at most. */
const FIRST_LINE = /^\uFEFF?#EXTM3U(?=[\r\n \t]|$)/

/** Reads anyone's playlist as a viewer does: what it does not know it passes over. Faults: bad-text, where it is none, or names
 *  nothing that could be watched. */
export function readViewedPlaylist(text: string): Decoded<ViewedPlaylist> {
  if (!FIRST_LINE.test(text)) return badText('#EXTM3U in the first line of a playlist', text)
  const parser = new Parser()
  parser.addParser({ expression: /^#EXT-X-GAP/, customType: 'gap', segment: true })
  parser.push(text)
  parser.end()
  const { manifest } = parser
  const isMultivariant = (manifest.playlists ?? []).length > 0
  const playlist = isMultivariant ? readMultivariantPlaylist(manifest) : readMediaPlaylist(manifest)
  return playlist === undefined
    ? badText('a playlist with variants or with a target duration', text)
    : decoded(playlist)
}
