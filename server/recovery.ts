import { readdir, rename, rm, stat } from 'node:fs/promises'
import { extname, join } from 'node:path'
import type { Logger } from 'pino'
import type { Library } from './library.ts'
import { isVideoId } from './media-folder.ts'
import { endIfStillRunning } from './processes.ts'
import type { VideoRecord } from './video-record.ts'

/** What a start has to do about what an earlier server left. */
export type Recovered = {
  readonly queuedIds: readonly string[] // videos to segment, from the beginning
  readonly uploadIds: readonly string[] // resumable uploads, half or whole
}

/** Puts the media folder in order after any kind of end. Nothing that was finished is lost: whole packages are kept, and
 *  published where only the rename was missing; half ones are made again; half uploads by tus wait for the rest. */
export async function recover(library: Library, logger: Logger): Promise<Recovered> {
  const uploadIds = await sweepUploads(library)
  await removeLeft(library.folder.uploads, LEFT_IN_UPLOADS)
  const queuedIds: string[] = []
  for (const record of library.all()) {
    if (record.removedUnixMs !== undefined) await library.remove(record.id)
    else if (await recoverVideo(library, record, logger)) queuedIds.push(record.id)
  }
  return { queuedIds, uploadIds }
}

/** `.uploads`: whole-file bodies cannot go on; a removal goes on; a video about to appear appears. */
async function sweepUploads(library: Library): Promise<string[]> {
  const { folder } = library
  const uploadIds: string[] = []
  for (const name of await readdir(folder.uploads)) {
    const path = join(folder.uploads, name)
    const id = name.slice(0, name.length - extname(name).length)
    if (!isVideoId(id)) continue // nothing of ours
    if (name === id) uploadIds.push(id)
    else if (name === `${id}.video`) await appear(path, () => library.adopt(id))
    else if (name !== `${id}.json`) await rm(path, { recursive: true, force: true })
  }
  return uploadIds
}

/** Moving the source in was the last step before the folder's own rename. */
async function appear(arriving: string, adopt: () => Promise<void>): Promise<void> {
  const names = await readdir(arriving)
  const isComplete = names.includes('video.json') && names.some((name) => name.startsWith('source.'))
  if (isComplete) await adopt()
  else await rm(arriving, { recursive: true, force: true })
}

/** Whether the video is to be segmented (again). */
async function recoverVideo(library: Library, record: VideoRecord, logger: Logger): Promise<boolean> {
  const { id, status, attempt } = record
  await endLeftProcesses(library, record, logger)
  if (status === 'ready' && !(await exists(library.folder.package(id)))) {
    await rename(library.folder.attempt(id, attempt), library.folder.package(id)).catch(() => undefined)
  }
  await removeLeft(library.folder.video(id), LEFT_IN_VIDEO)
  if (status === 'failed') return false
  if (status === 'ready' && (await exists(library.folder.package(id)))) return false
  await rm(library.folder.package(id), { recursive: true, force: true }) // nobody was told that it is ready
  if (status !== 'queued') {
    logger.info({ video: id, was: status }, 'segmenting begins again')
    await library.change(id, { status: 'queued' })
  }
  return true
}

async function endLeftProcesses(library: Library, { id, processes = [] }: VideoRecord, logger: Logger): Promise<void> {
  if (processes.length === 0) return
  for (const identity of processes) {
    if (await endIfStillRunning(identity)) logger.info({ video: id, pid: identity.pid }, 'ended an ffmpeg left running')
  }
  await library.clear(id, ['processes'])
}

/** Half packages, and what write-file-atomic had not renamed yet. */
const LEFT_IN_VIDEO = /^hls\.\d+\.tmp$|^video\.json\.\d+$/
const LEFT_IN_UPLOADS = /^lock\.json\.\d+$/

async function removeLeft(folder: string, left: RegExp): Promise<void> {
  const names = (await readdir(folder)).filter((name) => left.test(name))
  await Promise.all(names.map((name) => rm(join(folder, name), { recursive: true, force: true })))
}

async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  )
}
