import { existsSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'

/** The folder with Weir's package.json: above the sources, and above `dist/` when built. */
export const projectFolder = above(import.meta.dirname)

/** The version of package.json. */
export const version: string = JSON.parse(readFileSync(join(projectFolder, 'package.json'), 'utf8')).version

function above(folder: string): string {
  return existsSync(join(folder, 'package.json')) ? folder : above(dirname(folder))
}
