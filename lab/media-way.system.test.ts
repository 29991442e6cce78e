import type { Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { UdpSessionStatus } from '../protocol/weir-api.ts'
import { openChromium } from './test-support/chromium.ts'
import { needs } from './test-support/clients.ts'
import { untilPage, type PageState } from './test-support/page-state.ts'
import { ServedClip } from './test-support/served-clip.ts'

const CLIP_SECONDS = 8
const OTHER_MACHINE = '192.0.2.2' // by http and no localhost: no secure context

let clip: ServedClip | undefined
beforeAll(async () => {
  clip = await ServedClip.start({ seconds: CLIP_SECONDS, size: '640x360' }, { WEIR_WEBRTC: 'true' })
}, 120_000)
afterAll(() => clip?.stop())

type MediaState = PageState & {
  readonly session: string
  readonly stats: Readonly<Record<string, number | boolean>>
}

const ended = async (page: Page): Promise<MediaState> =>
  (await untilPage(page, ({ phase }) => phase === 'ended', 40_000)) as MediaState

const sessionOf = async (served: ServedClip, id: string): Promise<number> =>
  (await fetch(`${served.weir.url}/api/udp-sessions/${id}`)).status

test('the way media plays a package made for it as WebRTC, seeks, and leaves no session behind', async (context) => {
  needs(context, 'chromium')
  needs(context, 'node-datachannel')
  if (clip === undefined) return needs(context, 'ffmpeg')
  const page = await clip.openPage(context, '?side=udp&way=media')
  const first = (await untilPage(
    page,
    ({ phase, positionSeconds }) => phase === 'playing' && positionSeconds > 1,
  )) as MediaState
  expect(await sessionOf(clip, first.session)).toBe(200)
  await page.getByText('All figures').click()
  await page.getByRole('row', { name: 'NACKs sent' }).waitFor()
  await page.getByRole('slider', { name: 'Position' }).press('End')
  const last = await ended(page)
  expect(last.session).not.toBe(first.session)
  expect(last.measures['lostPackets']).toBe(0)
  expect(last.stats['hasSound']).toBe(true)
  await expect.poll(() => sessionOf(clip as ServedClip, first.session)).toBe(404)
  await expect.poll(() => sessionOf(clip as ServedClip, last.session)).toBe(404)
})

test('with NACK the browser repairs what the link loses; without it pictures freeze, and the page says both', async (context) => {
  needs(context, 'chromium')
  needs(context, 'node-datachannel')
  if (clip === undefined) return needs(context, 'ffmpeg')
  const lossy = '&preset=perfect&oneWayDelayMs=20&lossKind=random&lossRatio=0.05&seed=3'
  const watch = async (nack: string): Promise<MediaState & { readonly truth: UdpSessionStatus }> => {
    const served = clip as ServedClip
    const page = await served.openPage(context, `?side=udp&way=media&nack=${nack}${lossy}`)
    const { session } = (await untilPage(
      page,
      ({ phase, positionSeconds }) => phase === 'playing' && positionSeconds > 7,
    )) as MediaState
    const truth = (await (await fetch(`${served.weir.url}/api/udp-sessions/${session}`)).json()) as UdpSessionStatus
    return { ...(await ended(page)), truth }
  }
  const repaired = await watch('on')
  const plain = await watch('off')
  expect(repaired.truth.droppedPackets.loss).toBeGreaterThan(10)
  expect(repaired.truth.repair?.resentPackets).toBeGreaterThanOrEqual(repaired.truth.droppedPackets.loss - 2)
  expect(plain.truth.repair).toBe(undefined)
  expect(plain.stats['nackCount']).toBe(0)
  expect(plain.measures['lostPackets']).toBeGreaterThan(10)
  expect(repaired.measures['frozenFrames']).toBeLessThan((plain.measures['frozenFrames'] ?? 0) / 4)
  expect(repaired.measures['stallSeconds']).toBeLessThan(plain.measures['stallSeconds'] ?? 0)
})

test('a page that is no secure context plays UDP as WebRTC media by itself, and says so', async (context) => {
  needs(context, 'chromium')
  needs(context, 'node-datachannel')
  if (clip === undefined) return needs(context, 'ffmpeg')
  const flags = ['--autoplay-policy=no-user-gesture-required', `--host-resolver-rules=MAP ${OTHER_MACHINE} 127.0.0.1`]
  const { page } = await openChromium(context, { flags })
  await page.goto(`http://${OTHER_MACHINE}:${new URL(clip.weir.url).port}/compare/${clip.videoId}?side=udp`)
  await untilPage(page, ({ phase, positionSeconds }) => phase === 'playing' && positionSeconds > 1)
  expect(await page.evaluate(() => isSecureContext)).toBe(false)
  await expect.poll(() => page.locator('.stage-note:visible').innerText()).toContain('neither https nor localhost')
})
