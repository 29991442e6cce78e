import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { temporaryFolder } from '../lab/test-support/temporary-folder.ts'
import { isInstalled } from './install.mjs'

const project = { '': { version: '0.0.0' } }
const lock = {
  ...project,
  'node_modules/ws': { version: '8.23.0' },
  'node_modules/other-platform': { version: '1.0.0', optional: true },
}

for (const { title, installed, expected } of [
  { title: 'what the lock file says', installed: lock, expected: true },
  { title: 'all but an optional package', installed: { 'node_modules/ws': { version: '8.23.0' } }, expected: true },
  { title: 'another version', installed: { 'node_modules/ws': { version: '8.22.0' } }, expected: false },
  { title: 'less than the lock file says', installed: {}, expected: false },
  { title: 'no list, since npm was interrupted', installed: undefined, expected: false },
]) {
  test(`isInstalled answers ${expected} when node_modules holds ${title}`, (context) => {
    const folder = temporaryFolder(context)
    const file = (name: string, packages: object): string => {
      writeFileSync(join(folder, name), JSON.stringify({ packages }))
      return join(folder, name)
    }
    const installedFile = installed === undefined ? join(folder, 'none.json') : file('installed.json', installed)
    expect(isInstalled(file('lock.json', lock), installedFile)).toBe(expected)
  })
}
