import type { Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { CatchUp } from '../stream/catch-up.ts'
import { captureToShownMs, type LatencySplit } from '../stream/latency-split.ts'
import type { ViewerEvent } from '../stream/record.ts'
import { STAMP_WRAP_MS } from '../server/capture-clock.ts'
import { loopChannel } from './live-latency.ts'
import { needs } from './test-support/clients.ts'
import { untilSides, type PageState } from './test-support/page-state.ts'
import { ServedClip } from './test-support/served-clip.ts'

let clip: ServedClip | undefined
beforeAll(async () => {
  clip = await ServedClip.start({ seconds: 8, size: '640x360' })
}, 120_000)
afterAll(() => clip?.stop())

type Live = PageState & { readonly latency?: { readonly split: LatencySplit; readonly catchUps: readonly CatchUp[] } }

test('scratch', async (context) => {
  const served = clip!
  const channel = await loopChannel(served.weir.url, served.videoId)
  const link = await served.makeLink({ seed: 7 })
  const page = await served.openPage(context, '')
  page.on('console', (m) => console.log(m.text()))
  await page.goto(`${served.weir.url}/compare/${channel.id}?side=both&link=${link.id}`)
  for (let i = 0; i < 6; i++) {
    await page.waitForTimeout(4000)
    const w = (await page.evaluate('window.weir')) as any
    console.log(JSON.stringify(w.sides?.hls?.latency), JSON.stringify(w.sides?.udp?.latency), w.sides?.hls?.phase)
  }
  await page.screenshot({ path: '/tmp/live1.png' })
})
