import type { Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test, type TestContext } from 'vitest'
import type { WayName } from '../protocol/ways.ts'
import type { UdpSessionStatus } from '../protocol/weir-api.ts'
import { untilPage, type UdpState } from './test-support/page-state.ts'
import { ServedClip } from './test-support/served-clip.ts'
import { needs } from './test-support/clients.ts'

const CLIP_SECONDS = 30
const PROFILE = {
  seed: 7,
  downlink: { oneWayDelayMs: 50, loss: { kind: 'random', lossRatio: 0.02 } },
  uplink: { oneWayDelayMs: 50 },
}

let clip: ServedClip | undefined
beforeAll(async () => {
  clip = await ServedClip.start({ seconds: CLIP_SECONDS, size: '640x360' })
}, 180_000)
afterAll(() => clip?.stop())

type Watched = { readonly page: Page; readonly told: UdpState; readonly session: UdpSessionStatus }

/** The clip to its end in real Chromium, over a link of its own. */
async function watch(context: TestContext, served: ServedClip, way: WayName): Promise<Watched> {
  const link = await served.makeLink(PROFILE)
  const query = `?side=udp&variant=${served.variant}&way=${way}&jitterBufferMs=300&link=${link.id}`
  const page = await served.openPage(context, query)
  const told = (await untilPage(page, ({ phase }) => phase === 'ended', 90_000)) as UdpState
  const answer = await fetch(`${served.weir.url}/api/udp-sessions/${told.session}`)
  return { page, told, session: (await answer.json()) as UdpSessionStatus }
}

for (const way of ['raw', 'rtx', 'fec'] as const) {
  test(`${way}`, { timeout: 120_000 }, async (context) => {
    needs(context, 'ffmpeg', 'chromium')
    const { told, session, page } = await watch(context, clip as ServedClip, way)
    const { offeredPackets, droppedPackets, repair, fec } = session
    console.log(JSON.stringify({ way, offeredPackets, droppedPackets, repair, fec, measures: told.measures }))
    await page.screenshot({ path: `/tmp/ways-${way}.png` })
    expect(told.phase).toBe('ended')
  })
}
