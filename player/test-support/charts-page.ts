import { readFile } from 'node:fs/promises'
import { extname, join } from 'node:path'
import type { Page } from 'playwright-core'
import type { TestContext } from 'vitest'
import { build } from 'vite'
import { openChromium, type ChromiumOptions } from '../../lab/test-support/chromium.ts'
import { temporaryFolder } from '../../lab/test-support/temporary-folder.ts'

const ORIGIN = 'http://charts.test'
const types: Readonly<Record<string, string>> = { '.html': 'text/html', '.js': 'text/javascript', '.css': 'text/css' }

/** The charts alone in a real browser, built as the page is; nothing of it goes over a network. */
export async function openChartsPage(test: TestContext, options: ChromiumOptions = {}): Promise<Page> {
  const folder = temporaryFolder(test)
  await build({
    configFile: join(import.meta.dirname, '../vite.config.ts'),
    root: join(import.meta.dirname, '..'),
    logLevel: 'warn',
    build: {
      outDir: folder,
      rolldownOptions: { input: join(import.meta.dirname, 'charts-harness/index.html') },
    },
  })
  const { page } = await openChromium(test, options)
  await page.route(`${ORIGIN}/**`, async (route) => {
    const { pathname } = new URL(route.request().url())
    try {
      await route.fulfill({ body: await readFile(join(folder, pathname)), contentType: types[extname(pathname)] ?? '' })
    } catch {
      await route.fulfill({ status: 404 })
    }
  })
  await page.goto(`${ORIGIN}/test-support/charts-harness/index.html`)
  return page
}
