import type { IncomingMessage } from 'node:http'
import { gunzipSync } from 'node:zlib'

export type GetOptions = {
  readonly range?: { readonly offsetBytes: number; readonly lengthBytes: number } | undefined
  readonly maxBytes: number // of the body, compressed or not
  readonly timeoutMs: number // to its last byte
  readonly keepsBody: boolean // else its bytes are counted only
  readonly signal?: AbortSignal | undefined
  /** So many bytes of the body have come, of so many where the server tells it. */
  readonly onBytes?: ((bodyBytes: number, nowMs: number, totalBytes: number | undefined) => void) | undefined
}

/** What came. Moments are those of performance.now(). */
export type Got = {
  readonly url: URL // after redirects
  readonly sizeBytes: number // of the body, as it was sent
  readonly body: Uint8Array // decoded; empty where it was not to be kept
  readonly askedMs: number
  readonly firstByteMs: number // of the body
  readonly endMs: number
}

/** Why nothing came, or not all of it. `cancelled`: by the caller. */
export class GetFailure extends Error {
  readonly kind: 'cancelled' | 'time-out' | 'status' | 'too-large' | 'network' | 'bad-redirect'
  readonly status: number | undefined
  readonly sizeBytes: number // that had come
  readonly firstByteMs: number | undefined

  constructor(
    kind: GetFailure['kind'],
    why: string,
    come: Partial<Pick<GetFailure, 'status' | 'sizeBytes' | 'firstByteMs'>> = {},
  ) {
    super(why)
    this.kind = kind
    this.status = come.status
    this.sizeBytes = come.sizeBytes ?? 0
    this.firstByteMs = come.firstByteMs
  }
}

type BodyEnds = {
  readonly ended: () => void
  readonly enough: () => void // of a server that does not know ranges: the rest is not waited for
  readonly failed: (kind: GetFailure['kind'], why: string) => void
}

/** The body of one answer while it comes: counted, kept where it is to be, never more than the limit. */
export class HttpBody {
  readonly #options: GetOptions
  readonly #askedMs: number
  readonly #kept: Buffer[] = []
  #sizeBytes = 0
  #firstByteMs: number | undefined
  #endMs = 0
  #isCompressed = false
  isUntouched = true

  constructor(options: GetOptions, askedMs: number) {
    this.#options = options
    this.#askedMs = askedMs
  }

  get come(): { readonly sizeBytes: number; readonly firstByteMs?: number } {
    return {
      sizeBytes: this.#sizeBytes,
      ...(this.#firstByteMs === undefined ? {} : { firstByteMs: this.#firstByteMs }),
    }
  }

  take(response: IncomingMessage, { ended, enough, failed }: BodyEnds): void {
    this.isUntouched = false
    this.#isCompressed = /^(x-)?gzip$/i.test(response.headers['content-encoding'] ?? '')
    const { range, maxBytes, keepsBody, onBytes } = this.#options
    const untilBytes =
      range !== undefined && response.statusCode === 200 ? range.offsetBytes + range.lengthBytes : Infinity
    const told = Number(response.headers['content-length'] ?? NaN)
    const totalBytes = Number.isNaN(told) ? undefined : told
    response.on('data', (bytes: Buffer) => {
      const nowMs = performance.now()
      this.#firstByteMs ??= nowMs
      this.#sizeBytes += bytes.length
      if (this.#sizeBytes > maxBytes) return failed('too-large', `larger than the limit of ${maxBytes} bytes`)
      if (keepsBody) this.#kept.push(bytes)
      onBytes?.(this.#sizeBytes, nowMs, totalBytes)
      if (this.#sizeBytes >= untilBytes) enough()
    })
    response.on('end', ended)
    response.on('aborted', () => failed('network', 'the connection was closed in the middle of the answer'))
    response.on('error', (error: NodeJS.ErrnoException) => failed('network', error.code ?? error.message))
  }

  got(url: URL): Got {
    this.#endMs = performance.now()
    return {
      url,
      sizeBytes: this.#sizeBytes,
      body: this.#decoded(),
      askedMs: this.#askedMs,
      firstByteMs: this.#firstByteMs ?? this.#endMs,
      endMs: this.#endMs,
    }
  }

  #decoded(): Uint8Array {
    const bytes = Buffer.concat(this.#kept)
    if (!this.#isCompressed || bytes.length === 0) return bytes
    try {
      return gunzipSync(bytes, { maxOutputLength: this.#options.maxBytes })
    } catch (error) {
      throw new GetFailure('too-large', `no gzip, or larger than the limit: ${(error as Error).message}`, this.come)
    }
  }
}
