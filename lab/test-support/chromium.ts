import { chromium } from 'playwright-core'
import type { TestContext } from 'vitest'
import { isFresh } from '../../build/parts.mjs'
import { blankPageOf, type BlankPage } from '../chromium-page.ts'
import { needs } from './clients.ts'

export type ChromiumOptions = {
  readonly widthPixels?: number
  readonly heightPixels?: number
  readonly flags?: readonly string[]
}
export type LaunchedChromium = BlankPage
export type OpenedChromium = Omit<BlankPage, 'close'>

/** A browser with an empty profile of its own and one blank page; `close` ends it and removes its files. */
export function launchChromium({
  widthPixels = 1280,
  heightPixels = 800,
  flags,
}: ChromiumOptions = {}): Promise<LaunchedChromium> {
  const viewport = { width: widthPixels, height: heightPixels }
  return blankPageOf(chromium, { viewport, ...(flags === undefined ? {} : { flags }) })
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
