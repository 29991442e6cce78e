import { existsSync } from 'node:fs'
import { join, resolve } from 'node:path'
import type { TestContext } from 'vitest'

/** The folder that holds weir.ts and package.json. */
export const repositoryFolder = resolve(import.meta.dirname, '../..')

/** Other people's files for tests, beside the repository and no part of it. `WEIR_SHARED` tells another place. */
export const sharedFolder = process.env['WEIR_SHARED'] ?? resolve(repositoryFolder, '../shared')

/** The path of one of the shared files. The test is skipped where the whole folder is not there, even under
 *  `WEIR_TEST_ALL=1`; a missing file of a folder that is there is a mistake in the test. */
export function sharedFile(context: Pick<TestContext, 'skip'>, path: string, folder = sharedFolder): string {
  if (!existsSync(folder)) return context.skip('the shared test files are not here (WEIR_SHARED tells the folder)')
  const file = join(folder, path)
  if (!existsSync(file)) throw new Error(`no such file among the shared test files: ${path}`)
  return file
}
