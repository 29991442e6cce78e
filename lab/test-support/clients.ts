import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import type { TestContext } from 'vitest'
import { findChromium } from '../chromium-binary.ts'
import { fromNpmPackage, isExecutableFile, onPath } from '../executables.ts'
import { repositoryFolder } from './shared-files.ts'

export type ClientName =
  | 'ffmpeg'
  | 'ffprobe'
  | 'mpv'
  | 'cvlc'
  | 'gst-launch-1.0'
  | 'chromium'
  | 'node-datachannel'
  | 'node-24'
  | 'tshark'
  | 'unzip'
  | 'openssl'
  | 'nginx'

/** Where each client may come from after `WEIR_<NAME>`, and what is lost without it. */
const clients: Readonly<Record<ClientName, { readonly find: () => string | undefined; readonly get: string }>> = {
  ffmpeg: {
    find: () => onPath('ffmpeg') ?? fromNpmPackage('ffmpeg-static') ?? fromNpmPackage('@ffmpeg-installer/ffmpeg'),
    get: 'apt-get install ffmpeg',
  },
  ffprobe: {
    find: () => onPath('ffprobe') ?? npmFfprobe(),
    get: 'apt-get install ffmpeg',
  },
  mpv: { find: () => onPath('mpv'), get: 'apt-get install mpv' },
  cvlc: { find: () => onPath('cvlc'), get: 'apt-get install vlc-bin vlc-plugin-base' },
  'gst-launch-1.0': { find: () => onPath('gst-launch-1.0'), get: 'apt-get install gstreamer1.0-tools' },
  chromium: { find: () => findChromium()?.path, get: 'apt-get install chromium' },
  'node-datachannel': { find: findDataChannel, get: 'npm ci, without --omit=optional' },
  'node-24': { find: findNode24, get: 'npm ci --prefix .ci/node-24' },
  unzip: { find: () => onPath('unzip'), get: 'apt-get install unzip' },
  tshark: { find: () => onPath('tshark'), get: 'apt-get install tshark' },
  openssl: { find: () => onPath('openssl'), get: 'apt-get install openssl' },
  nginx: { find: () => onPath('nginx'), get: 'apt-get install nginx-light' },
}

/** The path of a client that the test drives. Without it the test is skipped with the reason,
 *  or fails where `WEIR_TEST_ALL=1` asks for every test. Call it before anything is started: vitest runs
 *  no `onTestFinished` after a skip. */
export function needs(context: Pick<TestContext, 'skip'>, name: ClientName): string {
  const path = findClient(name)
  if (path !== undefined) return path
  const reason = `${name} is not on this machine (${clients[name].get})`
  if (process.env['WEIR_TEST_ALL'] === '1') throw new Error(`${reason}, and WEIR_TEST_ALL=1 asks for every test`)
  return context.skip(reason)
}

/** As `needs`, for code outside a test: undefined when the client is not there. */
export function findClient(name: ClientName): string | undefined {
  const variable = clientVariable(name)
  const told = process.env[variable]
  if (told === undefined || told === '') return clients[name].find()
  if (!isExecutableFile(told)) throw new Error(`${variable} must be an executable file, got "${told}"`)
  return told
}

/** `gst-launch-1.0` is told by `WEIR_GST_LAUNCH_1_0`. */
export function clientVariable(name: ClientName): string {
  return `WEIR_${name.toUpperCase().replaceAll(/[^A-Z0-9]/g, '_')}`
}

/** This static build crashes in glibc's loading of character sets, which transport streams make it do: so there are none
 *  for it, and for what else these tests start. */
function npmFfprobe(): string | undefined {
  const path = fromNpmPackage('@ffprobe-installer/ffprobe')
  if (path !== undefined) process.env['GCONV_PATH'] = '/nonexistent'
  return path
}

/** This very program, if it is one; else what the npm package for this platform brings, 120 MB that nobody needs otherwise. */
function findNode24(): string | undefined {
  if (process.versions.node.startsWith('24.')) return process.execPath
  const packed = join(repositoryFolder, `.ci/node-24/node_modules/node-${process.platform}-${process.arch}/bin/node`)
  return [onPath('node24'), packed].find((path) => path !== undefined && isNode24(path))
}

function isNode24(path: string): boolean {
  return isExecutableFile(path) && spawnSync(path, ['--version'], { encoding: 'utf8' }).stdout.startsWith('v24.')
}

/** The addon is loaded in a process of its own: once loaded, it keeps a process alive. */
function findDataChannel(): string | undefined {
  const script =
    "require('node-datachannel'); process.stdout.write(require.resolve('node-datachannel')); process.exit(0)"
  const { status, stdout } = spawnSync(process.execPath, ['-e', script], { cwd: repositoryFolder, encoding: 'utf8' })
  return status === 0 ? stdout : undefined
}
