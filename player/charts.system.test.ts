import type { CDPSession, Page } from 'playwright-core'
import { expect, test, vi } from 'vitest'
import { inLongRun } from '../lab/test-support/long-run.ts'
import type { LinkProfile } from '../link/profile.ts'
import { testOutline } from '../simulation/test-support/test-outline.ts'
import { compare } from '../simulation/comparison.ts'
import { clockedRun } from '../simulation/test-support/clocked-run.ts'
import { RunSeries } from '../stream/run-series.ts'
import { formatMoment } from './chart-axes.ts'
import { sayStop, stopsOf, type Stop } from './chart-stops.ts'
import { formatCount, formatTime } from './format.ts'
import type { ChartsHarness } from './test-support/charts-harness/main.tsx'
import { openChartsPage } from './test-support/charts-page.ts'

declare global {
  // What the page of test-support/charts-harness offers.
  var harness: ChartsHarness
}

const VIDEO_SECONDS = 40
const VIDEO_BITS_PER_SECOND = 2e6
const RUN_MS = 72_000 // as long as both sides take under this profile
const profile: LinkProfile = {
  seed: 7,
  downlink: { rateBitsPerSecond: 3e6, queueMs: 200, oneWayDelayMs: 35, loss: { kind: 'random', lossRatio: 0.004 } },
  changes: [
    { atSeconds: 12, set: { downlink: { rateBitsPerSecond: 700_000 } } },
    { atSeconds: 40, set: { downlink: { rateBitsPerSecond: 4e6 } } },
  ],
}

async function prepare(page: Page): Promise<void> {
  const run = [profile, VIDEO_SECONDS, VIDEO_BITS_PER_SECOND] as const
  await page.evaluate((args) => harness.prepare(...args), run)
}

async function tellRuns(page: Page, from: number, to: number): Promise<void> {
  for (let run = from; run < to; run += 1) {
    await page.evaluate(
      ([beginMs, runMs]) => {
        harness.begin(beginMs)
        harness.tellUntil(runMs)
      },
      [run * RUN_MS, RUN_MS] as const,
    )
  }
}

/** Tells a run as it would happen, for so long; gives what each redraw took. */
async function watchLive(page: Page, run: number, seconds: number): Promise<readonly number[]> {
  const redrawsMs = await page.evaluate(
    async ([beginMs, lastMs]) => {
      harness.begin(beginMs)
      harness.redrawsMs.length = 0
      const startMs = performance.now()
      for (let nowMs = 0; nowMs < lastMs; nowMs = performance.now() - startMs) {
        harness.tellUntil(nowMs)
        await new Promise((resolve) => setTimeout(resolve, 100)) // the pace at which a page tells: it waits for nothing
      }
      return [...harness.redrawsMs]
    },
    [run * RUN_MS, seconds * 1000] as const,
  )
  return redrawsMs.toSorted((a, b) => a - b)
}

async function heapBytes(devTools: CDPSession): Promise<number> {
  await devTools.send('HeapProfiler.collectGarbage')
  return (await devTools.send('Runtime.getHeapUsage')).usedSize
}

if (inLongRun)
  test('the charts are drawn ten times a second, and neither the time nor the memory for it grows', async (context) => {
    const page = await openChartsPage(context)
    const devTools = await page.context().newCDPSession(page)
    await prepare(page)
    await tellRuns(page, 0, 3) // so that all lists of moments are full
    const early = await watchLive(page, 3, 5)
    const before = await heapBytes(devTools)
    const runs = 50 // an hour
    await tellRuns(page, 4, 4 + runs)
    const late = await watchLive(page, 4 + runs, 5)
    const after = await heapBytes(devTools)
    const at = (sorted: readonly number[], ratio: number) => sorted[Math.floor(sorted.length * ratio)] ?? Infinity
    console.log(
      `redraws ${early.length}, ${late.length}; p50 ${at(early, 0.5).toFixed(1)}, ${at(late, 0.5).toFixed(1)} ms; ` +
        `p95 ${at(early, 0.95).toFixed(1)}, ${at(late, 0.95).toFixed(1)} ms; heap ${before}, ${after} bytes`,
    )
    expect(late.length).toBeGreaterThan(35)
    expect(late.length).toBeLessThan(55)
    expect(at(late, 0.5)).toBeLessThan(2 * at(early, 0.5) + 3)
    expect(at(late, 0.5)).toBeLessThan(15) // 15 % of a core
    expect(after - before).toBeLessThan(2e6) // lists of moments that are not full yet, up to their bounds
  })

