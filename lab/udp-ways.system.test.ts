import type { Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test, type TestContext } from 'vitest'
import type { WayName } from '../protocol/ways.ts'
import type { UdpSessionStatus } from '../protocol/weir-api.ts'
import { needs } from './test-support/clients.ts'
import { untilPage, untilSides, type PageState, type UdpState } from './test-support/page-state.ts'
import { ServedClip, type TestLink } from './test-support/served-clip.ts'

const CLIP_SECONDS = 30
const MOST_RESIDUAL_RATIO = 0.001
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

type Watched = { readonly told: UdpState; readonly session: UdpSessionStatus; readonly link: TestLink }

async function sessionOf(served: ServedClip, { session }: UdpState): Promise<UdpSessionStatus> {
  return (await (await fetch(`${served.weir.url}/api/udp-sessions/${session}`)).json()) as UdpSessionStatus
}

/** The clip to its end in real Chromium, over a link of its own. */
async function watch(context: TestContext, served: ServedClip, way: WayName): Promise<Watched> {
  const link = await served.makeLink(PROFILE)
  const query = `?side=udp&variant=${served.variant}&way=${way}&jitterBufferMs=300&link=${link.id}`
  const page = await served.openPage(context, query)
  const told = (await untilPage(page, ({ phase }) => phase === 'ended', 90_000)) as UdpState
  return { told, session: await sessionOf(served, told), link }
}

/** Of the packets that were sent. */
const residualRatio = ({ told: { measures }, session }: Watched): number =>
  (measures['lostPackets'] ?? NaN) / session.offeredPackets

// What the link loses under the seed is always the same, and the same in every way.
const lossOfSeed = { loss: 91, queue: 0, blocked: 0, gateway: 0 }

test('without repair what the link loses is lost', { timeout: 120_000 }, async (context) => {
  needs(context, 'ffmpeg')
  const { told, session } = await watch(context, clip as ServedClip, 'raw')
  expect(session).toMatchObject({ offeredPackets: 5378, droppedPackets: lossOfSeed })
  expect(told.measures).toMatchObject({ lostPackets: 91, latePackets: 0 })
  expect(told.measures['repairedPackets']).toBeUndefined()
})

/** A machine with too much to do answers NACKs late, and the link says so: then it is tried again. */
test(
  'RTX at 2 % loss, 100 ms RTT and a buffer of 300 ms leaves at most 0.1 %',
  { timeout: 400_000 },
  async (context) => {
    needs(context, 'ffmpeg')
    let watched: Watched
    let tries = 0
    do {
      watched = await watch(context, clip as ServedClip, 'rtx')
      tries += 1
    } while (
      tries < 3 &&
      (await watched.link.get()).warning !== undefined &&
      residualRatio(watched) > MOST_RESIDUAL_RATIO
    )
    const { told, session } = watched
    expect(session).toMatchObject({ offeredPackets: 5378, droppedPackets: lossOfSeed })
    expect(told.measures).toMatchObject({ missedPackets: 91 })
    expect(session.repair?.resentPackets).toBeGreaterThanOrEqual(91)
    expect(residualRatio(watched)).toBeLessThanOrEqual(MOST_RESIDUAL_RATIO)
  },
)

test('parity gives back what is alone in its group, at once', { timeout: 120_000 }, async (context) => {
  needs(context, 'ffmpeg')
  const { told, session } = await watch(context, clip as ServedClip, 'fec')
  expect(session).toMatchObject({ offeredPackets: 5378, droppedPackets: lossOfSeed, fec: { sentPackets: 770 } })
  expect(told.measures).toMatchObject({ missedPackets: 91, repairedPackets: 82, lostPackets: 9, lateRepairs: 0 })
})

type Three = { readonly hls: PageState; readonly udp: UdpState; readonly third: UdpState }

async function untilThree(page: Page, isSo: (now: Three) => boolean): Promise<Three> {
  const isThree = (now: object): now is Three => 'third' in now
  return (await untilSides(page, (now) => isThree(now) && isSo(now), 90_000)) as unknown as Three
}

test(
  'a third picture meets the same weather: HLS, UDP without repair and with RTX',
  { timeout: 120_000 },
  async (context) => {
    needs(context, 'ffmpeg')
    const served = clip as ServedClip
    const link = await served.makeLink(PROFILE)
    const query = `?side=both&variant=${served.variant}&way=raw&third=rtx&jitterBufferMs=300&link=${link.id}`
    const page = await served.openPage(context, query)
    const { udp, third } = await untilThree(page, (now) => now.udp.phase === 'ended' && now.third.phase === 'ended')
    const sessions = await Promise.all([sessionOf(served, udp), sessionOf(served, third)])
    expect(sessions.map(({ droppedPackets }) => droppedPackets)).toEqual([lossOfSeed, lossOfSeed])
    expect((await link.get()).udp.downlink.acceptedPackets).toBeLessThan(2 * 5378) // the third has a copy of the line

    await page.selectOption('.side[data-pane=third] .way-menu select', 'fec')
    await untilThree(page, (now) => now.third.way === 'fec')
    expect(await page.evaluate(() => location.search)).toContain('third=fec')
    await page.selectOption('.third-menu select', '')
    await untilSides(page, (now) => !('third' in now))
  },
)
