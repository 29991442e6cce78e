import { mkdtempSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { chromium, type BrowserContext, type Page } from 'playwright-core'
import type { TestContext } from 'vitest'
import { isFresh } from '../../build/parts.mjs'
import { findChromium } from '../chromium-binary.ts'
import { needs } from './clients.ts'

export type ChromiumOptions = {
  readonly widthPixels?: number
  readonly heightPixels?: number
  readonly flags?: readonly string[]
}
export type OpenedChromium = { readonly context: BrowserContext; readonly page: Page }

const FLAGS = [
  '--no-sandbox', // tests may run as root
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
]

export type LaunchedChromium = OpenedChromium & { close(): Promise<void> }

/** A browser with an empty profile of its own and one blank page; `close` ends it and removes its files. */
export async function launchChromium(options: ChromiumOptions = {}): Promise<LaunchedChromium> {
  const binary = findChromium()
  if (binary === undefined) throw new Error('there is no Chromium; WEIR_CHROMIUM tells where one is')
  const folder = mkdtempSync(join(tmpdir(), 'weir-chromium-'))
  const context = await chromium.launchPersistentContext(join(folder, 'profile'), {
    executablePath: binary.path,
    args: [binary.headlessFlag, ...FLAGS, ...(options.flags ?? [])],
    headless: false, // the flag above says which headless; playwright's own choice does not fit every binary
    viewport: { width: options.widthPixels ?? 1280, height: options.heightPixels ?? 800 },
    env: { ...process.env, ...binary.env, TMPDIR: folder }, // Chromium leaves pulse-* folders in it
  })
  const close = async (): Promise<void> => {
    await context.close()
    await rm(folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 }) // its processes end a little later
  }
  return { context, page: context.pages()[0] ?? (await context.newPage()), close }
}

/** The same for a test: it is gone with the test. Throws when the pages are not those of these sources, as they may be when
 *  the test was not begun by `npm test`. */
export async function openChromium(test: TestContext, options: ChromiumOptions = {}): Promise<OpenedChromium> {
  needs(test, 'chromium')
  if (!isFresh('player')) throw new Error('the pages were built from other sources than these: npm run build')
  const { close, ...opened } = await launchChromium(options)
  test.onTestFinished(close)
  return opened
}
