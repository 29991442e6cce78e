import { FileStore } from '@tus/file-store'
import { Server, type ServerOptions, type Upload } from '@tus/server'
import { readFile, rm, stat } from 'node:fs/promises'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { join } from 'node:path'
import type { Logger } from 'pino'
import type { Intake } from './intake.ts'
import type { Library } from './library.ts'
import { isVideoId, newVideoId } from './media-folder.ts'
import { problemOf, Refusal, refusalFor } from './refusal.ts'

export const TUS_PATH = '/api/uploads'
const KEPT_MS = 7 * 24 * 3_600_000 // half an upload waits this long for the rest
const SWEEP_MS = 3_600_000

export type TusOptions = {
  readonly library: Library
  readonly intake: Intake
  readonly maxBytes: number
  readonly minFreeBytes: number
  readonly logger: Logger
}

type TusRequest = Parameters<NonNullable<ServerOptions['onUploadFinish']>>[0]

/** Resumable uploads, tus 1.0.0 with creation, creation-with-upload, termination and expiration. An upload's id is the
 *  id of its video to be. Half uploads outlive the server. */
export class TusUploads {
  readonly #options: TusOptions
  readonly #store: FileStore
  readonly #tus: Server
  readonly #finishing = new Map<string, Promise<void>>()
  readonly #sweeps: NodeJS.Timeout

  constructor(options: TusOptions) {
    this.#options = options
    this.#store = new FileStore({ directory: options.library.folder.uploads, expirationPeriodInMilliseconds: KEPT_MS })
    // Without a length, neither the size limit nor the free space could be checked before the bytes come.
    this.#store.extensions = this.#store.extensions.filter((extension) => extension !== 'creation-defer-length')
    this.#tus = new Server({
      path: TUS_PATH,
      datastore: this.#store,
      relativeLocation: true,
      allowedOrigins: [], // none but our own page
      namingFunction: () => newVideoId(),
      getFileIdFromRequest: (_request, lastPath) =>
        lastPath !== undefined && isVideoId(lastPath) ? lastPath : undefined,
      onUploadCreate: (_request, upload) => this.#checkNew(upload),
      onUploadFinish: (_request, upload) => this.#finish(upload.id).then(() => ({})),
      onResponseError: (request, error) => this.#problemFor(request, error),
    })
    this.#sweeps = setInterval(() => void this.#tus.cleanUpExpiredUploads(), SWEEP_MS).unref()
  }

  async handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    if (request.method === 'HEAD' && (await this.#answerFinished(request, response))) return
    await this.#tus.handle(request, response)
  }

  /** A client whose last answer was lost asks how far it got: all of it, says the video that has become of the upload.
   *  The video of an upload that is whole but was not yet taken in is made now. */
  async #answerFinished(request: IncomingMessage, response: ServerResponse): Promise<boolean> {
    const id = /\/([^/?]+)\/?(?:\?|$)/.exec((request.url ?? '').slice(TUS_PATH.length))?.[1] ?? ''
    if (!isVideoId(id)) return false
    if (await this.isWhole(id)) await this.#finish(id)
    const record = this.#options.library.find(id)
    if (record === undefined) return false
    const size = String(record.sourceBytes)
    response.writeHead(200, {
      'Tus-Resumable': '1.0.0',
      'Upload-Offset': size,
      'Upload-Length': size,
      'Cache-Control': 'no-store',
    })
    response.end()
    return true
  }

  async #checkNew(upload: Upload): Promise<{ metadata?: Upload['metadata'] }> {
    const { library, maxBytes, minFreeBytes } = this.#options
    if (upload.size === undefined) throw new Refusal('bad-request', 'expected Upload-Length, got none')
    if (upload.size > maxBytes) throw new Refusal('too-large', `expected at most ${maxBytes} bytes, got ${upload.size}`)
    await library.folder.requireFreeSpace(upload.size, minFreeBytes)
    return {}
  }

  /** Makes the video of a whole upload; once, however many ask. After a refusal nothing of the upload is left. */
  async #finish(id: string): Promise<void> {
    const running = this.#finishing.get(id) ?? this.#take(id).finally(() => this.#finishing.delete(id))
    this.#finishing.set(id, running)
    await running
  }

  async #take(id: string): Promise<void> {
    const { library, intake } = this.#options
    const path = join(library.folder.uploads, id)
    const { metadata } = JSON.parse(await readFile(`${path}.json`, 'utf8')) as Pick<Upload, 'metadata'>
    try {
      await intake.accept({
        id,
        path,
        title: metadata?.['title'] ?? undefined,
        fileName: metadata?.['filename'] ?? metadata?.['name'] ?? undefined,
      })
    } finally {
      const isTaken = !(await stat(path).catch(() => undefined))
      if (isTaken) await rm(`${path}.json`, { force: true })
    }
  }

  /** Whether all bytes of an upload are here that has not become a video. */
  async isWhole(id: string): Promise<boolean> {
    if (this.#options.library.find(id) !== undefined) return false
    const upload = await this.#store.getUpload(id).catch(() => undefined)
    return upload !== undefined && upload.offset === upload.size
  }

  /** Takes in what was whole when an earlier server ended; lets go what waited too long. */
  async recover(ids: readonly string[]): Promise<void> {
    await this.#tus.cleanUpExpiredUploads()
    for (const id of ids) {
      if (!(await this.isWhole(id))) continue
      await this.#finish(id).catch((error: unknown) =>
        this.#options.logger.warn({ err: error, upload: id }, 'not taken in'),
      )
    }
  }

  /** Our refusals as problems; what tus itself refuses (offsets, locks, versions) stays in the words of tus. */
  async #problemFor(request: TusRequest, error: unknown): Promise<{ status_code: number; body: string } | undefined> {
    const refusal = refusalFor(error) ?? (await this.#refusalForMistake(error))
    if (refusal === undefined) return undefined
    const response = request.runtime?.node?.res as ServerResponse | undefined
    if (response !== undefined) typeAsProblem(response)
    return { status_code: refusal.status, body: JSON.stringify(problemOf(refusal)) }
  }

  /** tus tells bytes that could not be written as its own 500, without the cause: mostly it is a full disk. */
  async #refusalForMistake(error: unknown): Promise<Refusal | undefined> {
    const { library, minFreeBytes, logger } = this.#options
    const status = (error as { status_code?: unknown }).status_code ?? 500
    if (status !== 500) return undefined
    logger.error({ err: error }, 'an upload failed')
    try {
      await library.folder.requireFreeSpace(0, minFreeBytes)
      return new Refusal('internal', 'see the log')
    } catch (refusal) {
      return refusalFor(refusal)
    }
  }

  close(): void {
    clearInterval(this.#sweeps)
  }
}

/** tus gives every error the type text/plain, as its last word before the head is written. */
function typeAsProblem(response: ServerResponse): void {
  const writeHead = response.writeHead.bind(response) as (
    status: number,
    reason: string,
    headers: string[],
  ) => ServerResponse
  response.writeHead = ((status: number, reason: string, headers: string[]) => {
    const at = headers.findIndex((name, index) => index % 2 === 0 && name.toLowerCase() === 'content-type')
    const typed = headers.toSpliced(at + 1, 1, 'application/problem+json')
    return writeHead(status, reason, at < 0 ? headers : typed)
  }) as ServerResponse['writeHead']
}
