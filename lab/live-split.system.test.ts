import type { Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { CatchUp } from '../stream/catch-up.ts'
import { captureToShownMs, LATENCY_STRETCHES, type LatencySplit } from '../stream/latency-split.ts'
import { measureGlassToGlass } from './glass-to-glass.ts'
import type { ViewerSide } from '../stream/record.ts'
import { loopChannel } from './live-latency.ts'
import { needs } from './test-support/clients.ts'
import { untilSides, type PageState, type Sides } from './test-support/page-state.ts'
import { ServedClip } from './test-support/served-clip.ts'
import { keepTold, toldEvents } from './test-support/told-events.ts'

const OUTAGE_AT_SECONDS = 35 // of link time
const OUTAGE_SECONDS = 3
const CATCH_UP_MS = 60_000 // by a tenth faster: three seconds in thirty
const CODE_SECONDS = 5
const TOLD_MS = 2500
const APART_MS = 60 // a repaint, a picture, and half a round trip of the clocks

let clip: ServedClip | undefined
beforeAll(async () => {
  clip = await ServedClip.start({ seconds: 8, size: '320x180' })
}, 120_000)
afterAll(() => clip?.stop())

type Latency = { readonly split: LatencySplit; readonly catchUps: readonly CatchUp[] }
type Live = PageState & { readonly latency?: Latency }

const latencyOf = (state: PageState): Latency | undefined => (state as Live).latency

/** The stall of the outage: the longest there was. */
const longest = ({ catchUps }: Latency): CatchUp => catchUps.toSorted((a, b) => b.stalledMs - a.stalledMs)[0]!

const MOST_MS = { hls: 2000, udp: 1000 } as const // of the median, where nothing lies between
const isMeasured = ({ hls, udp }: Sides): boolean =>
  [hls, udp].every((side) => (latencyOf(side)?.split.pictures ?? 0) > 100)

/** How late the pictures were that a side has shown in the last seconds of reading codes; they are told a second later. */
async function toldSince(page: Page, side: ViewerSide, fromMs: number): Promise<number[]> {
  await page.waitForTimeout(TOLD_MS)
  const untilMs = fromMs + CODE_SECONDS * 1000 // s to ms
  return (await toldEvents(page)).flatMap((event) =>
    event.kind === 'picture-latency' && event.side === side && event.atMs >= fromMs && event.atMs < untilMs
      ? [captureToShownMs(event)]
      : [],
  )
}

const medianOf = (values: readonly number[]): number => values.toSorted((a, b) => a - b)[values.length >> 1] ?? NaN

async function untilBothAreBack(page: Page) {
  const isBack = (state: PageState): boolean =>
    (latencyOf(state)?.catchUps ?? []).some(
      ({ stalledMs, backAfterMs }) => stalledMs > 2000 && backAfterMs !== undefined,
    )
  return untilSides(page, ({ hls, udp }) => isBack(hls) && isBack(udp), OUTAGE_AT_SECONDS * 1000 + CATCH_UP_MS)
}

test('latency of a channel splits into capture, publish, receive and show on both sides, and each comes back after an outage', async (context) => {
  needs(context, 'chromium')
  needs(context, 'node-datachannel')
  if (clip === undefined) return needs(context, 'ffmpeg')
  const channel = await loopChannel(clip.weir.url, clip.videoId)
  const outage = { kind: 'random', lossRatio: 1 }
  const link = await clip.makeLink({
    seed: 7,
    changes: [
      { atSeconds: OUTAGE_AT_SECONDS, set: { downlink: { loss: outage } } },
      { atSeconds: OUTAGE_AT_SECONDS + OUTAGE_SECONDS, set: { downlink: { loss: null } } },
    ],
  })
  const page = await clip.openPage(context, '', keepTold)
  await page.goto(`${clip.weir.url}/compare/${channel.id}?side=both&link=${link.id}`)
  await link.restart()
  const early = await untilSides(page, isMeasured)
  for (const side of ['hls', 'udp'] as const) {
    const { split } = latencyOf(early[side]) as Latency
    const meansMs = LATENCY_STRETCHES.map((stretch) => split[stretch].meanMs)
    expect(meansMs.reduce((sum, ms) => sum + ms, 0)).toBeCloseTo(split.captureToShown.meanMs, 3)
    for (const ms of meansMs) expect(ms).toBeGreaterThan(0)
    expect(split.captureToShown.p50Ms).toBeLessThan(MOST_MS[side])
    // What the page tells of its pictures is what their burnt-in codes say of them.
    const fromMs = Date.now()
    const byCode = await measureGlassToGlass(page, side === 'hls' ? 'video' : 'canvas', CODE_SECONDS)
    const toldMs = medianOf(await toldSince(page, side, fromMs))
    console.log(side, split, { byCodeMs: byCode.p50Ms, toldMs })
    expect(Math.abs(byCode.p50Ms - toldMs)).toBeLessThan(APART_MS)
  }

  const { hls, udp } = await untilBothAreBack(page)
  const [ofHls, ofUdp] = [hls, udp].map((side) => longest(latencyOf(side) as Latency)) as [CatchUp, CatchUp]
  console.log('after the outage:', { hls: ofHls, udp: ofUdp })
  // RTP leaves out what it missed, where the page's HLS plays all of it, a tenth faster.
  expect(ofUdp).toMatchObject({ by: 'jump' })
  expect(ofUdp.backAfterMs).toBeLessThan(1000)
  expect(ofHls).toMatchObject({ by: 'rate' })
  expect(ofHls.highestLatencyMs - ofHls.latencyBeforeMs).toBeGreaterThan(1000)
})
