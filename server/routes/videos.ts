import { extname } from 'node:path'
import { json, Router, type Request } from 'express'
import { z } from 'zod'
import type { Video } from '../../protocol/weir-api.ts'
import { rtspBases, type AddressOptions, type RtspBases } from '../addresses.ts'
import type { Jobs } from '../jobs.ts'
import type { Library } from '../library.ts'
import { archiveFiles, PackageArchive } from '../package-archive.ts'
import { Refusal } from '../refusal.ts'
import { cleanTitle } from '../video-names.ts'
import { toVideo, type VideoRecord } from '../video-record.ts'

/** What is live is listed with the videos. */
type LiveShelf = {
  list(bases: RtspBases): readonly Video[]
  find(id: string, bases: RtspBases): Video | undefined
  end(id: string): Promise<void>
}

export type VideoRouteParts = {
  readonly channels: LiveShelf
  readonly library: Library
  readonly jobs: Jobs
  readonly addresses: AddressOptions
}

const changesSchema = z.strictObject({ title: z.string() })

/** The library over HTTP. An unknown or removed id is 404 `unknown-video` everywhere. */
export function videoRoutes({ library, jobs, addresses, channels }: VideoRouteParts): Router {
  const view = (request: Request, record: VideoRecord): Video =>
    toVideo(record, library.progress(record.id), rtspBases(addresses, request.headers.host))

  return Router()
    .get('/api/videos', (request, response) => {
      const live = channels.list(rtspBases(addresses, request.headers.host))
      response.json([...library.list().map((record) => view(request, record)), ...live])
    })
    .get('/api/videos/:id', (request, response) => {
      const live = channels.find(request.params.id, rtspBases(addresses, request.headers.host))
      response.json(live ?? view(request, library.require(request.params.id)))
    })
    .get('/api/videos/:id/source', (request, response, next) => {
      const { id, title, source } = library.require(request.params.id)
      // A folder above the library may begin with a dot.
      const options = { root: library.folder.video(id), dotfiles: 'allow' as const, cacheControl: false }
      response.download(source, sourceName(title, source), options, next)
    })
    .get('/api/videos/:id/package', async (request, response) => {
      const { id, title, status } = library.require(request.params.id)
      if (status !== 'ready') throw new Refusal('wrong-state', `expected a video that is ready, this one is ${status}`)
      const archive = new PackageArchive(await archiveFiles(library.folder.package(id)), id)
      response.attachment(`${title}.zip`).setHeader('Content-Length', archive.sizeBytes)
      return request.method === 'HEAD' ? void response.end() : archive.sendTo(response)
    })
    .patch('/api/videos/:id', json({ limit: '16kb' }), async (request, response) => {
      const { id } = library.require(request.params.id)
      await library.change(id, { title: readTitle(request.body) })
      response.json(view(request, library.require(id)))
    })
    .delete('/api/videos/:id', async (request, response) => {
      const { id } = request.params
      if (channels.find(id, rtspBases(addresses, request.headers.host)) !== undefined) await channels.end(id)
      else await library.hide(id)
      void jobs.cancel(request.params.id)
      response.status(204).end()
    })
    .post('/api/videos/:id/restore', async (request, response) => {
      const { id, status } = await library.restore(request.params.id)
      if (status !== 'ready' && status !== 'failed') await begin(id)
      response.json(view(request, library.require(id)))
    })
    .post('/api/videos/:id/retry', async (request, response) => {
      const { id, status } = library.require(request.params.id)
      if (status !== 'failed') throw new Refusal('wrong-state', `expected a failed video, this one is ${status}`)
      await library.clear(id, ['error', 'warnings'])
      await begin(id)
      response.json(view(request, library.require(id)))
    })

  async function begin(id: string): Promise<void> {
    await jobs.cancel(id) // the end of a job that was cancelled may still be on its way
    library.setProgress(id, { ratio: 0 })
    await library.change(id, { status: 'queued' })
    jobs.enqueue(id)
  }
}

/** What a downloaded source is called: its title, and the ending that it came with. */
function sourceName(title: string, source: string): string {
  const ending = extname(source)
  return title.toLowerCase().endsWith(ending) ? title : `${title}${ending}`
}

function readTitle(body: unknown): string {
  const changes = changesSchema.safeParse(body)
  const title = changes.success ? cleanTitle(changes.data.title) : ''
  if (title === '')
    throw new Refusal('bad-request', `expected {"title": "some text"}, got ${JSON.stringify(body)?.slice(0, 100)}`)
  return title
}
