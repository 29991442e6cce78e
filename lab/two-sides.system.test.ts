import type { Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { MeasuresFold } from '../stream/measures.ts'
import type { RunEvent, ViewerSide } from '../stream/record.ts'
import { needs } from './test-support/clients.ts'
import { inLongRun } from './test-support/long-run.ts'
import { untilSides, type BothState } from './test-support/page-state.ts'
import { ServedClip } from './test-support/served-clip.ts'
import { keepTold, toldEvents } from './test-support/told-events.ts'

const CLIP_SECONDS = 14
const START_SECONDS = 3.1 // where HLS begins; UDP begins at the keyframe before, more than a second apart
const HELD_SECONDS = 8
const SETTLE_MS = 1500 // what the start has put apart is made up for
const MOST_APART_MS = 100
const FRAME_INTERVAL_MS = 40

let clip: ServedClip | undefined
beforeAll(async () => {
  clip = await ServedClip.start({ seconds: CLIP_SECONDS, size: '320x180' })
}, 120_000)
afterAll(() => clip?.stop())

/** Runs in the page before its own scripts: looks at the playhead of HLS by itself, and listens to what the sound of UDP
 *  is worth when it leaves the page. */
function observe(): void {
  const seen = { heads: [] as unknown[], loudness: () => 0 }
  Reflect.set(window, 'seen', seen)
  setInterval(() => {
    const video = document.querySelector('video')
    if (video === null || video.paused) return
    seen.heads.push({ kind: 'playhead', atMs: performance.now(), positionSeconds: video.currentTime })
  }, 20)
  const connect = AudioNode.prototype.connect as (this: AudioNode, to: AudioNode) => AudioNode
  Reflect.set(AudioNode.prototype, 'connect', function (this: AudioNode, to: AudioNode) {
    if (to instanceof AudioDestinationNode && to.context instanceof AudioContext) {
      const analyser = to.context.createAnalyser()
      connect.call(this, analyser)
      seen.loudness = () => {
        const samples = new Float32Array(analyser.fftSize)
        analyser.getFloatTimeDomainData(samples)
        return Math.max(...samples.map(Math.abs))
      }
    }
    return connect.call(this, to)
  })
}

type Seen = { readonly heads: Extract<RunEvent, { kind: 'playhead' }>[]; loudness(): number }
const read = <Value>(page: Page, of: (seen: Seen) => Value): Promise<Value> =>
  page.evaluate(`(${of.toString()})(window.seen)`)

async function openBoth(
  context: Parameters<ServedClip['openPage']>[0],
  served: ServedClip,
  query: string,
): Promise<Page> {
  const page = await served.openPage(context, `?side=both&variant=${served.variant}&${query}`, keepTold, observe)
  await untilSides(page, ({ hls, udp }) => hls.phase === 'playing' && udp.phase === 'playing')
  return page
}

/** How far HLS is before UDP, ten times a second, each from one reading of the page. */
async function aheadMs(page: Page, seconds: number): Promise<number[]> {
  const ahead: number[] = []
  const endMs = Date.now() + seconds * 1000
  for (; Date.now() < endMs; await page.waitForTimeout(100)) {
    const { hls, udp } = await page.evaluate(() => (Reflect.get(window, 'weir') as BothState).sides)
    ahead.push((hls.positionSeconds - udp.positionSeconds) * 1000)
  }
  return ahead
}

const READINGS_A_SECOND = 9 // one takes a little

/** By how much they are apart for a second or longer: a busy machine holds a picture now and then, which is made up for. */
function lastingMs(ahead: readonly number[]): number {
  const seconds = ahead.slice(READINGS_A_SECOND).map((_, index) => ahead.slice(index, index + READINGS_A_SECOND))
  return Math.max(...seconds.map((readings) => Math.min(...readings.map(Math.abs))))
}

/** The places of the frames that a side told of; a busy page does not know the place of each. */
const shownTicks = (told: readonly RunEvent[], side: ViewerSide): number[] =>
  told.flatMap((event) =>
    event.kind === 'frame-shown' && event.side === side && event.ptsTicks !== undefined ? [event.ptsTicks] : [],
  )

/** How long the playhead stood, from its first move on. */
function stalledMs(heads: Seen['heads']): number {
  const moving = heads.filter(({ positionSeconds }) => positionSeconds !== heads[0]?.positionSeconds)
  const [first, last] = [moving[0]?.atMs ?? 0, moving.at(-1)?.atMs ?? 0]
  const fold = new MeasuresFold(FRAME_INTERVAL_MS)
  fold.add({ kind: 'frame-shown', atMs: first, state: 'intact' })
  moving.forEach((head) => fold.add(head))
  return fold.at(last).stallMs
}

test('both sides play from one play and are held in step to 100 ms, and UDP misses exactly what the link took', async (context) => {
  needs(context, 'chromium')
  needs(context, 'node-datachannel')
  if (clip === undefined) return needs(context, 'ffmpeg')
  const link = await clip.makeLink({ seed: 1, downlink: { oneWayDelayMs: 10 } })
  const page = await openBoth(
    context,
    clip,
    `inStep=true&link=${link.id}&startSeconds=${START_SECONDS}&lossRatio=0.02&seed=7`,
  )
  await page.waitForTimeout(SETTLE_MS)
  expect(await read(page, ({ loudness }) => loudness())).toBeLessThan(0.001) // HLS is heard
  await page.getByLabel('Sound from').selectOption('udp')
  expect(await page.evaluate(() => document.querySelector('video')?.muted)).toBe(true)

  const apart = await aheadMs(page, HELD_SECONDS)
  expect(apart.length).toBeGreaterThan(4 * HELD_SECONDS)
  expect(lastingMs(apart), `apart by ${apart.map(Math.round).join(' ')} ms`).toBeLessThan(MOST_APART_MS)
  expect(await read(page, ({ loudness }) => loudness())).toBeGreaterThan(0.01)

  const { udp } = await untilSides(page, (now) => now.udp.phase === 'ended' && now.hls.phase === 'ended')
  const { lostPackets, tailDroppedPackets, blockedPackets } = (await link.get()).udp.downlink
  expect(udp.lostSequenceNumbers.video.length + udp.lostSequenceNumbers.audio.length).toBe(lostPackets)
  expect(lostPackets).toBeGreaterThan(5)
  expect([tailDroppedPackets, blockedPackets]).toEqual([0, 0])

  const told = await toldEvents(page)
  const frames = new Set(Array.from({ length: CLIP_SECONDS * 25 }, (_, index) => index * 3600)) // 25 a second
  expect(shownTicks(told, 'udp').filter((ticks) => !frames.has(ticks))).toEqual([])
  expect(shownTicks(told, 'hls').filter((ticks) => !frames.has(ticks))).toEqual([])
  expect(shownTicks(told, 'hls').length).toBeGreaterThan(frames.size / 2) // a busy machine leaves some out
})

if (inLongRun) {
  test('HLS stalls on a line that is too slow as its playhead does, while UDP plays on', async (context) => {
    needs(context, 'chromium')
    needs(context, 'node-datachannel')
    if (clip === undefined) return needs(context, 'ffmpeg')
    const link = await clip.makeLink({ seed: 1, downlink: { rateBitsPerSecond: 1_000_000 } })
    const page = await openBoth(context, clip, `link=${link.id}`)
    await link.patch({ downlink: { rateBitsPerSecond: 60_000 } })
    await untilSides(page, ({ hls }) => hls.phase === 'stalled')
    const stalledAt = await untilSides(page, () => true)
    await page.waitForTimeout(2000)
    await link.patch({ downlink: { rateBitsPerSecond: 20_000_000 } })
    const { hls, udp } = await untilSides(page, (now) => now.hls.phase === 'playing')
    expect(udp.positionSeconds - stalledAt.udp.positionSeconds).toBeGreaterThan(2)

    const stallMs = stalledMs(await read(page, (seen) => seen.heads))
    expect(stallMs).toBeGreaterThan(1500)
    expect(Math.abs((hls.measures['stallSeconds'] ?? 0) - stallMs / 1000)).toBeLessThan(0.3)
  })
}
