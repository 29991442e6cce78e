import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, renameSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { isExecutableFile, onPath } from './executables.ts'
import { projectFolder } from '../server/project-folder.ts'

/** `env` is what must be set for this binary to load; `headlessFlag` differs between a whole browser and the shell. */
export type ChromiumBinary = {
  readonly path: string
  readonly headlessFlag: '--headless' | '--headless=shell'
  readonly env: Readonly<Record<string, string>>
}

const INSTALLED_NAMES = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable']
const INSTALLED_PLACES = [
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  '/Applications/Chromium.app/Contents/MacOS/Chromium',
  'C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe',
]

/** `WEIR_CHROMIUM`, else an installed Chromium or Chrome, else the one packed in @sparticuz/chromium. */
export function findChromium(): ChromiumBinary | undefined {
  const told = process.env['WEIR_CHROMIUM']
  if (told !== undefined && told !== '') return whole(told)
  const installed = INSTALLED_NAMES.map(onPath).find((path) => path !== undefined)
  const path = installed ?? INSTALLED_PLACES.find(isExecutableFile)
  return path === undefined ? packedChromium() : whole(path)
}

function whole(path: string): ChromiumBinary {
  return { path, headlessFlag: '--headless', env: {} }
}

/** Unpacked once (about 1 s, 250 MB) below node_modules, so that it goes when they go. */
export function packedChromium(): ChromiumBinary | undefined {
  const packageFolder = join(projectFolder, 'node_modules/@sparticuz/chromium')
  if (process.platform !== 'linux' || process.arch !== 'x64' || !existsSync(packageFolder)) return undefined
  const folder = join(projectFolder, 'node_modules/.cache/weir-chromium')
  if (!existsSync(join(folder, 'chromium'))) unpackInto(folder)
  const path = join(folder, 'chromium')
  // The package carries its own NSS libraries, for systems that have none.
  const candidates = [{}, { LD_LIBRARY_PATH: join(folder, 'al2023/lib') }]
  const env = candidates.find((env) => starts(path, env))
  return env === undefined ? undefined : { path, headlessFlag: '--headless=shell', env }
}

function starts(path: string, env: Readonly<Record<string, string>>): boolean {
  return spawnSync(path, ['--version'], { env: { ...process.env, ...env }, timeout: 20_000 }).status === 0
}

/** Unpacks beside and renames, since two test processes may come here at once. The package unpacks into TMPDIR,
 *  and its libraries only where it believes itself on Amazon's Lambda. */
function unpackInto(folder: string): void {
  mkdirSync(join(folder, '..'), { recursive: true })
  const scratch = mkdtempSync(`${folder}.`)
  const script = "const { default: chromium } = await import('@sparticuz/chromium'); await chromium.executablePath()"
  const { status, stderr } = spawnSync(process.execPath, ['--input-type=module', '-e', script], {
    cwd: projectFolder,
    env: { ...process.env, TMPDIR: scratch, AWS_LAMBDA_JS_RUNTIME: 'nodejs20.x' },
    encoding: 'utf8',
  })
  if (status !== 0) throw new Error(`@sparticuz/chromium did not unpack: ${stderr}`)
  try {
    renameSync(scratch, folder)
  } catch {
    rmSync(scratch, { recursive: true, force: true }) // another process was first
  }
}
