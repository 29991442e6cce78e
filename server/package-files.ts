import { constants, fstatSync, type Stats } from 'node:fs'
import { lstat, open, type FileHandle } from 'node:fs/promises'
import { dirname, join } from 'node:path'

/** An open file of a package. Who gets it closes it. */
export type PackageFile = { readonly path: string; readonly handle: FileHandle; readonly stats: Stats }

/** Opens a file of a package; undefined when it is not there, or behind a symbolic link. */
export async function openPackageFile(folder: string, name: string): Promise<PackageFile | undefined> {
  const path = join(folder, name)
  try {
    if (name.includes('/') && !(await lstat(dirname(path))).isDirectory()) return undefined
    const handle = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW)
    const stats = fstatSync(handle.fd) // of an open file: nothing to wait for
    if (stats.isFile()) return { path, handle, stats }
    await handle.close()
    return undefined
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code === 'ENOENT' || code === 'ENOTDIR' || code === 'ELOOP') return undefined
    throw error
  }
}

/** All of the file as it was when it was opened. Throws when it has become shorter. */
export async function readWholeFile({ path, handle, stats: { size } }: PackageFile): Promise<Buffer> {
  const bytes = Buffer.allocUnsafeSlow(size)
  for (let position = 0; position < size;) {
    const { bytesRead } = await handle.read(bytes, position, size - position, position)
    if (bytesRead === 0) throw endedTooSoon(path, position, size)
    position += bytesRead
  }
  return bytes
}

export function endedTooSoon(path: string, position: number, expectedBytes: number): Error {
  return new Error(`${path} ended at byte ${position}, expected ${expectedBytes}`)
}

/** Whether a path still names the very file, as it was then: another one there has another inode, the same one written
 *  anew another time. */
export function isSameFile(then: Stats, now: Stats | undefined): boolean {
  return (
    now !== undefined &&
    now.ino === then.ino &&
    now.mtimeMs === then.mtimeMs &&
    now.ctimeMs === then.ctimeMs &&
    now.size === then.size &&
    now.dev === then.dev
  )
}

/** A file system tells time in steps of some milliseconds: what was written within the last one may be written again
 *  without a change of its times. */
const CLOCK_STEP_MS = 50

/** Whether the times of a file, looked at then, tell it from what may be written under its name later. */
export function isSettled({ mtimeMs, ctimeMs }: Stats, lookedAtUnixMs: number): boolean {
  return Math.max(mtimeMs, ctimeMs) < lookedAtUnixMs - CLOCK_STEP_MS
}
