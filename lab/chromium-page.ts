import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { BrowserContext, BrowserType, Page } from 'playwright-core'
import { findChromium } from './chromium-binary.ts'
import { LabMissing } from './validate-lab.ts'

export type BlankPage = { readonly context: BrowserContext; readonly page: Page; close(): Promise<void> }

export type BlankPageOptions = {
  readonly flags?: readonly string[] // besides those that every page needs
  readonly viewport?: { readonly width: number; readonly height: number } // absent: playwright's
}

const FLAGS = [
  '--no-sandbox', // it may run as root
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
]

/** The same with what drives it loaded now: neither that nor a browser comes with an installation for use. Rejects with
 *  LabMissing where one of them is not here. */
export async function openBlankPage(options: BlankPageOptions): Promise<BlankPage> {
  const driver = await import('playwright-core').catch(() => undefined)
  if (driver === undefined) throw new LabMissing('playwright-core, which drives Chromium (npm install playwright-core)')
  return blankPageOf(driver.chromium, options)
}

/** A browser with an empty profile of its own, and a blank page; `close` ends it and removes its files. Rejects with LabMissing
 *  where there is none. */
export async function blankPageOf(driver: BrowserType, { flags = [], viewport }: BlankPageOptions): Promise<BlankPage> {
  const binary = findChromium()
  if (binary === undefined)
    throw new LabMissing('Chromium (apt-get install chromium; WEIR_CHROMIUM tells where one is)')
  const folder = await mkdtemp(join(tmpdir(), 'weir-chromium-'))
  const removeFolder = (): Promise<void> =>
    rm(folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 })
  try {
    const context = await driver.launchPersistentContext(join(folder, 'profile'), {
      executablePath: binary.path,
      args: [binary.headlessFlag, ...FLAGS, ...flags],
      headless: false, // the flag above says which headless; playwright's own choice does not fit every binary
      ...(viewport === undefined ? {} : { viewport }),
      env: { ...process.env, ...binary.env, TMPDIR: folder }, // Chromium leaves files in it
    })
    const close = async (): Promise<void> => {
      await context.close()
      await removeFolder() // its processes end a little later
    }
    return { context, page: context.pages()[0] ?? (await context.newPage()), close }
  } catch (error) {
    await removeFolder()
    throw error
  }
}
