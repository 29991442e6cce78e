import { spawnSync } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { inRoot } from './places.mjs'

/** @typedef {{ file: string, text: string, refusedBy?: string }} Planted */

const use = 'export const used = imported\n'

/** One violation of each kind, and neighbours that are allowed: a linter that refuses nothing, or everything, is broken.
 *  @type {Planted[]} */
const planted = [
  { file: 'protocol/target.ts', text: 'export const imported = 1\n' },
  { file: 'link/target.ts', text: 'export const imported = 1\n' },
  { file: 'stream/target.ts', text: 'export const imported = 1\n' },
  { file: 'server/target.ts', text: 'export const imported = 1\n' },
  { file: 'player/target.ts', text: 'export const imported = 1\n' },

  { file: 'stream/allowed.ts', text: `import { imported } from '../protocol/target.ts'\n${use}` },
  {
    file: 'protocol/outwards.ts',
    text: `import { imported } from '../link/target.ts'\n${use}`,
    refusedBy: 'weir(folder-imports)',
  },
  {
    file: 'link/outwards.ts',
    text: `import { imported } from '../protocol/target.ts'\n${use}`,
    refusedBy: 'weir(folder-imports)',
  },
  {
    file: 'stream/outwards.ts',
    text: `import { imported } from '../link/target.ts'\n${use}`,
    refusedBy: 'weir(folder-imports)',
  },
  {
    file: 'simulation/outwards.ts',
    text: `import { imported } from '../server/target.ts'\n${use}`,
    refusedBy: 'weir(folder-imports)',
  },
  {
    file: 'segmenter/outwards.ts',
    text: `import { imported } from '../stream/target.ts'\n${use}`,
    refusedBy: 'weir(folder-imports)',
  },
  {
    file: 'udp-relay/outwards.ts',
    text: `import { imported } from '../server/target.ts'\n${use}`,
    refusedBy: 'weir(folder-imports)',
  },
  {
    file: 'server/outwards.ts',
    text: `import { imported } from '../player/target.ts'\n${use}`,
    refusedBy: 'weir(folder-imports)',
  },
  {
    file: 'player/outwards.ts',
    text: `import { imported } from '../server/target.ts'\n${use}`,
    refusedBy: 'weir(folder-imports)',
  },
  {
    file: 'lab/outwards.ts',
    text: `import { imported } from '../player/target.ts'\n${use}`,
    refusedBy: 'weir(folder-imports)',
  },
  {
    file: 'stray/unknown.ts',
    text: `import { imported } from '../protocol/target.ts'\n${use}`,
    refusedBy: 'weir(folder-imports)',
  },
  {
    file: 'link/re-export.ts',
    text: "export { imported } from '../stream/target.ts'\n",
    refusedBy: 'weir(folder-imports)',
  },
  {
    file: 'link/dynamic.ts',
    text: "export const later = import('../stream/target.ts')\n",
    refusedBy: 'weir(folder-imports)',
  },
  {
    file: 'link/packages.ts',
    text: "import express from 'express'\nexport const used = express\n",
    refusedBy: 'weir(folder-imports)',
  },
  {
    file: 'server/packages.ts',
    text: "import ffmpeg from 'fluent-ffmpeg'\nexport const used = ffmpeg\n",
    refusedBy: 'weir(folder-imports)',
  },
  {
    file: 'protocol/node.ts',
    text: "import { join } from 'node:path'\nexport const used = join\n",
    refusedBy: 'weir(folder-imports)',
  },
  {
    file: 'player/node.ts',
    text: "import { join } from 'node:path'\nexport const used = join\n",
    refusedBy: 'weir(folder-imports)',
  },
  { file: 'server/node.ts', text: "import { join } from 'node:path'\nexport const used = join\n" },
  { file: 'stream/tested.test.ts', text: "import { join } from 'node:path'\nexport const used = join\n" },

  { file: 'lab/test-support/tools.ts', text: 'export const imported = 1\n' },
  {
    file: 'server/test-code.ts',
    text: `import { imported } from '../lab/test-support/tools.ts'\n${use}`,
    refusedBy: 'weir(folder-imports)',
  },
  { file: 'server/test-support/clips.ts', text: `import { imported } from '../../lab/test-support/tools.ts'\n${use}` },

  {
    file: 'server/cycle-a.ts',
    text: "import { b } from './cycle-b.ts'\nexport const a = (): number => b()\n",
    refusedBy: 'import(no-cycle)',
  },
  {
    file: 'server/cycle-b.ts',
    text: "import { a } from './cycle-a.ts'\nexport const b = (): number => a()\n",
    refusedBy: 'import(no-cycle)',
  },

  {
    file: 'protocol/date.ts',
    text: 'export const now = (): number => Date.now()\n',
    refusedBy: 'eslint(no-restricted-globals)',
  },
  {
    file: 'link/performance.ts',
    text: 'export const now = (): number => performance.now()\n',
    refusedBy: 'eslint(no-restricted-globals)',
  },
  {
    file: 'stream/timer.ts',
    text: 'export const wait = (): unknown => setTimeout(wait, 1)\n',
    refusedBy: 'eslint(no-restricted-globals)',
  },
  {
    file: 'simulation/random.ts',
    text: 'export const chance = (): number => Math.random()\n',
    refusedBy: 'eslint(no-restricted-properties)',
  },
  {
    file: 'protocol/random.ts',
    text: 'export const chance = (): number => Math.random()\n',
    refusedBy: 'eslint(no-restricted-properties)',
  },
  {
    file: 'link/logarithm.ts',
    text: 'export const log = (x: number): number => Math.log(x)\n',
    refusedBy: 'eslint(no-restricted-properties)',
  },
  {
    file: 'stream/exponent.ts',
    text: 'export const square = (x: number): number => x ** 2\n',
    refusedBy: 'weir(no-exponent)',
  },
  { file: 'stream/square-root.ts', text: 'export const root = (x: number): number => Math.sqrt(x)\n' },
  { file: 'server/date.ts', text: 'export const now = (): number => Date.now()\n' },

  { file: 'player/words.ts', text: "export const planted = { title: 'Planted' }\n" },
  {
    file: 'player/text.tsx',
    text: 'export const Title = () => <h1>Planted</h1>\n',
    refusedBy: 'react(jsx-no-literals)',
  },
  {
    file: 'player/wrapped-text.tsx',
    text: "export const Title = () => <h1>{'Planted'}</h1>\n",
    refusedBy: 'react(jsx-no-literals)',
  },
  {
    file: 'player/attribute-text.tsx',
    text: 'export const Title = () => <h1 title="Planted" />\n',
    refusedBy: 'react(jsx-no-literals)',
  },
  {
    file: 'player/signs.tsx',
    text: 'import { planted } from \'./words.ts\'\nexport const Title = () => <h1 class="title">{planted.title} ×</h1>\n',
  },

  { file: 'server/any.ts', text: 'export const loose: any = 1\n', refusedBy: 'typescript(no-explicit-any)' },
  {
    file: 'server/floating.ts',
    text: 'export const go = (later: () => Promise<void>): void => {\n  later()\n}\n',
    refusedBy: 'typescript(no-floating-promises)',
  },
]

