import { existsSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { inRoot } from './places.mjs'
import { run } from './run.mjs'

/** @typedef {Record<string, { version?: string, optional?: boolean, devOptional?: boolean }>} Packages */

/** Whether node_modules holds what package-lock.json says. npm writes its own list of what it installed as the
 *  last step, so an interrupted installation has none. An optional package may be missing: not every platform has it. */
export function isInstalled(
  lockFile = inRoot('package-lock.json'),
  installedFile = inRoot('node_modules/.package-lock.json'),
) {
  if (!existsSync(installedFile)) return false
  const installed = packagesOf(installedFile)
  return Object.entries(packagesOf(lockFile)).every(([path, { version, optional, devOptional }]) => {
    if (path === '') return true // the project itself
    const found = installed[path]
    return found === undefined ? optional === true || devOptional === true : found.version === version
  })
}

/** @param {string} file @returns {Packages} */
function packagesOf(file) {
  return JSON.parse(readFileSync(file, 'utf8')).packages
}

/** Installs exactly what the lock file says. */
export async function install() {
  console.error('weir: installing packages (npm ci) …')
  await run(...npm(['ci', '--no-audit', '--no-fund']), { quiet: true })
}

/** npm, as a program for this very Node: through the npm that runs us, else the one beside this Node, else the PATH's.
 *  @param {string[]} args @returns {[string, string[]]} */
function npm(args) {
  const beside = join(dirname(process.execPath), '../lib/node_modules/npm/bin/npm-cli.js')
  const script = [process.env['npm_execpath'], beside].find((file) => file?.endsWith('npm-cli.js') && existsSync(file))
  return script === undefined ? ['npm', args] : [process.execPath, [script, ...args]]
}
