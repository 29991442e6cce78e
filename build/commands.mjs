import { pathToFileURL } from 'node:url'
import { install, isInstalled } from './install.mjs'
import { buildIfStale } from './parts.mjs'
import { inRoot, root } from './places.mjs'
import { exitCodeOf, StepFailed } from './run.mjs'

/** What stands behind `npm start`, `npm run weir`, `npm test` and the others, by the word after setup.mjs.
 *  @type {Readonly<Record<string, (args: string[]) => Promise<void>>>} */
const commands = {
  serve: (args) => weir(['serve', ...args]),
  weir,
  build: prepare,
  async test(args) {
    await prepare()
    await becomeProgram(inRoot('node_modules/vitest/vitest.mjs'), ['run', ...args], root)
  },
  async 'test-long'(args) {
    await prepare()
    await script('build/long-run.ts', args)
  },
  async check(args) {
    await ensureInstalled()
    await script('build/check.mjs', args)
  },
  async screenshots(args) {
    await prepare()
    await script('lab/screenshots.ts', args)
  },
  async bench(args) {
    await prepare()
    await script('bench/run.ts', args)
  },
}

/** Installs and builds what is stale, then does what was asked for.
 *  @param {string[]} args */
export async function main([name = '', ...args]) {
  const command = commands[name]
  if (command === undefined) {
    console.error(`setup.mjs knows ${Object.keys(commands).join(', ')}; got "${name}".`)
    process.exit(2)
  }
  try {
    await command(args)
  } catch (error) {
    if (!(error instanceof StepFailed)) throw error
    console.error(`weir: ${error.message}`)
    process.exit(error.status)
  }
}

/** @param {string[]} args */
async function weir(args) {
  await prepare()
  endWithNpm()
  // npm runs its scripts in the project's folder; a person's relative paths count from where the person stands.
  await becomeProgram(inRoot('dist/weir.js'), args, process.env['INIT_CWD'] ?? process.cwd())
}

/** npm passes SIGTERM on to the shell that it runs its script in, and the shell dies of it without a word to us. */
function endWithNpm() {
  if (process.env['npm_lifecycle_event'] === undefined || process.platform === 'win32') return
  const shell = process.ppid
  const watch = setInterval(() => {
    if (process.ppid === shell) return
    clearInterval(watch)
    process.kill(process.pid, 'SIGTERM')
  }, 250)
  watch.unref()
}

async function prepare() {
  await ensureInstalled()
  await buildIfStale('server')
  await buildIfStale('player')
}

async function ensureInstalled() {
  if (!isInstalled()) await install()
}

/** Goes on as another program in this very process: no second one to start, to signal and to wait for.
 *  @param {string} file @param {string[]} args @param {string} folder */
async function becomeProgram(file, args, folder) {
  process.chdir(folder)
  process.argv = [process.execPath, file, ...args]
  await import(pathToFileURL(file).href)
}

/** @param {string} file @param {string[]} args */
async function script(file, args) {
  process.exitCode = await exitCodeOf(process.execPath, ['--import', 'tsx', inRoot(file), ...args])
}
