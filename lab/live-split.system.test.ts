import type { Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { STAMP_WRAP_MS } from '../server/capture-clock.ts'
import type { CatchUp } from '../stream/catch-up.ts'
import { captureToShownMs, LATENCY_STRETCHES, type LatencySplit } from '../stream/latency-split.ts'
import type { RunEvent, ViewerSide } from '../stream/record.ts'
import { loopChannel } from './live-latency.ts'
import { needs } from './test-support/clients.ts'
import { untilSides, type PageState } from './test-support/page-state.ts'
import { ServedClip } from './test-support/served-clip.ts'
import { keepTold, toldEvents } from './test-support/told-events.ts'

const OUTAGE_AT_SECONDS = 25 // of link time
const OUTAGE_SECONDS = 3
const CATCH_UP_MS = 60_000 // by a tenth faster: three seconds in thirty
const FRAME_INTERVAL_MS = 1000 / 25

let clip: ServedClip | undefined
beforeAll(async () => {
  clip = await ServedClip.start({ seconds: 8, size: '320x180' })
}, 120_000)
afterAll(() => clip?.stop())

type Latency = { readonly split: LatencySplit; readonly catchUps: readonly CatchUp[] }
type Live = PageState & { readonly latency?: Latency }

const latencyOf = (state: PageState): Latency | undefined => (state as Live).latency

/** Of each picture whose burnt-in code was read: how late it was by that and by the three stretches. */
function byCodeAndByStretches(told: readonly RunEvent[], side: ViewerSide) {
  const whole = new Map<number, number>()
  for (const event of told) {
    if (event.kind === 'picture-latency' && event.side === side) whole.set(event.atMs, captureToShownMs(event))
  }
  return told.flatMap((event) => {
    if (event.kind !== 'code-read' || event.side !== side) return []
    const byStretches = whole.get(event.atMs)
    if (byStretches === undefined) return []
    const byCode = (Math.floor(event.atMs) - event.frameNumber + STAMP_WRAP_MS * 1e6) % STAMP_WRAP_MS
    return [{ byCode, byStretches }]
  })
}

/** The stall of the outage: the longest there was. */
const longest = ({ catchUps }: Latency): CatchUp => catchUps.toSorted((a, b) => b.stalledMs - a.stalledMs)[0]!

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
  await untilSides(page, ({ hls, udp }) => [hls, udp].every((side) => (latencyOf(side)?.split.pictures ?? 0) > 300))
  const before = await untilSides(page, () => true)
  const told = await toldEvents(page)
  for (const side of ['hls', 'udp'] as const) {
    const { split } = latencyOf(before[side]) as Latency
    console.log(side, split)
    // Each stretch is there, and none is more than the whole.
    const meansMs = LATENCY_STRETCHES.map((stretch) => split[stretch].meanMs)
    expect(meansMs.reduce((sum, ms) => sum + ms, 0)).toBeCloseTo(split.captureToShown.meanMs, 3)
    for (const ms of meansMs) expect(ms).toBeGreaterThan(0)
    expect(split.captureToShown.p50Ms).toBeLessThan(side === 'hls' ? 2000 : 1000)

    const both = byCodeAndByStretches(told, side)
    expect(both.length).toBeGreaterThan(100)
    const apart = both.map(({ byCode, byStretches }) => Math.abs(byCode - byStretches))
    console.log(side, both.length, Math.max(...apart), both.slice(0, 5))
    expect(Math.max(...apart)).toBeLessThan(FRAME_INTERVAL_MS)
  }

  const { hls, udp } = await untilBothAreBack(page)
  console.log(longest(latencyOf(hls)!), longest(latencyOf(udp)!))
  // The page leaves out what it missed, where hls.js plays all of it, a tenth faster.
  expect(longest(latencyOf(udp) as Latency)).toMatchObject({ by: 'jump' })
  expect(longest(latencyOf(hls) as Latency)).toMatchObject({ by: 'rate' })
  await page.screenshot({ path: '/tmp/live2.png' })
})
