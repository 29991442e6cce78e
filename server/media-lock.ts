import { open, readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
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

/** Takes the media folder for this process; gives the function that lets it go. Throws `MediaInUse`.
 *  The lock of a process that has ended is taken over. */
export async function lockMedia(mediaFolder: string, url?: string): Promise<() => Promise<void>> {
  const holder = await lockHolder(mediaFolder)
  if (holder !== undefined && holder.pid !== process.pid) throw new MediaInUse(mediaFolder, holder)
  const identity = (await identifyProcess(process.pid)) ?? { pid: process.pid, startTicks: 0, command: 'weir' }
  const path = lockFile(mediaFolder)
  await rm(path, { force: true })
  const file = await open(path, 'wx') // of two that come at once, one fails here
  await file.writeFile(JSON.stringify({ ...identity, url }))
  await file.close()
  return () => rm(path, { force: true })
}

function lockFile(mediaFolder: string): string {
  return join(mediaFolder, '.uploads', 'lock.json')
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
