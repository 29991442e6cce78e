import type { IncomingMessage } from 'node:http'
import { isNotModified, rangeOf, type ByteRange, type Validators } from './http-conditions.ts'
import { Refusal } from './refusal.ts'

/** Names and values of headers in turn: what `writeHead` takes with the least work. Who sends them may put in a value. */
export type FlatHeaders = string[]

/** A file as it can be answered, RFC 9110 section 3.2: its headers are ready before anybody asks. */
export type Representation = {
  readonly sizeBytes: number
  readonly takesRanges: boolean
  /** Without any, nothing is ever `not modified`: a replay behind a link must cross it again. */
  readonly validators: Validators | undefined
  readonly cacheControl: string
  readonly cacheControlAt: number // where it stands in the headers
  readonly shared: FlatHeaders // of every answer, 304 too
  readonly whole: FlatHeaders // of 200: those, and the rest
}

export type RepresentationFacts = {
  readonly sizeBytes: number
  readonly type: string
  readonly takesRanges: boolean
  readonly validators: Validators | undefined
  readonly cacheControl: string
  readonly before?: readonly string[] // that every answer begins with
}

export function representationOf(facts: RepresentationFacts): Representation {
  const { sizeBytes, type, takesRanges, validators, cacheControl, before = [] } = facts
  const shared = [...before, 'Cache-Control', cacheControl, ...validatorHeaders(validators)]
  const whole = [...shared, ...bodyHeaders(type, sizeBytes, takesRanges)]
  return { sizeBytes, takesRanges, validators, cacheControl, cacheControlAt: before.length + 1, shared, whole }
}

function bodyHeaders(type: string, sizeBytes: number, takesRanges: boolean): FlatHeaders {
  const ranges = takesRanges ? ['Accept-Ranges', 'bytes'] : []
  return ['Content-Type', type, 'Content-Length', String(sizeBytes), ...ranges]
}

function validatorHeaders(validators: Validators | undefined): FlatHeaders {
  if (validators === undefined) return []
  const { etag, lastModifiedMs } = validators
  return [
    'ETag',
    etag,
    ...(lastModifiedMs === undefined ? [] : ['Last-Modified', new Date(lastModifiedMs).toUTCString()]),
  ]
}

/** What is sent to one request; without `body` only the head. */
export type Answer = { readonly status: 200 | 206 | 304; readonly headers: FlatHeaders; readonly body?: ByteRange }

/** The answer to a GET or HEAD by its conditions and its range. Throws the refusal of 416. */
export function answerTo({ method, headers }: IncomingMessage, representation: Representation): Answer {
  const { sizeBytes, takesRanges, validators, shared, whole } = representation
  if (validators !== undefined && isNotModified(headers, validators)) return { status: 304, headers: shared }
  if (method === 'HEAD') return { status: 200, headers: whole } // a range is of GET only (RFC 9110 section 14.2)
  const range = takesRanges ? rangeOf(headers, validators, sizeBytes) : 'whole'
  if (range === 'unsatisfiable') {
    throw new Refusal('range-not-satisfiable', `the file has ${sizeBytes} bytes`, {
      'Content-Range': `bytes */${sizeBytes}`,
    })
  }
  if (range === 'whole') return { status: 200, headers: whole, body: { first: 0, last: sizeBytes - 1 } }
  return { status: 206, headers: partHeaders(representation, range), body: range }
}

function partHeaders({ shared, whole, sizeBytes }: Representation, { first, last }: ByteRange): FlatHeaders {
  const [typeName = '', type = ''] = whole.slice(shared.length)
  return [
    ...shared,
    typeName,
    type,
    'Content-Length',
    String(last - first + 1),
    'Accept-Ranges',
    'bytes',
    'Content-Range',
    `bytes ${first}-${last}/${sizeBytes}`,
  ]
}
