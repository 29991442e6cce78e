import type { IncomingHttpHeaders } from 'node:http'
import { acceptsGzip } from './coded-text.ts'
import type { FileKind, FoundFile } from './origin-files.ts'
import type { Representation } from './representation.ts'

/** The bytes of a representation, with all that is said of them. */
export type ReadyBody = {
  readonly representation: Representation
  readonly body: Buffer
  readonly lines: string // of the head of 200, without the status and the request's id
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

  /** The same; packs it, when it has to. */
  async makeReady(headers: IncomingHttpHeaders): Promise<ReadyBody> {
    const ready = this.ready(headers)
    if (ready !== undefined || this.#pack === undefined) return ready ?? this.plain
    this.#packed = await this.#pack()
    return this.#packed
  }
}
