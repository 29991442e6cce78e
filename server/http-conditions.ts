/** What a request's conditional and range headers ask for, RFC 9110 sections 13 and 14. Pure: header texts in, decisions out. */

/** A representation's validators. Ours are strong tags; one without `lastModifiedMs` changes too often for whole seconds. */
export type Validators = { readonly etag: string; readonly lastModifiedMs?: number }

type RequestHeaders = Readonly<Record<string, string | string[] | undefined>>

/** Whether 304 is the answer to GET or HEAD: If-None-Match decides alone when it is there (RFC 9110 section 13.2.2). */
export function isNotModified(headers: RequestHeaders, { etag, lastModifiedMs }: Validators): boolean {
  const noneMatch = headers['if-none-match']
  if (typeof noneMatch === 'string') return noneMatch.trim() === '*' || tagsOf(noneMatch).includes(etag)
  const since = headers['if-modified-since']
  return (
    since !== undefined && lastModifiedMs !== undefined && wholeSeconds(lastModifiedMs) <= Date.parse(String(since))
  )
}

/** The tags of a list; `W/` is left out, for If-None-Match compares weakly (section 13.1.2). */
function tagsOf(list: string): string[] {
  return list.match(/"[^"]*"/g) ?? []
}

function wholeSeconds(ms: number): number {
  return Math.floor(ms / 1000) * 1000
}

/** First and last byte, both included, as Content-Range writes them. */
export type ByteRange = { readonly first: number; readonly last: number }

/** The range to send: `whole` when none is asked for, or in a form that we do not serve (section 14.2 lets a server ignore
 *  several ranges and other units), or when If-Range names another representation (section 13.1.5). */
export function rangeOf(
  headers: RequestHeaders,
  validators: Validators | undefined,
  sizeBytes: number,
): ByteRange | 'whole' | 'unsatisfiable' {
  const asked = headers['range']
  if (asked === undefined) return 'whole'
  const match = /^bytes=(\d*)-(\d*)$/.exec(String(asked).trim())
  if (match === null || !holdsIfRange(headers['if-range'], validators)) return 'whole'
  const [, firstText = '', lastText = ''] = match
  if (firstText === '') return lastText === '' ? 'whole' : lastBytes(Number(lastText), sizeBytes)
  const first = Number(firstText)
  const last = lastText === '' ? Infinity : Number(lastText)
  if (last < first) return 'whole' // not a valid range (section 14.1.1)
  return first >= sizeBytes ? 'unsatisfiable' : { first, last: Math.min(last, sizeBytes - 1) }
}

function lastBytes(count: number, sizeBytes: number): ByteRange | 'unsatisfiable' {
  if (count === 0 || sizeBytes === 0) return 'unsatisfiable'
  return { first: Math.max(0, sizeBytes - count), last: sizeBytes - 1 }
}

/** If-Range holds for the very tag, or for the very date; a weak tag never does (section 13.1.5). */
function holdsIfRange(value: string | string[] | undefined, validators: Validators | undefined): boolean {
  if (value === undefined) return true
  if (validators === undefined) return false
  const { etag, lastModifiedMs } = validators
  if (value === etag) return true
  return lastModifiedMs !== undefined && Date.parse(String(value)) === wholeSeconds(lastModifiedMs)
}
