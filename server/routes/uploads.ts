import { Router, type Request } from 'express'
import { rateLimit } from 'express-rate-limit'
import { rm } from 'node:fs/promises'
import { videoBases, type AddressOptions } from '../addresses.ts'
import type { Intake } from '../intake.ts'
import type { Library } from '../library.ts'
import { newVideoId } from '../media-folder.ts'
import { Refusal } from '../refusal.ts'
import { TUS_PATH, type TusUploads } from '../tus-uploads.ts'
import { toVideo } from '../video-record.ts'
import { receiveWholeFile } from '../whole-file.ts'

export type UploadRouteParts = {
  readonly library: Library
  readonly intake: Intake
  readonly tus: TusUploads
  readonly addresses: AddressOptions
  readonly maxBytes: number
  readonly minFreeBytes: number
  readonly uploadsPerMinute: number // of one address
}

/** Uploads: resumable ones, and whole files for curl. What is no video is 422 with the reason, and nothing of it stays. */
export function uploadRoutes(parts: UploadRouteParts): Router {
  const { library, intake, tus, maxBytes, minFreeBytes } = parts
  const limit = limitNewUploads(parts.uploadsPerMinute)
  const answerTus = (request: Request, response: Parameters<TusUploads['handle']>[1]): Promise<void> =>
    tus.handle(request, response)

  return Router()
    .post('/api/videos', limit, async (request, response) => {
      const id = newVideoId()
      const path = library.folder.passing(id, 'part')
      await library.folder.requireFreeSpace(Number(request.headers['content-length'] ?? 0), minFreeBytes)
      const { fileName, title = queryTitle(request) } = await receiveWholeFile(request, { path, maxBytes })
      const record = await intake.accept({ id, path, title, fileName }).catch(async (error: unknown) => {
        await rm(path, { force: true }) // the sender has to send it again anyway
        throw error
      })
      const video = toVideo(record, library.progress(id), videoBases(parts.addresses, request.headers.host))
      response.status(201).location(`/api/videos/${id}`).json(video)
    })
    .post(TUS_PATH, limit, answerTus)
    .options(TUS_PATH, answerTus)
    .head(`${TUS_PATH}/:id`, answerTus)
    .patch(`${TUS_PATH}/:id`, answerTus)
    .delete(`${TUS_PATH}/:id`, answerTus)
}

function queryTitle(request: Request): string | undefined {
  const { title } = request.query
  return typeof title === 'string' ? title : undefined
}

function limitNewUploads(perMinute: number): ReturnType<typeof rateLimit> {
  return rateLimit({
    windowMs: 60_000,
    limit: perMinute,
    standardHeaders: false,
    legacyHeaders: false,
    handler: (_request, _response, next) =>
      next(new Refusal('too-many-requests', `expected at most ${perMinute} uploads a minute`, { 'Retry-After': '60' })),
  })
}
