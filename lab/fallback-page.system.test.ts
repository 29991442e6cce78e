import { afterAll, beforeAll, expect, test, type TestContext } from 'vitest'
import type { FallbackTry } from '../stream/fallback.ts'
import { needs } from './test-support/clients.ts'
import { ServedClip } from './test-support/served-clip.ts'

let clip: ServedClip | undefined
beforeAll(async () => void (clip = await ServedClip.start({ seconds: 6, keyframeFrames: 50 })))
afterAll(() => clip?.stop())

const line = 'side=udp&way=fallback&rateBitsPerSecond=10000000&oneWayDelayMs=25&seed=1'

for (const { blocked, query, ways, pictureWithinMs } of [
  { blocked: 'nothing', query: '', ways: [['rtp-udp', undefined]], pictureWithinMs: 2000 },
  {
    blocked: 'UDP',
    query: '&udpBlocked=true',
    ways: [
      ['rtp-udp', 'no-packets'],
      ['rtp-tcp', undefined],
    ],
    pictureWithinMs: 2000,
  },
  {
    blocked: 'UDP and RTSP',
    query: '&udpBlocked=true&rtspBlocked=true',
    ways: [
      ['rtp-udp', 'no-answer'],
      ['rtp-tcp', 'no-answer'],
      ['hls', undefined],
    ],
    pictureWithinMs: 4000,
  },
]) {
  test(`where a firewall blocks ${blocked} a picture is there within ${pictureWithinMs} ms of play`, async (context) => {
    const page = await served(context).openPage(context, `?${line}${query}`)
    const tries = () => page.evaluate(triesOfPage)
    await expect.poll(async () => (await tries()).at(-1)?.pictureMs, { timeout: 15_000 }).toBeLessThan(pictureWithinMs)
    expect((await tries()).map(({ way, leftBecause }) => [way, leftBecause])).toEqual(ways)
    await expect.poll(() => page.locator('[data-pane=udp] .fallback li').count()).toBe(ways.length)
  })
}

/** In the page. */
function triesOfPage(): readonly FallbackTry[] {
  const { weir } = window as { weir?: { readonly tries?: readonly FallbackTry[] } }
  return weir?.tries ?? []
}

function served(context: TestContext): ServedClip {
  needs(context, 'chromium')
  if (clip !== undefined) return clip
  needs(context, 'ffmpeg') // which skips the test
  throw new Error('there is ffmpeg, and no clip')
}
