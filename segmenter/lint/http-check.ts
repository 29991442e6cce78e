import type { HttpAnswer } from './http-rules.ts'
import type { Playlist } from './playlist.ts'
import type { ReadSegment } from './rendition.ts'
import { MAX_SEGMENT_BYTES } from './segment-reader.ts'
import type { Answer, Store, Wish } from './store.ts'

type Known = Extract<Answer, { ok: true }>

const ASKED_BYTES = 2

/** Asks a server once more for what it has sent: would it have said "not modified", and does it know ranges? */
export async function checkAnswer(
  store: Store,
  answer: Known,
  playlist: Playlist,
  read: ReadSegment | undefined,
): Promise<HttpAnswer> {
  const { url, headers } = answer
  const isSegment = read !== undefined
  const conditions = conditionsOf(headers)
  const same = { maxBytes: MAX_SEGMENT_BYTES, range: rangeRead(read) } // of one large file what was read of it
  const again = conditions === undefined ? undefined : await store.read(url, { ...same, headers: conditions })
  const range = isSegment
    ? await store.read(url, { maxBytes: MAX_SEGMENT_BYTES, range: { offsetBytes: 0, lengthBytes: ASKED_BYTES } })
    : undefined
  return {
    url: url.href,
    kind: isSegment ? 'segment' : 'playlist',
    format: read?.facts?.format,
    isGrowing: playlist.kind === 'media' && !playlist.isEnded,
    targetDurationSeconds: (playlist.kind === 'media' ? playlist.targetDurationSeconds : undefined) ?? Infinity,
    hasByteRanges: read?.segment.range !== undefined,
    sizeBytes: answer.wholeBytes ?? answer.bytes.length,
    headers,
    conditionalStatus: again?.ok === true ? again.status : undefined,
    range: range?.ok === true ? rangeOf(range) : undefined,
  }
}

function rangeRead(read: ReadSegment | undefined): Wish['range'] {
  const { offsetBytes, lengthBytes } = read?.segment.range ?? {}
  return offsetBytes === undefined || lengthBytes === undefined ? undefined : { offsetBytes, lengthBytes }
}

function rangeOf({ status, headers, bytes }: Known): HttpAnswer['range'] {
  return { status, contentRange: headers.get('content-range'), sizeBytes: bytes.length }
}

function conditionsOf(headers: ReadonlyMap<string, string>): Record<string, string> | undefined {
  const [etag, modified] = [headers.get('etag'), headers.get('last-modified')]
  if (etag !== undefined) return { 'If-None-Match': etag }
  return modified === undefined ? undefined : { 'If-Modified-Since': modified }
}
