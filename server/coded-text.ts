import { createHash } from 'node:crypto'
import type { IncomingHttpHeaders } from 'node:http'
import { promisify } from 'node:util'
import { gzip as gzipCallback } from 'node:zlib'

const gzip = promisify<Buffer, { level: number }, Buffer>(gzipCallback)
const PACKED_FROM_BYTES = 1400 // below, it fits one packet anyway

/** A text in one encoding. */
export type Coded = { readonly body: Buffer; readonly etag: string; readonly isPacked: boolean }

/** A text in the encodings that clients take: each is made once, and has a tag of its own, the hash of the text. */
export class CodedText {
  readonly plain: Coded
  readonly isPackable: boolean
  readonly #hash: string
  readonly #gzipLevel: number
  #packed: Promise<Coded> | undefined

  /** The level is zlib's, from 1 to 9. */
  constructor(body: Buffer, gzipLevel: number) {
    this.#hash = createHash('sha256').update(body).digest('base64url').slice(0, 22)
    this.#gzipLevel = gzipLevel
    this.plain = { body, etag: `"${this.#hash}"`, isPacked: false }
    this.isPackable = body.length >= PACKED_FROM_BYTES
  }

  packed(): Promise<Coded> {
    this.#packed ??= this.#pack()
    return this.#packed
  }

  /** What is sent for these headers of a request. */
  async for(headers: IncomingHttpHeaders): Promise<Coded> {
    return this.isPackable && acceptsGzip(headers) ? this.packed() : this.plain
  }

  async #pack(): Promise<Coded> {
    const body = await gzip(this.plain.body, { level: this.#gzipLevel })
    return { body, etag: `"${this.#hash}-gzip"`, isPacked: true }
  }
}

/** A range is of the plain bytes. RFC 9110 section 12.5.3; `gzip;q=0` is a refusal. */
export function acceptsGzip(headers: IncomingHttpHeaders): boolean {
  const accepted = headers['accept-encoding']
  return (
    accepted !== undefined &&
    headers.range === undefined &&
    /\bgzip\b(?!\s*;\s*q=0(?:\.0*)?\s*(?:,|$))/.test(String(accepted))
  )
}
