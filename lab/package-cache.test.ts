import { existsSync, mkdirSync, readdirSync, statSync, utimesSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test, vi, type TestContext } from 'vitest'
import { keptPackage } from './package-cache.ts'
import { temporaryFolder } from './test-support/temporary-folder.ts'

/** A folder for temporary files of this test's own. */
function ownTemporaryFolder(context: TestContext): string {
  const folder = temporaryFolder(context)
  vi.stubEnv('TMPDIR', folder)
  context.onTestFinished(() => void vi.unstubAllEnvs())
  return folder
}

const make = async (folder: string): Promise<void> => {
  mkdirSync(folder)
  writeFileSync(join(folder, 'master.m3u8'), 'made')
}

test('keptPackage makes a package once, for this user alone', async (context) => {
  const root = ownTemporaryFolder(context)
  const making = vi.fn(make)
  const folder = await keptPackage('one', making)
  expect(await keptPackage('one', making)).toBe(folder)
  expect(making).toHaveBeenCalledTimes(1)
  expect(readdirSync(folder)).toEqual(['master.m3u8'])
  const [name = ''] = readdirSync(root)
  expect(statSync(join(root, name)).mode & 0o777).toBe(0o700)
})

test('keptPackage leaves nothing of what failed, and tries again', async (context) => {
  ownTemporaryFolder(context)
  const failing = async (folder: string): Promise<void> => {
    await make(folder)
    throw new Error('the disk is full')
  }
  await expect(keptPackage('one', failing)).rejects.toThrow('the disk is full')
  const folder = await keptPackage('one', make)
  expect(readdirSync(join(folder, '..'))).toEqual(['one'])
})

test('keptPackage takes what another process made meanwhile', async (context) => {
  const root = ownTemporaryFolder(context)
  const other = join(root, 'elsewhere')
  await make(other)
  const folder = await keptPackage('one', async (making) => {
    await make(making)
    await make(join(making, '..', 'one'))
  })
  expect(readdirSync(folder)).toEqual(['master.m3u8'])
})

test('keptPackage forgets what nobody asked for in a month', async (context) => {
  ownTemporaryFolder(context)
  const old = await keptPackage('old', make)
  const long = new Date(Date.now() - 31 * 24 * 3_600_000)
  utimesSync(old, long, long)
  await keptPackage('new', make)
  expect(existsSync(old)).toBe(false)
})
