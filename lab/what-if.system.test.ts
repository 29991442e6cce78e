import type { Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test, type TestContext } from 'vitest'
import { linkPresets } from '../link/presets.ts'
import type { LinkProfile } from '../link/profile.ts'
import { MapJob, type MapOrder, type MapPlace } from '../player/map-job.ts'
import { cellProfile, readWhatIfSettings } from '../player/what-if-settings.ts'
import type { LabRun } from '../simulation/lab-results.ts'
import { runExperiment } from '../simulation/experiment.ts'
import { videoStart } from '../simulation/video-start.ts'
import { openChromium } from './test-support/chromium.ts'
import { needs } from './test-support/clients.ts'
import { inLongRun } from './test-support/long-run.ts'
import { ServedClip, type Summary } from './test-support/served-clip.ts'

const CLIP_SECONDS = 12
const COARSE_PLACES = 25

let clip: ServedClip | undefined
beforeAll(async () => {
  clip = await ServedClip.start({ seconds: CLIP_SECONDS, size: '320x180' })
}, 120_000)
afterAll(() => clip?.stop())

type PlacedRun = LabRun & MapPlace
type Snapshot = {
  readonly place?: MapPlace
  readonly firstMapMs?: number
  readonly doneRuns?: number
  readonly runs?: readonly PlacedRun[]
}

const snapshotOf = (page: Page): Promise<Snapshot> => page.evaluate(() => Reflect.get(window, 'weir') as Snapshot)

async function openWhatIf(context: TestContext, served: ServedClip, query: string): Promise<Page> {
  const { page } = await openChromium(context)
  await page.goto(`${served.weir.url}/what-if/${served.videoId}${query}`)
  await page.getByRole('grid').waitFor()
  return page
}

/** Once each place of the coarse map has its first run. */
async function firstMap(page: Page): Promise<readonly PlacedRun[]> {
  await expect.poll(async () => (await snapshotOf(page)).firstMapMs, { timeout: 30_000 }).toBeTypeOf('number')
  const { runs = [] } = await snapshotOf(page)
  return runs.filter(({ column, row, seed }) => column % 4 === 0 && row % 4 === 0 && seed === 7)
}

const baseOf = (name: string): LinkProfile => {
  const preset = linkPresets.find((other) => other.name === name)
  if (preset === undefined) throw new Error(`there is no preset ${name}`)
  return { ...preset.profile, name, seed: 0 }
}

async function jobOf(served: ServedClip, query: string): Promise<MapJob> {
  const settings = readWhatIfSettings(query)
  const video = (await (await fetch(`${served.weir.url}/api/videos/${served.videoId}`)).json()) as {
    readonly variants: readonly { readonly bandwidthBitsPerSecond: number }[]
  }
  const mediaBitsPerSecond = Math.max(...video.variants.map(({ bandwidthBitsPerSecond }) => bandwidthBitsPerSecond))
  return new MapJob({ settings, base: baseOf(settings.preset), mediaBitsPerSecond, longerSeconds: settings.seconds })
}

/** What the page must show: the same runs in Node, of the package's own outline. */
async function runsInNode(served: ServedClip, query: string): Promise<readonly object[]> {
  const job = await jobOf(served, query)
  const video = videoStart({ title: 'clip', outlines: [await served.outline()] }, job.settings.seconds)
  const orders = Array.from({ length: COARSE_PLACES }, () => job.next() as MapOrder)
  return orders.map(({ run: { column, row }, profile, sides, seconds }) => ({
    column,
    row,
    sides: runExperiment({ video, sides, profile, durationSeconds: seconds }),
  }))
}

const told = (runs: readonly PlacedRun[]) => runs.map(({ column, row, sides }) => ({ column, row, sides }))

test('the first map has the 25 runs that Node makes of the same networks, and goes on to finer ones', async (context) => {
  needs(context, 'chromium')
  if (clip === undefined) return needs(context, 'ffmpeg')
  const query = '?preset=lte&seed=7'
  const page = await openWhatIf(context, clip, query)
  expect(told(await firstMap(page))).toEqual(await runsInNode(clip, query))
  await page.locator('.map-status[data-size="9"]').waitFor()
  expect(await page.locator('td.map-cell:not(.guess)').count()).toBeGreaterThanOrEqual(81)
})

test('a slider begins the map anew at once: no run of the value before lands in it', async (context) => {
  needs(context, 'chromium')
  if (clip === undefined) return needs(context, 'ffmpeg')
  const page = await openWhatIf(context, clip, '?preset=lte&seed=7')
  await firstMap(page)
  const delay = page.getByRole('slider', { name: 'Delay' })
  const done = await delay.evaluate((slider: HTMLInputElement) => {
    slider.value = String(Number(slider.value) + 3) // 35 to 100 ms
    slider.dispatchEvent(new Event('input', { bubbles: true }))
    return (Reflect.get(window, 'weir') as { readonly doneRuns: number }).doneRuns
  })
  expect(done).toBe(0)
  await expect.poll(() => new URL(page.url()).searchParams.get('oneWayDelayMs')).toBe('100')
  const query = '?preset=lte&seed=7&oneWayDelayMs=100'
  expect(told(await firstMap(page))).toEqual(await runsInNode(clip, query))
})

if (inLongRun)
  test('arrow keys and Enter choose a cell, which opens the compare page with its very network and seed', async (context) => {
    needs(context, 'chromium')
    if (clip === undefined) return needs(context, 'ffmpeg')
    const query = '?preset=hotel-wifi&seed=7&x=rateBitsPerSecond&y=lossRatio'
    const page = await openWhatIf(context, clip, query)
    await firstMap(page)
    const { place, doneRuns = 0 } = await snapshotOf(page)
    await page.locator('td[aria-selected=true]').focus()
    await page.keyboard.press('Home')
    await page.keyboard.press('PageDown')
    await page.keyboard.press('ArrowUp')
    expect((await snapshotOf(page)).place).toEqual(place) // to move is not to choose
    await page.keyboard.press('Enter')
    const { place: chosen, doneRuns: doneThen } = await snapshotOf(page)
    expect(doneThen).toBeGreaterThanOrEqual(doneRuns) // the map goes on
    expect(chosen?.column).toBe(0)
    expect(chosen?.row).toBeGreaterThan(0)
    await page.locator(`.chosen-cell[data-place="0 ${chosen?.row}"] .side-timeline`).first().waitFor()

    const job = await jobOf(clip, query)
    const point = job.point(chosen as MapPlace)
    await page.getByRole('link', { name: 'Watch this network' }).click()
    await page.locator('.compare').waitFor()
    const wanted = cellProfile(baseOf('hotel-wifi'), readWhatIfSettings(query), point)
    const { url } = clip.weir
    const linkNow = async () => ((await (await fetch(`${url}/api/links/default`)).json()) as Summary).profile
    await expect.poll(linkNow).toEqual({ ...wanted, seed: 7 })
  })
