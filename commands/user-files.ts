import { access, constants } from 'node:fs/promises'
import { dirname, resolve } from 'node:path'
import { ConfigProblems } from '../server/config.ts'

/** Where the person stands: npm runs its scripts in the project's folder. */
export const userFolder = process.env['INIT_CWD'] ?? process.cwd()

/** The path of a file that was named to be read. Throws ConfigProblems. */
export async function readablePath(file: string): Promise<string> {
  const path = resolve(userFolder, file)
  await access(path).catch(() => {
    throw new ConfigProblems([`<file> must be a file that can be read, got ${path}`])
  })
  return path
}

/** Where to write; a folder that is not there, or not ours, is told before anything begins. */
export async function writableFile(
  flag: string,
  file: string | undefined,
): Promise<{ path?: string; problem?: string }> {
  if (file === undefined) return {}
  const path = resolve(userFolder, file)
  const isWritable = await access(dirname(path), constants.W_OK).then(
    () => true,
    () => false,
  )
  return isWritable ? { path } : { problem: `${flag} must be a file in a folder that can be written, got ${path}` }
}
