/** What the name of a media segment tells: it is its media sequence number, so that its key and its IV are known from it. */
export type SegmentName = { readonly ending: string; readonly sequence: number }

/** Undefined for what is no media segment. */
export function readSegmentName(name: string): SegmentName | undefined {
  const [, sequence, ending] = /^(\d{1,12})\.(ts|m4s|aac)$/.exec(name) ?? []
  return ending === undefined ? undefined : { ending, sequence: Number(sequence) }
}

/** The name of a segment's key, in the same folder: what authorises the address of the playlist authorises it. A key is of
 *  `segmentsPerKey` segments of one kind: two kinds of the same number would have the IV in common. */
export function keyName({ ending, sequence }: SegmentName, segmentsPerKey: number): string {
  return `${ending}-${Math.floor(sequence / segmentsPerKey)}.key`
}

/** Padding makes a segment up to 16 bytes longer: of a variant and all that is played with it, no more than this. */
const PADDING_BITS_PER_SECOND = 512

/** A multivariant playlist as it is served with its segments encrypted: without I-frame playlists, whose ranges are of the
 *  clear segments, and with BANDWIDTH still above what comes. */
export function encryptedMultivariant(text: string): string {
  return text
    .replaceAll(/^#EXT-X-I-FRAME-STREAM-INF:.*\n/gm, '')
    .replaceAll(/^(#EXT-X-STREAM-INF:(?:.*,)?BANDWIDTH=)(\d+)/gm, (_, before: string, bitsPerSecond: string) => {
      return `${before}${Number(bitsPerSecond) + PADDING_BITS_PER_SECOND}`
    })
}

/** A media playlist as it is served with its segments encrypted by AES-128: an EXT-X-KEY before the first segment and wherever
 *  the key changes, RFC 8216 section 4.3.2.4. Without an IV attribute the media sequence number is the IV (section 5.2).
 *  Subtitles and the media initialization section stay clear. Undefined for a list of keyframes, and where a segment is not
 *  called by its media sequence number: it could not be decrypted. */
export function encryptedPlaylist(text: string, segmentsPerKey: number): string | undefined {
  const lines = text.split('\n')
  const written: string[] = []
  let sequence = 0
  let current: string | undefined // the name of the key that applies
  const apply = (wanted: string | undefined): void => {
    if (wanted === current) return
    written.push(`#EXT-X-KEY:METHOD=${wanted === undefined ? 'NONE' : `AES-128,URI="${wanted}"`}`)
    current = wanted
  }
  for (const [index, line] of lines.entries()) {
    if (line === '#EXT-X-I-FRAMES-ONLY') return undefined
    sequence += Number(COUNTED.exec(line)?.[1] ?? 0)
    if (line.startsWith('#EXT-X-MAP:')) apply(undefined)
    if (line.startsWith('#EXTINF:')) {
      const uri = uriAfter(lines, index)
      const name = readSegmentName(uri)
      if (name?.sequence !== sequence && !uri.endsWith('.vtt')) return undefined
      apply(name && keyName(name, segmentsPerKey))
      sequence += 1
    }
    written.push(line)
  }
  return written.join('\n')
}

/** The next line that is a URI: that of the segment whose first tag stands at `index`. */
function uriAfter(lines: readonly string[], index: number): string {
  let at = index + 1
  while (lines[at] === '' || lines[at]?.startsWith('#')) at += 1
  return lines[at] ?? ''
}

/** Of the first segment, and of those that a delta update leaves out (rfc8216bis section 4.4.5.2). */
const COUNTED = /^#EXT-X-(?:MEDIA-SEQUENCE:|SKIP:SKIPPED-SEGMENTS=)(\d+)/
