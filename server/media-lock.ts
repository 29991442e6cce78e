import { readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import writeFileAtomic from 'write-file-atomic'
import { z } from 'zod'
import { parseJson } from './json-text.ts'
import { identifyProcess, isStillRunning } from './processes.ts'

const holderSchema = z.object({
  pid: z.int(),
  startTicks: z.int(),
  command: z.string(),
  url: z.string().exactOptional(),
})

/** The process that uses a media folder: its identity and, for a server, its address. */
export type LockHolder = z.output<typeof holderSchema>

/** Another process uses the media folder: two would undo each other's work. */
export class MediaInUse extends Error {
  readonly holder: LockHolder
  constructor(mediaFolder: string, holder: LockHolder) {
    super(`${mediaFolder} is in use by process ${holder.pid} (${holder.url ?? holder.command})`)
    this.name = 'MediaInUse'
    this.holder = holder
  }
}

/** Who uses a media folder; undefined when nobody does, or not any more. */
export async function lockHolder(mediaFolder: string): Promise<LockHolder | undefined> {
  const text = await readFile(lockFile(mediaFolder), 'utf8').catch(() => '')
  const holder = holderSchema.safeParse(parseJson(text))
  return holder.success && (await isHeld(holder.data)) ? holder.data : undefined
}

/** Without /proc a process is known by its number alone. */
async function isHeld(holder: LockHolder): Promise<boolean> {
  if (process.platform === 'linux') return isStillRunning(holder)
  try {
    return process.kill(holder.pid, 0)
  } catch {
    return false
  }
}

export type MediaLock = {
  /** Lets `weir add` find the server that holds the lock. */
  tellUrl(url: string): Promise<void>
  release(): Promise<void>
}

/** Takes the media folder for this process. Throws `MediaInUse`. The lock of a process that has ended is taken over. */
export async function lockMedia(mediaFolder: string): Promise<MediaLock> {
  const holder = await lockHolder(mediaFolder)
  if (holder !== undefined) throw new MediaInUse(mediaFolder, holder)
  const identity = (await identifyProcess(process.pid)) ?? { pid: process.pid, startTicks: 0, command: 'weir' }
  const path = lockFile(mediaFolder)
  await rm(path, { force: true })
  await writeFile(path, JSON.stringify(identity), { flag: 'wx' }) // of two that come at once, one fails here
  return {
    tellUrl: (url) => writeFileAtomic(path, JSON.stringify({ ...identity, url })),
    release: () => rm(path, { force: true }),
  }
}

function lockFile(mediaFolder: string): string {
  return join(mediaFolder, '.uploads', 'lock.json')
}
