import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { inRoot, root } from './places.mjs'
import { run, StepFailed } from './run.mjs'

/** @typedef {'server' | 'player'} PartName */
/** @typedef {{ sources: string[], output: string, build: () => Promise<void> }} Part */

const PURE_FOLDERS = ['protocol', 'link', 'stream', 'simulation']
// What decides how every part is built: the versions of the tools, and these files.
const BUILD_FILES = ['package-lock.json', 'package.json', 'build', 'tsconfig.base.json']

/** What is built, out of what, and how.
 *  @type {Readonly<Record<PartName, Part>>} */
export const parts = {
  server: {
    sources: ['weir.ts', 'commands', ...PURE_FOLDERS, 'segmenter', 'udp-relay', 'server', 'lab'],
    output: 'dist/weir.js',
    build: bundleServer,
  },
  player: {
    sources: [
      'player',
      ...PURE_FOLDERS,
      'lab/scenarios',
      'lab/guided',
      'lab/scenario-file.ts',
      'tsconfig.browser.json',
    ],
    output: 'dist/player/index.html',
    async build() {
      await bundlePages('player/vite.config.ts')
      await bundlePages('player/report.config.ts') // into the folder that the first one empties
    },
  },
}

/** @param {string} config */
function bundlePages(config) {
  return run(process.execPath, [
    inRoot('node_modules/vite/bin/vite.js'),
    'build',
    `--config=${config}`,
    '--logLevel=warn',
  ])
}

/** One file of ours, and one that a worker thread begins with; packages stay where npm put them. */
async function bundleServer() {
  const { build, stop } = await import('esbuild')
  try {
    await build({
      absWorkingDir: root,
      entryPoints: ['weir.ts', 'lab/sweep-worker.ts'],
      entryNames: '[name]',
      outdir: 'dist',
      bundle: true,
      packages: 'external',
      platform: 'node',
      format: 'esm',
      target: 'node20.19',
      sourcemap: true,
      logLevel: 'warning', // it prints what is wrong itself
    })
  } catch (cause) {
    throw new StepFailed('esbuild', 1, { cause })
  } finally {
    await stop() // its own process would outlive the server's start
  }
}

/** Whether the part was built from exactly the sources that are here now.
 *  @param {PartName} name */
export function isFresh(name) {
  const stamp = stampFile(name)
  return (
    existsSync(inRoot(parts[name].output)) && existsSync(stamp) && readFileSync(stamp, 'utf8') === sourcesHash(name)
  )
}

/** Builds the part if its sources have changed. The hash is taken before, so that a file saved meanwhile makes it stale.
 *  @param {PartName} name */
export async function buildIfStale(name) {
  if (isFresh(name)) return
  const hash = sourcesHash(name)
  console.error(`weir: building the ${name} …`)
  await parts[name].build()
  mkdirSync(inRoot('dist'), { recursive: true })
  writeFileSync(stampFile(name), hash)
}

/** @param {PartName} name */
function stampFile(name) {
  return inRoot('dist', `${name}.stamp`)
}

/** Over the contents and not the times: a checkout back and forth leaves what was built as it is.
 *  @param {PartName} name */
export function sourcesHash(name) {
  const hash = createHash('sha256')
  for (const file of [...parts[name].sources, ...BUILD_FILES].flatMap(filesBelow)) {
    hash
      .update(`${file}\n`)
      .update(readFileSync(inRoot(file)))
      .update('\n')
  }
  return hash.digest('hex')
}

/** The files below a path that end up in something built, in a fixed order.
 *  @param {string} path @returns {string[]} */
function filesBelow(path) {
  const place = inRoot(path)
  if (basename(path) === 'test-support' || !existsSync(place)) return []
  if (!statSync(place).isDirectory()) return [path]
  return readdirSync(place)
    .filter((name) => !/\.test\.tsx?$|\.md$/.test(name))
    .sort()
    .flatMap((name) => filesBelow(join(path, name)))
}
