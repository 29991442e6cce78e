/** A line of a playlist, RFC 8216 section 4.1, as it stands there. */
export type PlaylistLine = { readonly number: number; readonly text: string } & (
  | { readonly kind: 'tag'; readonly name: string; readonly value: string | undefined }
  | { readonly kind: 'uri' | 'comment' | 'blank' }
)

export type PlaylistText = {
  readonly lines: readonly PlaylistLine[]
  readonly hasByteOrderMark: boolean
  readonly isUtf8: boolean
}

/** Reads the bytes of a playlist as lines, which end with LF or CRLF; a tag's `name` has no `#`. Never fails: what is not
 *  UTF-8 is read with replacement characters, and told. */
export function readPlaylistLines(bytes: Uint8Array): PlaylistText {
  const hasByteOrderMark = bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf
  const text = new TextDecoder('utf-8').decode(bytes) // drops the mark
  const lines = text.split('\n').map((line) => (line.endsWith('\r') ? line.slice(0, -1) : line))
  if (lines.at(-1) === '') lines.pop() // after the last line's end
  return {
    lines: lines.map((line, index) => readLine(line, index + 1)),
    hasByteOrderMark,
    isUtf8: !text.includes('\ufffd') || isReallyUtf8(bytes),
  }
}

function readLine(text: string, number: number): PlaylistLine {
  if (text.trim() === '') return { kind: 'blank', number, text }
  if (!text.startsWith('#')) return { kind: 'uri', number, text }
  if (!text.startsWith('#EXT')) return { kind: 'comment', number, text }
  const colon = text.indexOf(':')
  const name = (colon === -1 ? text : text.slice(0, colon)).slice(1).trimEnd()
  return { kind: 'tag', number, text, name, value: colon === -1 ? undefined : text.slice(colon + 1) }
}

/** A replacement character may stand in the text itself. */
function isReallyUtf8(bytes: Uint8Array): boolean {
  try {
    new TextDecoder('utf-8', { fatal: true }).decode(bytes)
    return true
  } catch {
    return false
  }
}
