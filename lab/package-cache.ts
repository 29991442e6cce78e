import { mkdir, readdir, rename, rm, stat, utimes } from 'node:fs/promises'
import { tmpdir, userInfo } from 'node:os'
import { join } from 'node:path'

const KEPT_MS = 30 * 24 * 3_600_000 // since it was last used

/** The folder of a package that was made before under this key, else `make` makes it now: whole or not at all, also where
 *  two ask at once. They are kept in the system's folder for temporary files, for the same user alone. */
export async function keptPackage(key: string, make: (folder: string) => Promise<void>): Promise<string> {
  const root = await ownFolder()
  await forgetOld(root)
  const folder = join(root, key)
  const now = new Date()
  if (await isFolder(folder)) {
    await utimes(folder, now, now)
    return folder
  }
  const making = `${folder}.${process.pid}.part`
  await rm(making, { recursive: true, force: true })
  try {
    await make(making)
    await rename(making, folder).catch(async (error: unknown) => {
      if (!(await isFolder(folder))) throw error // somebody else was as quick
    })
    return folder
  } finally {
    await rm(making, { recursive: true, force: true })
  }
}

async function ownFolder(): Promise<string> {
  const { uid, username } = userInfo()
  const folder = join(tmpdir(), `weir-packages-${uid < 0 ? username : uid}`)
  await mkdir(folder, { recursive: true, mode: 0o700 })
  const found = await stat(folder)
  if (uid >= 0 && found.uid !== uid) throw new Error(`${folder} must belong to the user ${uid}, got ${found.uid}`)
  return folder
}

async function forgetOld(root: string): Promise<void> {
  for (const name of await readdir(root)) {
    const found = await stat(join(root, name)).catch(() => undefined)
    if (found === undefined || Date.now() - found.mtimeMs < KEPT_MS) continue
    await rm(join(root, name), { recursive: true, force: true })
  }
}

async function isFolder(path: string): Promise<boolean> {
  return (await stat(path).catch(() => undefined))?.isDirectory() === true
}
