import { createHash } from 'node:crypto'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { promisify } from 'node:util'
import { gzip as gzipCallback } from 'node:zlib'
import { isNotModified, rangeOf, type ByteRange, type Validators } from './http-conditions.ts'
import { Refusal } from './refusal.ts'

/** One request, and whether anybody may keep its answer. */
export type Asked = {
  readonly request: IncomingMessage
  readonly response: ServerResponse
  readonly isCacheable: boolean
}

export type Head = {
  readonly type: string
  readonly sizeBytes: number
  readonly cacheControl: string
  readonly validators: Validators
  readonly takesRanges: boolean
}

/** Writes status and headers; gives the bytes to send, undefined for none (HEAD, 304). What nobody may keep has no validators: a
 *  replay behind a link must cross it again. Throws the refusal of 416. */
export function writeHead({ request, response, isCacheable }: Asked, head: Head): ByteRange | undefined {
  const { sizeBytes, takesRanges } = head
  const validators = isCacheable ? head.validators : undefined
  const common = {
    'Cache-Control': isCacheable ? head.cacheControl : 'no-store',
    ...validatorHeaders(validators),
  }
  if (validators !== undefined && isNotModified(request.headers, validators)) {
    response.writeHead(304, common)
    return undefined
  }
  // Range is defined for GET only (RFC 9110 section 14.2).
  const range =
    takesRanges && request.method === 'GET' ? rangeOf(request.headers, validators, sizeBytes) : ('whole' as const)
  if (range === 'unsatisfiable') {
    throw new Refusal('range-not-satisfiable', `the file has ${sizeBytes} bytes`, {
      'Content-Range': `bytes */${sizeBytes}`,
    })
  }
  const sent = range === 'whole' ? { first: 0, last: sizeBytes - 1 } : range
  response.writeHead(range === 'whole' ? 200 : 206, {
    ...common,
    'Content-Type': head.type,
    'Content-Length': sent.last - sent.first + 1,
    ...(takesRanges ? { 'Accept-Ranges': 'bytes' } : {}),
    ...(range === 'whole' ? {} : { 'Content-Range': `bytes ${sent.first}-${sent.last}/${sizeBytes}` }),
  })
  return request.method === 'HEAD' ? undefined : sent
}

function validatorHeaders(validators: Validators | undefined): Readonly<Record<string, string>> {
  if (validators === undefined) return {}
  const { etag, lastModifiedMs } = validators
  return {
    ETag: etag,
    ...(lastModifiedMs === undefined ? {} : { 'Last-Modified': new Date(lastModifiedMs).toUTCString() }),
  }
}

const PACKED_FROM_BYTES = 1400 // below, it fits one packet anyway
const gzip = promisify(gzipCallback)

type Coded = { readonly body: Uint8Array; readonly etag: string; readonly isPacked: boolean }

/** A text in the encodings that clients take: each is made once, and has a tag of its own, the hash of the text. */
export class CodedText {
  readonly #plain: Uint8Array
  readonly #hash: string
  #packed: Promise<Uint8Array> | undefined

  constructor(plain: Uint8Array) {
    this.#plain = plain
    this.#hash = createHash('sha256').update(plain).digest('base64url').slice(0, 22)
  }

  async for(request: IncomingMessage): Promise<Coded> {
    if (this.#plain.length < PACKED_FROM_BYTES || !acceptsGzip(request)) {
      return { body: this.#plain, etag: `"${this.#hash}"`, isPacked: false }
    }
    this.#packed ??= gzip(this.#plain)
    return { body: await this.#packed, etag: `"${this.#hash}-gzip"`, isPacked: true }
  }
}

/** A range is of the plain bytes. RFC 9110 section 12.5.3; `gzip;q=0` is a refusal. */
function acceptsGzip({ headers }: IncomingMessage): boolean {
  return (
    headers.range === undefined &&
    /\bgzip\b(?!\s*;\s*q=0(?:\.0*)?\s*(?:,|$))/.test(String(headers['accept-encoding'] ?? ''))
  )
}

type TextHead = Pick<Head, 'type' | 'cacheControl'> & {
  /** Absent while it grows: whole seconds are too coarse then, and a range would join two versions, so neither is offered. */
  readonly lastModifiedMs?: number
}

/** Answers with a text. */
export async function sendText(asked: Asked, text: CodedText, { lastModifiedMs, ...head }: TextHead): Promise<void> {
  const { request, response } = asked
  const { body, etag, isPacked } = await text.for(request)
  response.setHeader('Vary', 'Accept-Encoding')
  if (isPacked) response.setHeader('Content-Encoding', 'gzip')
  const sent = writeHead(asked, {
    ...head,
    sizeBytes: body.length,
    validators: lastModifiedMs === undefined ? { etag } : { etag, lastModifiedMs },
    takesRanges: lastModifiedMs !== undefined && !isPacked,
  })
  response.end(sent && body.subarray(sent.first, sent.last + 1))
}
