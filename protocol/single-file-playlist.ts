import type { ByteRange } from './mpeg-ts-keyframe.ts'

const RANGES_VERSION = 4 // EXT-X-BYTERANGE, RFC 8216 section 7

/** The files of a media playlist of ours in the order in which one file has all of them: the media initialization section
 *  first. A file of which several parts are listed stands there once. */
export function listedFiles(playlist: string): readonly string[] {
  const names = playlist.split('\n').map((line) => initOf(line) ?? (isUri(line) ? line : undefined))
  return [...new Set(names.filter((name) => name !== undefined))]
}

/** The same media playlist over one file: each segment, part of a segment and initialization section is a range of `uri`, by
 *  RFC 8216 sections 4.3.2.2 and 4.3.2.5; all else stays. `places` tells where in it each file lies. Throws Error for a file
 *  without a place. */
export function playlistOverOneFile(playlist: string, uri: string, places: ReadonlyMap<string, ByteRange>): string {
  const placeOf = (name: string): ByteRange => {
    const place = places.get(name)
    if (place === undefined) throw new Error(`${name} is not in ${uri}`)
    return place
  }
  let part: ByteRange | undefined // of the next file that is named
  const lines = playlist.split('\n').flatMap((line) => {
    const version = /^#EXT-X-VERSION:(\d+)$/.exec(line)?.[1]
    if (version !== undefined) return [`#EXT-X-VERSION:${Math.max(Number(version), RANGES_VERSION)}`]
    const init = initOf(line)
    if (init !== undefined) return [`${MAP}"${uri}",BYTERANGE="${rangeText(placeOf(init))}"`]
    const range = /^#EXT-X-BYTERANGE:(\d+)@(\d+)$/.exec(line)
    if (range !== null) part = { sizeBytes: Number(range[1]), offsetBytes: Number(range[2]) }
    if (range !== null) return []
    if (!isUri(line)) return [line]
    const { offsetBytes, sizeBytes } = placeOf(line)
    const place =
      part === undefined ? { offsetBytes, sizeBytes } : { ...part, offsetBytes: offsetBytes + part.offsetBytes }
    part = undefined
    return [`#EXT-X-BYTERANGE:${rangeText(place)}`, uri]
  })
  return lines.join('\n')
}

/** The media playlists that a multivariant playlist of ours names, each once. */
export function namedPlaylists(multivariant: string): readonly string[] {
  const names: string[] = []
  withNamesOf(multivariant, (name) => {
    names.push(name)
    return name
  })
  return [...new Set(names)]
}

/** The same multivariant playlist with other names for its media playlists. */
export function withNamesOf(multivariant: string, rename: (uri: string) => string): string {
  const lines = multivariant.split('\n').map((line) => {
    if (isUri(line)) return rename(line)
    return line.replace(/([:,])URI="([^"]*)"/, (_all, before: string, uri: string) => `${before}URI="${rename(uri)}"`)
  })
  return lines.join('\n')
}

const MAP = '#EXT-X-MAP:URI='

/** What our own writer has in EXT-X-MAP. */
function initOf(line: string): string | undefined {
  return line.startsWith(MAP) ? line.slice(MAP.length + 1, -1) : undefined
}

function isUri(line: string): boolean {
  return line !== '' && !line.startsWith('#')
}

/** With its offset always told: not every reader counts on from the range before. */
function rangeText({ sizeBytes, offsetBytes }: ByteRange): string {
  return `${sizeBytes}@${offsetBytes}`
}
