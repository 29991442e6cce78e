import { cpSync, mkdirSync, readdirSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { expect, test } from 'vitest'
import { runClient, type ClientRun } from '../lab/test-support/run-client.ts'
import { temporaryFolder } from '../lab/test-support/temporary-folder.ts'
import { inRoot } from './places.mjs'

const COPIED = [
  'setup.mjs',
  'build',
  'package.json',
  'package-lock.json',
  'tsconfig.base.json',
  'player/vite.config.ts',
  'player/report.config.ts',
]
const WEIR = `import { answer } from './protocol/answer.ts'
console.log(JSON.stringify({ answer, args: process.argv.slice(2), folder: process.cwd() }))
`
const SOURCES = {
  'weir.ts': WEIR,
  'lab/sweep-worker.ts': "import { answer } from '../protocol/answer.ts'\nconsole.log(answer)\n",
  'lab/scenario-file.ts': 'export const readScenarioFile = undefined\n', // the pages' build names it
  'protocol/answer.ts': 'export const answer: number = 42\n',
  'server/README.md': 'text\n',
  'player/index.html': '<!doctype html><script type="module" src="./main.tsx"></script>\n',
  'player/report.html': '<!doctype html><head></head><script type="module" src="./main.tsx"></script>\n',
  'player/main.tsx': "import { render } from 'preact'\nrender(<p>hello</p>, document.body)\n",
}

/** A small project with the real set-up, the real tools and the real packages. */
class Project {
  readonly folder: string

  constructor(folder: string) {
    this.folder = folder
    for (const path of COPIED) cpSync(inRoot(path), join(folder, path), { recursive: true })
    symlinkSync(inRoot('node_modules'), join(folder, 'node_modules'))
    for (const [path, text] of Object.entries(SOURCES)) this.write(path, text)
  }

  write(path: string, text: string): void {
    mkdirSync(join(this.folder, dirname(path)), { recursive: true })
    writeFileSync(join(this.folder, path), text)
  }

  setup(args: readonly string[], env: NodeJS.ProcessEnv = {}): Promise<ClientRun> {
    const nodeArgs = [join(this.folder, 'setup.mjs'), ...args]
    return runClient(process.execPath, nodeArgs, {
      cwd: this.folder,
      timeoutMs: 60_000,
      env: { INIT_CWD: this.folder, ...env },
    })
  }
}

const built = ({ stderr }: ClientRun): string[] =>
  [...stderr.matchAll(/building the (\w+)/g)].map(([, part]) => part ?? '')

test('setup.mjs builds what is stale and nothing else', async (context) => {
  const project = new Project(temporaryFolder(context))
  const builtBy = async (change: () => void): Promise<string[]> => {
    change()
    return built(await project.setup(['build']))
  }
  expect(await builtBy(() => undefined)).toEqual(['server', 'player'])
  expect(readdirSync(join(project.folder, 'dist'))).toContain('sweep-worker.js')
  expect(readdirSync(join(project.folder, 'dist/player')).toSorted()).toEqual(['assets', 'index.html', 'report.html'])
  expect(await builtBy(() => undefined)).toEqual([])
  const newer = new Date(Date.now() + 60_000)
  expect(await builtBy(() => utimesSync(join(project.folder, 'weir.ts'), newer, newer))).toEqual([])
  expect(await builtBy(() => project.write('server/a.test.ts', 'no program'))).toEqual([])
  expect(await builtBy(() => project.write('weir.ts', `${WEIR}\n`))).toEqual(['server'])
  expect(await builtBy(() => project.write('player/main.tsx', 'export {}\n'))).toEqual(['player'])
  expect(await builtBy(() => project.write('protocol/answer.ts', 'export const answer = 43\n'))).toEqual([
    'server',
    'player',
  ])
})

test('setup.mjs hands over to the server with its arguments, where the user stands', async (context) => {
  const project = new Project(temporaryFolder(context))
  const elsewhere = temporaryFolder(context)
  const { status, stdout } = await project.setup(['serve', '--port', '0'], { INIT_CWD: elsewhere })
  expect(status).toBe(0)
  expect(JSON.parse(stdout)).toEqual({ answer: 42, args: ['serve', '--port', '0'], folder: elsewhere })
})

test('setup.mjs ends with the exit code of a build that fails, and builds again next time', async (context) => {
  const project = new Project(temporaryFolder(context))
  project.write('weir.ts', "import './not-there.ts'\n")
  expect((await project.setup(['build'])).status).toBe(1)
  project.write('weir.ts', WEIR)
  expect(built(await project.setup(['build']))).toEqual(['server', 'player'])
})

test('setup.mjs refuses a word that it does not know', async (context) => {
  const { status, stderr } = await new Project(temporaryFolder(context)).setup(['launch'])
  expect(status).toBe(2)
  expect(stderr).toContain('got "launch"')
})

test('setup.mjs tells an older Node what is needed', async () => {
  const older = "data:text/javascript,Object.defineProperty(process, 'versions', { value: { node: '20.18.1' } })"
  const { status, stderr } = await runClient(process.execPath, ['--import', older, inRoot('setup.mjs'), 'serve'], {
    timeoutMs: 20_000,
  })
  expect(status).toBe(3)
  expect(stderr).toContain('weir needs Node 20.19 or newer; this is Node 20.18.1')
})