/** Lints a small tree, laid out like the project, under the project's own configuration. Gives one line for each
 *  violation that was let through and each allowed file that was refused. */
export function plantedFaults() {
  const folder = mkdtempSync(join(tmpdir(), 'weir-planted-'))
  try {
    cpSync(inRoot('.oxlintrc.json'), join(folder, '.oxlintrc.json'))
    cpSync(inRoot('tsconfig.base.json'), join(folder, 'tsconfig.json'))
    for (const name of ['lint-plugin.mjs', 'folder-rules.mjs', 'places.mjs']) {
      cpSync(inRoot('build', name), join(folder, 'build', name))
    }
    for (const { file, text } of planted) {
      mkdirSync(join(folder, dirname(file)), { recursive: true })
      writeFileSync(join(folder, file), text)
    }
    return planted.flatMap(faultsOf(lint(folder)))
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

/** @param {string} folder @returns {{ filename: string, code?: string }[]} */
function lint(folder) {
  const oxlint = inRoot('node_modules/oxlint/bin/oxlint')
  const args = [oxlint, '--type-aware', '--format=json', '.']
  const env = { ...process.env, OXLINT_TSGOLINT_PATH: inRoot('node_modules/.bin/tsgolint') } // not found from elsewhere
  const { stdout, stderr } = spawnSync(process.execPath, args, { cwd: folder, env, encoding: 'utf8' })
  if (!stdout.startsWith('{')) throw new Error(`oxlint said nothing that can be read: ${stdout}${stderr}`)
  return JSON.parse(stdout).diagnostics
}

/** @param {{ filename: string, code?: string }[]} diagnostics @returns {(row: Planted) => string[]} */
function faultsOf(diagnostics) {
  return ({ file, refusedBy }) => {
    const codes = new Set(diagnostics.filter(({ filename }) => filename === file).map(({ code }) => code ?? 'unknown'))
    const missed = refusedBy === undefined || codes.has(refusedBy) ? [] : [`${file} should be refused by ${refusedBy}`]
    const surplus = [...codes]
      .filter((code) => code !== refusedBy)
      .map((code) => `${file} should not be refused by ${code}`)
    return [...missed, ...surplus]
  }
}
