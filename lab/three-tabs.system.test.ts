import { readFileSync } from 'node:fs'
import { expect, test, vi } from 'vitest'
import type { Video } from '../protocol/weir-api.ts'
import { makeClip } from '../server/test-support/clips.ts'
import { postFile, untilStatus } from '../server/test-support/weir-client.ts'
import { openChromium } from './test-support/chromium.ts'
import { needs } from './test-support/clients.ts'
import { temporaryFolder } from './test-support/temporary-folder.ts'
import { startWeir } from './test-support/weir-process.ts'

type Snapshot = {
  readonly phase: string
  readonly positionSeconds: number
  readonly measures: { stallSeconds: number }
}

test('three tabs play over HLS without a stall: none of them holds a connection that segments need', async (context) => {
  needs(context, 'chromium')
  const clip = readFileSync(makeClip(context, temporaryFolder(context), { seconds: 6 }))
  const { url } = await startWeir({ mediaFolder: temporaryFolder(context) })
  const { id } = (await (await postFile(url, clip, 'clip.mp4')).json()) as Video
  await untilStatus(url, id, ['ready'])

  const flags = ['--autoplay-policy=no-user-gesture-required']
  const { context: browser, page } = await openChromium(context, { flags })
  const pages = [page, await browser.newPage(), await browser.newPage()]
  await Promise.all(pages.map((tab) => tab.goto(`${url}/compare/${id}?side=hls`)))
  for (const tab of pages) {
    await vi.waitFor(
      async () => {
        const now = await tab.evaluate(() => Reflect.get(window, 'weir') as Snapshot)
        expect(now.positionSeconds).toBeGreaterThan(5)
        expect(now.measures.stallSeconds).toBeLessThan(0.5) // a busy machine holds a picture now and then
      },
      { timeout: 30_000, interval: 100 },
    )
  }
})
