import { accessSync, chmodSync, constants, existsSync, statSync } from 'node:fs'
import { createRequire } from 'node:module'
import { delimiter, join } from 'node:path'

const require = createRequire(import.meta.url)

/** The first executable file of that name on the PATH. */
export function onPath(name: string): string | undefined {
  return (process.env['PATH'] ?? '')
    .split(delimiter)
    .filter((folder) => folder !== '')
    .map((folder) => join(folder, name))
    .find(isExecutableFile)
}

/** The binary inside an npm package that exports its place as `path` or as its default. Such a package's path
 *  proves nothing (ffmpeg-static tells one even where its download was refused), so the file itself is looked at. */
export function fromNpmPackage(packageName: string): string | undefined {
  const place = binaryPlace(packageName)
  if (place === undefined || !existsSync(place)) return undefined
  if (!isExecutableFile(place)) chmodSync(place, 0o755) // @ffprobe-installer's is 0644 when its script did not run
  return place
}

function binaryPlace(packageName: string): string | undefined {
  try {
    const exported: unknown = require(packageName)
    if (typeof exported === 'string') return exported
    return (exported as { path?: string }).path
  } catch {
    return undefined // an optional package that this platform does not have
  }
}

export function isExecutableFile(path: string): boolean {
  try {
    accessSync(path, constants.X_OK)
    return statSync(path).isFile()
  } catch {
    return false
  }
}
