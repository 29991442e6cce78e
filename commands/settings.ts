import { readFile } from 'node:fs/promises'
import { configPath, ConfigProblems, readConfig, type Config, type Origins } from '../server/config.ts'
import { userFolder } from './user-files.ts'

/** The settings that a command line gives, and the file that it names. */
export type SettingFlags = Readonly<Record<string, unknown>> & { readonly config?: string }

export type Settings = { readonly config: Config; readonly origins: Origins; readonly path: string }

/** From flags, environment and file. Throws ConfigProblems. */
export async function readSettings({ config: askedFile, ...flags }: SettingFlags): Promise<Settings> {
  const path = configPath(askedFile, userFolder)
  const text = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (askedFile === undefined && error.code === 'ENOENT') return undefined
    throw new ConfigProblems([`--config must be a file that can be read, got ${path} (${error.code})`])
  })
  const file = text === undefined ? undefined : { path, text }
  return { ...readConfig({ flags, env: process.env, file, userFolder }), path }
}
