import { copyFile, rm, stat } from 'node:fs/promises'
import { constants, createReadStream } from 'node:fs'
import { basename } from 'node:path'
import type { Logger } from 'pino'
import { DetailedError, Upload } from 'tus-js-client'
import { z } from 'zod'
import { errorCodes, type ErrorCodeName } from '../protocol/error-codes.ts'
import type { PackageWishes } from '../segmenter/package.ts'
import type { Tools } from '../segmenter/tools.ts'
import { Intake } from './intake.ts'
import { Jobs } from './jobs.ts'
import { Library } from './library.ts'
import { parseJson } from './json-text.ts'
import { MediaFolder, newVideoId } from './media-folder.ts'
import { lockMedia } from './media-lock.ts'
import { recover } from './recovery.ts'
import { Refusal } from './refusal.ts'
import { TUS_PATH } from './tus-uploads.ts'

export type NewFile = {
  readonly path: string
  readonly title: string | undefined
  readonly onProgress: (ratio: number) => void
}

/** Whether a Weir server answers at an address. */
export async function isWeirAt(url: string): Promise<boolean> {
  try {
    const response = await fetch(`${url}/api/health`, { signal: AbortSignal.timeout(2000) })
    const health = (await response.json()) as { status?: unknown; version?: unknown }
    return response.ok && health.status === 'ok' && typeof health.version === 'string'
  } catch {
    return false
  }
}

/** Uploads a file to a running server, by tus; gives the video's id. The server segments it meanwhile and after. */
export async function addThroughServer(url: string, token: string | undefined, file: NewFile): Promise<string> {
  const uploadSize = (await stat(file.path)).size
  const upload = await new Promise<Upload>((resolve, reject) => {
    const upload: Upload = new Upload(createReadStream(file.path), {
      endpoint: `${url}${TUS_PATH}`,
      uploadSize,
      retryDelays: [0, 500, 1000, 3000],
      headers: token === undefined ? {} : { Authorization: `Bearer ${token}` },
      metadata: { filename: basename(file.path), ...(file.title === undefined ? {} : { title: file.title }) },
      onProgress: (sentBytes) => file.onProgress(sentBytes / uploadSize),
      onError: (error) => reject(refusalOf(error) ?? error),
      onSuccess: () => resolve(upload),
    })
    upload.start()
  })
  return upload.url?.split('/').at(-1) ?? ''
}

/** The problem that the server answered, as a refusal of our own. */
function refusalOf(error: Error | DetailedError): Refusal | undefined {
  const body = error instanceof DetailedError ? error.originalResponse?.getBody() : undefined
  const problem = problemSchema.safeParse(parseJson(body ?? ''))
  return problem.success ? new Refusal(problem.data.code, problem.data.detail) : undefined
}

const problemSchema = z.object({ code: z.enum(Object.keys(errorCodes) as ErrorCodeName[]), detail: z.string() })

export type DirectOptions = {
  readonly mediaFolder: string
  readonly minFreeBytes: number
  readonly wishes: PackageWishes
  readonly tools: Promise<Tools>
  readonly logger: Logger
}

/** Puts a file into the library's folder with no server running, and segments it; gives the video's id. Throws the
 *  refusal of what is no video, and an Error with the reason of a failed job. */
export async function addDirectly(
  { mediaFolder, minFreeBytes, wishes, tools, logger }: DirectOptions,
  file: NewFile,
): Promise<string> {
  const folder = new MediaFolder(mediaFolder)
  await folder.create()
  const lock = await lockMedia(mediaFolder)
  try {
    const id = newVideoId()
    const library = await Library.open({
      folder,
      logger,
      nowUnixMs: Date.now,
      onEvent: (event) => {
        if (event.kind === 'video' && event.record.id === id) file.onProgress(event.progress.ratio)
      },
    })
    await recover(library, logger)
    const jobs = new Jobs({ library, tools, concurrency: 1, minFreeBytes, wishes, logger })
    await takeCopy(folder, file.path, id, minFreeBytes)
    const intake = new Intake({ library, jobs, tools, logger })
    await intake.accept({ id, path: folder.passing(id, 'part'), title: file.title, fileName: basename(file.path) })
    await jobs.idle()
    const { status, error } = library.require(id)
    if (status !== 'ready') throw new Error(`${file.path}: ${error?.message ?? status}`)
    return id
  } finally {
    await lock.release()
  }
}

/** A copy that shares the blocks where the file system can. */
async function takeCopy(folder: MediaFolder, path: string, id: string, minFreeBytes: number): Promise<void> {
  await folder.requireFreeSpace((await stat(path)).size, minFreeBytes)
  const copy = folder.passing(id, 'part')
  try {
    await copyFile(path, copy, constants.COPYFILE_FICLONE)
  } catch (error) {
    await rm(copy, { force: true })
    throw new Refusal('bad-request', `${path} cannot be read: ${(error as Error).message}`)
  }
}
