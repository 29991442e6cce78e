import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Page } from 'playwright-core'
import { findChromium } from './chromium-binary.ts'
import { LabMissing } from './validate-lab.ts'

export type BlankPage = { readonly page: Page; close(): Promise<void> }

const FLAGS = [
  '--no-sandbox', // it may run as root
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--autoplay-policy=no-user-gesture-required',
]

/** A browser with an empty profile of its own, and a blank page. Rejects with LabMissing where there is none here: neither it nor
 *  what drives it comes with an installation for use. */
export async function openBlankPage(): Promise<BlankPage> {
  const driver = await import('playwright-core').catch(() => undefined)
  if (driver === undefined) throw new LabMissing('playwright-core, which drives Chromium (npm install playwright-core)')
  const binary = findChromium()
  if (binary === undefined)
    throw new LabMissing('Chromium (apt-get install chromium; WEIR_CHROMIUM tells where one is)')
  const folder = await mkdtemp(join(tmpdir(), 'weir-chromium-'))
  const removeFolder = (): Promise<void> =>
    rm(folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 })
  try {
    const context = await driver.chromium.launchPersistentContext(join(folder, 'profile'), {
      executablePath: binary.path,
      args: [binary.headlessFlag, ...FLAGS],
      headless: false, // the flag above says which headless
      env: { ...process.env, ...binary.env, TMPDIR: folder }, // Chromium leaves files in it
    })
    const close = async (): Promise<void> => {
      await context.close()
      await removeFolder() // its processes end a little later
    }
    return { page: context.pages()[0] ?? (await context.newPage()), close }
  } catch (error) {
    await removeFolder()
    throw error
  }
}
