import { accessSync, chmodSync, constants, copyFileSync, existsSync, mkdirSync, statSync } from 'node:fs'
import { createRequire } from 'node:module'
import { homedir } from 'node:os'
import { basename, delimiter, join } from 'node:path'

export type ToolName = 'ffmpeg' | 'ffprobe'
export type Environment = Readonly<Record<string, string | undefined>>

/** A place where a tool may be: the variable that names it, PATH, or the npm package that brings it. */
export type Candidate = { readonly path: string; readonly origin: string }

const namedBy: Readonly<Record<ToolName, readonly string[]>> = {
  ffmpeg: ['FFMPEG_PATH', 'FFMPEG_BIN'], // the second is ffmpeg-static's own
  ffprobe: ['FFPROBE_PATH'],
}
const packagesBeforePath: Readonly<Record<ToolName, readonly string[]>> = { ffmpeg: ['ffmpeg-static'], ffprobe: [] }
const packagesAfterPath: Readonly<Record<ToolName, readonly string[]>> = {
  ffmpeg: ['@ffmpeg-installer/ffmpeg'],
  ffprobe: ['@ffprobe-installer/ffprobe'],
}

/** Where to look for a tool; the first that works is taken. What a person named is the only candidate: it must work. */
export function candidatesFor(tool: ToolName, env: Environment): Candidate[] {
  const variable = namedBy[tool].find((name) => (env[name] ?? '') !== '')
  if (variable !== undefined) return [{ path: env[variable] ?? '', origin: variable }]
  return [
    ...packagesBeforePath[tool].flatMap(fromPackage),
    ...onPath(tool, env),
    ...packagesAfterPath[tool].flatMap(fromPackage),
  ]
}

function onPath(tool: ToolName, env: Environment): Candidate[] {
  const fileName = process.platform === 'win32' ? `${tool}.exe` : tool
  return (env['PATH'] ?? '')
    .split(delimiter)
    .filter((folder) => folder !== '')
    .map((folder) => join(folder, fileName))
    .filter(isExecutable)
    .slice(0, 1)
    .map((path) => ({ path, origin: 'PATH' }))
}

const require = createRequire(import.meta.url)

/** ffmpeg-static tells a path even where its download was refused, so the file itself counts. */
function fromPackage(packageName: string): Candidate[] {
  const path = pathToldBy(packageName)
  if (path === undefined || !existsSync(path)) return []
  return [{ path: executable(path), origin: packageName }]
}

function pathToldBy(packageName: string): string | undefined {
  try {
    const told: unknown = require(packageName)
    return typeof told === 'string' ? told : (told as { path?: string }).path
  } catch {
    return undefined // an optional package that this platform, or this installation, does not have
  }
}

/** Packages whose install script did not run leave the file without its x bit, and it may belong to somebody else:
 *  then the user's cache gets a copy. */
function executable(path: string): string {
  if (isExecutable(path)) return path
  try {
    chmodSync(path, 0o755)
    return path
  } catch {
    return copyIntoCache(path)
  }
}

function copyIntoCache(path: string): string {
  const folder = join(homedir(), '.cache', 'weir')
  const copy = join(folder, `${statSync(path).size}-${basename(path)}`)
  if (isExecutable(copy)) return copy
  mkdirSync(folder, { recursive: true })
  copyFileSync(path, copy)
  chmodSync(copy, 0o755)
  return copy
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK)
    return statSync(path).isFile()
  } catch {
    return false
  }
}
