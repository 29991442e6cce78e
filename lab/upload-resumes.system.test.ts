import { statSync } from 'node:fs'
import type { Page } from 'playwright-core'
import { expect, test, vi } from 'vitest'
import { makeClip } from '../server/test-support/clips.ts'
import { listVideos } from '../server/test-support/weir-client.ts'
import { openChromium } from './test-support/chromium.ts'
import { needs } from './test-support/clients.ts'
import { temporaryFolder } from './test-support/temporary-folder.ts'
import { startWeir } from './test-support/weir-process.ts'

const UPLOAD_SECONDS = 8 // at the rate that the page is held to
const WAIT = { timeout: 30_000, interval: 50 }

/** Holds what the page uploads to a rate; -1 lifts that. */
async function uploadHolder(page: Page): Promise<(bytesPerSecond: number) => Promise<unknown>> {
  const devTools = await page.context().newCDPSession(page)
  await devTools.send('Network.enable')
  const others = { offline: false, latency: 0, downloadThroughput: -1 }
  return (uploadThroughput) => devTools.send('Network.emulateNetworkConditions', { ...others, uploadThroughput })
}

test('an upload that a reload cut off goes on from where it was when the file is chosen again', async (context) => {
  needs(context, 'chromium')
  const clip = makeClip(context, temporaryFolder(context), { seconds: 20, size: '640x360' })
  const sizeBytes = statSync(clip).size
  const { url } = await startWeir({ mediaFolder: temporaryFolder(context) })
  const { page } = await openChromium(context)
  const sentFrom: number[] = [] // the offset of each PATCH
  page.on('request', (request) => {
    if (request.method() === 'PATCH') sentFrom.push(Number(request.headers()['upload-offset']))
  })

  await page.goto(url)
  const hold = await uploadHolder(page)
  await hold(sizeBytes / UPLOAD_SECONDS)
  await page.getByLabel('Choose videos to upload').setInputFiles(clip)
  const bar = page.getByRole('list', { name: 'Uploads' }).getByRole('progressbar')
  await vi.waitFor(async () => expect(Number(await bar.getAttribute('aria-valuenow'))).toBeGreaterThan(30), WAIT)

  await page.reload()
  await hold(-1)
  await page.getByLabel('Choose clip.mp4 again').setInputFiles(clip)
  await vi.waitFor(async () => expect(await listVideos(url)).toHaveLength(1), WAIT)
  expect(sentFrom[0]).toBe(0)
  expect(sentFrom.at(-1)).toBeGreaterThan(sizeBytes / 10)
})