test('the charts say the totals of the run, zoom, pause, and tell who clicks what is there', async (context) => {
  const page = await openChartsPage(context, { heightPixels: 1000 })
  const outline = testOutline({ seconds: VIDEO_SECONDS, videoBitsPerSecond: VIDEO_BITS_PER_SECOND })
  const events = clockedRun(outline, profile)
  await prepare(page)
  await tellRuns(page, 0, 1)
  await page.getByText('Whole run').click()

  const { hls, rtp } = compare({ outline, profile })
  const udpLane = rtp.measures.link?.find(({ direction }) => direction === 'down')
  const rtcpLost = events.filter((one) => one.kind === 'packet-dropped' && one.lane === 'udp' && one.traffic === 'rtcp')
  const figures = {
    'HLS intact': hls.measures.intactFrames,
    'UDP damaged': rtp.measures.damagedFrames,
    'UDP frozen': rtp.measures.frozenFrames,
    'given up': rtp.measures.lostPackets + rtp.measures.latePackets,
    'UDP queue full':
      (udpLane?.tailDroppedPackets ?? 0) - rtcpLost.filter((one) => 'cause' in one && one.cause === 'queue').length,
  }
  for (const [label, value] of Object.entries(figures)) await untilFigure(page, label, formatCount(value))

  // In the plot above a stall of HLS; in the row of UDP's frames a frozen one; in that of its link a lost packet.
  const series = new RunSeries(1000 / 30)
  for (const event of events) series.add(event)
  const stall = series.bands.find(({ kind, side }) => kind === 'stall' && side === 'hls')
  if (stall === undefined) throw new Error('HLS did not stall under this profile')
  await clickAt(page, 0, (stall.fromMs + stall.toMs) / 2 / hls.endedMs, 0.3)
  await clickAt(page, 3, 30_000 / hls.endedMs, 0.75)
  await clickAt(page, 2, 30_000 / hls.endedMs, 0.4)
  const picked = await page.evaluate(() => harness.picked)
  expect(picked).toMatchObject([{ stall }, { frame: { side: 'udp', state: 'frozen' } }, {}])
  expect(picked[2]).toHaveProperty('lost')

  await dragAcross(page, 0.25, 0.5)
  const name = page.locator('.chart-canvas').last()
  const seen = [0.25, 0.5].map((ratio) => formatTime((ratio * hls.endedMs) / 1000))
  expect(await name.getAttribute('aria-label')).toBe(`TCP’s window, ${seen[0]} to ${seen[1]}`)
  await name.press('Escape')
  expect(await name.getAttribute('aria-label')).toMatch(/0:00 to/)

  await name.press(' ')
  const held = await name.getAttribute('aria-label')
  await tellRuns(page, 1, 2)
  await page.waitForTimeout(300)
  expect(await name.getAttribute('aria-label')).toBe(held)
  await page.getByText('Go on').click()
  expect(await name.getAttribute('aria-label')).not.toBe(held)
})

test('keys step from fault to fault, say where they are, and Enter means what a click there does', async (context) => {
  const page = await openChartsPage(context, { heightPixels: 1000 })
  const series = new RunSeries(1000 / 30)
  for (const event of clockedRun(
    testOutline({ seconds: VIDEO_SECONDS, videoBitsPerSecond: VIDEO_BITS_PER_SECOND }),
    profile,
  ))
    series.add(event)
  const stops = stopsOf(series)
  // A screen reader finds a name even before the first moment is drawn.
  expect(await page.locator('.chart-canvas:not([aria-label])').count()).toBe(0)
  await prepare(page)
  await tellRuns(page, 0, 1)
  await page.getByText('Whole run').click()

  const chart = page.locator('.chart-canvas').first()
  const status = page.locator('.chart-stack [role=status]')
  const untilSaid = (stop: Stop, place: number) =>
    vi.waitFor(async () => expect(await status.textContent()).toBe(`${sayStop(stop)} · ${place} of ${stops.length}`))
  await chart.press('n')
  await untilSaid(stops[0]!, 1)
  await chart.press('n')
  await untilSaid(stops[1]!, 2)
  expect(await page.locator('.chart-moment').textContent()).toContain(
    formatMoment((stops[1]!.atMs - series.originMs) / 1000, 1),
  )
  await chart.press('p')
  await untilSaid(stops[0]!, 1)
  await chart.press('Enter')
  const freeze = stops.findIndex((stop) => stop.kind === 'stall' && stop.band.side === 'udp')
  for (let place = 0; place < freeze; place += 1) await page.getByLabel('Next fault').click()
  await untilSaid(stops[freeze]!, freeze + 1)
  await page.getByText('Explain').click()
  const picked = await page.evaluate(() => harness.picked)
  expect(picked).toMatchObject([{}, { frame: { side: 'udp', state: 'frozen' } }]) // UDP stands still for want of a frame
  expect(picked[0]).toHaveProperty(stops[0]!.kind === 'packets' ? 'lost' : 'frame')
  await chart.press('Escape')
  await vi.waitFor(async () => expect(await status.textContent()).toBe(''))
})

test('folded charts draw nothing, and unfolded they know what happened meanwhile', async (context) => {
  const page = await openChartsPage(context)
  await prepare(page)
  await page.locator('summary').click()
  const redraws = await watchLive(page, 0, 1)
  expect(redraws.length).toBeLessThan(3) // of Preact, not of a plot
  await page.locator('summary').click()
  await vi.waitFor(async () => expect(await page.locator('.chart-moment').textContent()).toMatch(/^0:0/))
})

async function dragAcross(page: Page, fromRatio: number, toRatio: number): Promise<void> {
  const box = await page.locator('.u-over').first().boundingBox()
  if (box === null) throw new Error('the first plot is not to be seen')
  const y = box.y + box.height / 2
  await page.mouse.move(box.x + box.width * fromRatio, y)
  await page.mouse.down()
  await page.mouse.move(box.x + box.width * toRatio, y, { steps: 3 })
  await page.mouse.up()
}

async function untilFigure(page: Page, label: string, value: string): Promise<void> {
  const figure = page.locator('.chart-figure', { has: page.getByText(label, { exact: true }) }).locator('.chart-value')
  await vi.waitFor(async () => expect(await figure.textContent()).toBe(value), { timeout: 5000 })
}

async function clickAt(page: Page, plot: number, xRatio: number, yRatio: number): Promise<void> {
  const over = page.locator('.u-over').nth(plot)
  const box = (await over.boundingBox()) ?? { width: 0, height: 0 }
  await over.click({ position: { x: box.width * xRatio, y: box.height * yRatio } })
}
