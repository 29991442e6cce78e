/** A line of its own: spaces and line breaks must be escaped in a URI (RFC 3986 section 2), `#` would be a tag. */
export function uriLine(uri: string): string {
  if (/^[\x21\x22\x24-\x7e][\x21-\x7e]*$/.test(uri)) return uri
  throw new RangeError(`not a URI for a playlist: ${JSON.stringify(uri)}`)
}

/** A quoted string has no way to hold a quote or a line break, RFC 8216 section 4.2. */
export function quoted(text: string): string {
  if (text !== '' && !/["\r\n]/.test(text)) return `"${text}"`
  throw new RangeError(`not text for a quoted attribute: ${JSON.stringify(text)}`)
}
