import type { IncomingHttpHeaders } from 'node:http'
import { promisify } from 'node:util'
import { gzip as gzipCallback } from 'node:zlib'
import type { FileKind, FoundFile } from './origin-files.ts'
import type { Representation } from './representation.ts'

/** The bytes of a representation, with all that is said of them. */
export type ReadyBody = {
  readonly representation: Representation
  readonly body: Buffer
}

export type HotFileParts = {
  readonly found: FoundFile
  readonly plain: ReadyBody
  readonly pack?: () => Promise<ReadyBody> // absent: there is no packed one
}

/** A file in memory, with what it was when it was read. */
export class HotFile {
  readonly kind: FileKind
  readonly place: Pick<FoundFile, 'id' | 'folders' | 'path' | 'stats'>
  readonly sizeBytes: number
  readonly plain: ReadyBody
  readonly #pack: (() => Promise<ReadyBody>) | undefined
  #packed: ReadyBody | undefined
  #packing: Promise<ReadyBody> | undefined
  /** The turn of the event loop in which the file was last seen unchanged. */
  seenInTurn = -1

  constructor({ found: { kind, id, folders, path, stats }, plain, pack }: HotFileParts) {
    this.kind = kind
    this.place = { id, folders, path, stats }
    this.plain = plain
    this.#pack = pack
    this.sizeBytes = plain.body.length * (pack === undefined ? 1 : 2)
  }

  /** What is sent for these headers of a request; undefined: it is still to be packed. */
  ready(headers: IncomingHttpHeaders): ReadyBody | undefined {
    return this.#pack !== undefined && acceptsGzip(headers) ? this.#packed : this.plain
  }

  /** The same; packs, once for all who ask. */
  async makeReady(headers: IncomingHttpHeaders): Promise<ReadyBody> {
    const ready = this.ready(headers)
    if (ready !== undefined || this.#pack === undefined) return ready ?? this.plain
    this.#packing ??= this.#pack()
    this.#packed = await this.#packing
    return this.#packed
  }
}

export const PACKED_FROM_BYTES = 1400 // below, it fits one packet anyway

/** The level is zlib's, from 1 to 9. */
export function gzip(bytes: Buffer, level: number): Promise<Buffer> {
  return promisifiedGzip(bytes, { level })
}
const promisifiedGzip = promisify<Buffer, { level: number }, Buffer>(gzipCallback)

/** A range is of the plain bytes. RFC 9110 section 12.5.3; `gzip;q=0` is a refusal. */
export function acceptsGzip(headers: IncomingHttpHeaders): boolean {
  const accepted = headers['accept-encoding']
  return (
    accepted !== undefined &&
    headers.range === undefined &&
    /\bgzip\b(?!\s*;\s*q=0(?:\.0*)?\s*(?:,|$))/.test(String(accepted))
  )
}
