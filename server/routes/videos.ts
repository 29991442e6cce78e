import { extname } from 'node:path'
import { json, Router, type Request } from 'express'
import { z } from 'zod'
import type { SignedUrls, Video } from '../../protocol/weir-api.ts'
import { httpBase, videoBases, type AddressOptions, type VideoBases } from '../addresses.ts'
import type { Gate } from '../gate.ts'
import type { HlsAccess } from '../hls-access.ts'
import type { Jobs } from '../jobs.ts'
import type { Library } from '../library.ts'
import { archiveFiles, PackageArchive } from '../package-archive.ts'
import { Refusal } from '../refusal.ts'
import { cleanTitle } from '../video-names.ts'
import { toVideo, type VideoRecord } from '../video-record.ts'

/** What is live is listed with the videos. */
type LiveShelf = {
  list(bases: VideoBases): readonly Video[]
  find(id: string, bases: VideoBases): Video | undefined
  end(id: string): Promise<void>
}

export type VideoRouteParts = {
  readonly channels: LiveShelf
  readonly library: Library
  readonly jobs: Jobs
  readonly addresses: AddressOptions
  readonly access: HlsAccess
  readonly gate: Pick<Gate, 'requireToken'>
}

const changesSchema = z.strictObject({ title: z.string() })
const MOST_SECONDS = 30 * 86_400
const signingSchema = z.strictObject({ expiresInSeconds: z.int().min(1).max(MOST_SECONDS).default(3600) })

/** The library over HTTP. An unknown or removed id is 404 `unknown-video` everywhere. */
export function videoRoutes(parts: VideoRouteParts): Router {
  const { library, jobs, addresses, channels, access, gate } = parts
  const basesFor = (request: Request): VideoBases => videoBases(addresses, request.headers.host)
  const view = (request: Request, record: VideoRecord, bases = basesFor(request)): Video =>
    toVideo(record, library.progress(record.id), bases)
  /** Who may see a video by a signed address alone must not fetch its files beside that. */
  const checkDownload = (request: Request): void => {
    if (access.isDemanded) gate.requireToken(request)
  }

  return Router()
    .get('/api/videos', (request, response) => {
      const live = channels.list(basesFor(request))
      response.json([...library.list().map((record) => view(request, record)), ...live])
    })
    .get('/api/videos/:id', (request, response) => {
      const live = channels.find(request.params.id, basesFor(request))
      response.json(live ?? view(request, library.require(request.params.id)))
    })
    .post('/api/videos/:id/signed-urls', json({ limit: '16kb' }), (request, response) => {
      const { id } = request.params
      const { expiresUnixMs, folderOf } = access.signedFolder(readExpiry(request.body))
      const bases = { ...basesFor(request), folderOf }
      const { urls, status } = channels.find(id, bases) ?? view(request, library.require(id), bases)
      if (urls.hls === undefined) {
        throw new Refusal('wrong-state', `expected a video that can be played, this one is ${status}`)
      }
      response.json({ expiresUnixMs, urls: wholeUrls(urls, httpBase(addresses, request.headers.host)) })
    })
    .get('/api/videos/:id/source', (request, response, next) => {
      checkDownload(request)
      const { id, title, source } = library.require(request.params.id)
      // A folder above the library may begin with a dot.
      const options = { root: library.folder.video(id), dotfiles: 'allow' as const, cacheControl: false }
      // Told without an error when the file has been read: then the answer may still be on its way.
      response.download(source, sourceName(title, source), options, (error?: Error) => error && next(error))
    })
    .get('/api/videos/:id/package', async (request, response) => {
      checkDownload(request)
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
      if (channels.find(id, basesFor(request)) !== undefined) await channels.end(id)
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

function readExpiry(body: unknown): number {
  const read = signingSchema.safeParse(body ?? {})
  if (read.success) return read.data.expiresInSeconds
  const expected = `{"expiresInSeconds": a whole number from 1 to ${MOST_SECONDS}}`
  throw new Refusal('bad-request', `expected ${expected}, got ${JSON.stringify(body)?.slice(0, 100)}`)
}

/** Those that are signed, with the server's name before them: they are made to be given away. */
function wholeUrls(urls: Video['urls'], base: string): SignedUrls['urls'] {
  const signed = Object.entries(urls).filter(([, path]) => path.startsWith('/hls/'))
  return Object.fromEntries(signed.map(([name, path]) => [name, base + path]))
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
