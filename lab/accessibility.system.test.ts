import type { Locator, Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { allFindings, noFindings as nothing } from './test-support/axe.ts'
import { needs } from './test-support/clients.ts'
import { inLongRun } from './test-support/long-run.ts'
import { untilPage } from './test-support/page-state.ts'
import { ServedClip } from './test-support/served-clip.ts'
import { openChromium } from './test-support/chromium.ts'

let clip: ServedClip | undefined
beforeAll(async () => {
  clip = await ServedClip.start({ seconds: 4 })
}, 120_000)
afterAll(() => clip?.stop())

test('axe-core finds nothing serious on the library page, its addresses unfolded', async (context) => {
  needs(context, 'chromium')
  if (clip === undefined) return needs(context, 'ffmpeg')
  const { page } = await openChromium(context)
  await page.goto(clip.weir.url)
  await page.getByText('Addresses').click()
  await page.locator('.qr-code path').waitFor()
  expect(await allFindings(page)).toEqual(nothing)
})

test('axe-core finds nothing serious on the compare page, everything unfolded', async (context) => {
  needs(context, 'chromium')
  if (clip === undefined) return needs(context, 'ffmpeg')
  const change = encodeURIComponent('[{"atSeconds":20,"set":{"udpBlocked":true}}]')
  const page = await clip.openPage(context, `?side=hls&preset=lte-walking&changes=${change}`)
  await page.locator('[data-phase=playing]').first().waitFor()
  await page.evaluate(() => document.querySelectorAll('details').forEach((details) => (details.open = true)))
  await page.locator('.qr-code path').waitFor()
  expect(await allFindings(page)).toEqual(nothing)
})

test('axe-core finds nothing serious on the what-if page, everything unfolded', async (context) => {
  needs(context, 'chromium')
  if (clip === undefined) return needs(context, 'ffmpeg')
  const { page } = await openChromium(context)
  await page.goto(`${clip.weir.url}/what-if/${clip.videoId}?seed=7&measure=startupMs`)
  await page.locator('.map-status[data-size="9"]').waitFor()
  await page.locator('.side-timeline').first().waitFor()
  await page.locator('td.udp[data-step="4"]').first().waitFor() // the strongest colour behind figures
  await page.evaluate(() => document.querySelectorAll('details').forEach((details) => (details.open = true)))
  await untilMapStands(page)
  expect(await allFindings(page)).toEqual(nothing)
})

/** A hidden tab hands out no more runs: axe reads names and texts one after the other, and a cell that changes between the two
 *  would seem to have a name of its own. */
async function untilMapStands(page: Page): Promise<void> {
  await page.evaluate(() => Object.defineProperty(document, 'hidden', { value: true }))
  await page.locator('.map-status[data-under-way="0"]').waitFor()
}

test('axe-core finds nothing serious on the lab page', async (context) => {
  needs(context, 'chromium')
  if (clip === undefined) return needs(context, 'ffmpeg')
  const { page } = await openChromium(context)
  await page.goto(`${clip.weir.url}/lab`)
  await page.locator('.lab-videos a').waitFor()
  expect(await allFindings(page)).toEqual(nothing)
})

test('the preview of a place in the video comes for pointer and keys alike, and goes with Escape', async (context) => {
  needs(context, 'chromium')
  if (clip === undefined) return needs(context, 'ffmpeg')
  const page = await clip.openPage(context, '?side=hls')
  const bar = page.getByRole('slider', { name: 'Position' })
  await page.locator('[data-phase=playing]').first().waitFor()
  const { x = 0, y = 0, width = 0, height = 0 } = (await bar.boundingBox()) ?? {}
  const point = (seconds: number) => page.mouse.move(x + 8 + (seconds / 4) * (width - 16), y + height / 2)
  const preview = page.locator('.scrub-preview')
  const picture = preview.locator('.thumbnail')
  await point(1)
  await picture.waitFor()
  expect([await preview.innerText(), await partShown(picture)]).toEqual(['0:01', { x: 0, y: 0, sheet: '320x90' }])
  await point(3)
  expect([await preview.innerText(), await partShown(picture)]).toEqual(['0:03', { x: 160, y: 0, sheet: '320x90' }])
  await page.mouse.move(0, 0)
  expect(await preview.count()).toBe(0)

  await bar.focus()
  await page.keyboard.press('End')
  expect(await partShown(picture)).toMatchObject({ x: 160 })
  await page.keyboard.press('Home')
  expect(await partShown(picture)).toMatchObject({ x: 0 })
  expect(await allFindings(page)).toEqual(nothing)
  await page.keyboard.press('Escape')
  expect(await preview.count()).toBe(0)
})

/** The part of the sheet that a preview shows, and that the sheet is a picture. */
function partShown(picture: Locator): Promise<{ x: number; y: number; sheet: string }> {
  return picture.evaluate(async (element) => {
    const { backgroundImage, backgroundPosition } = getComputedStyle(element)
    const sheet = new Image()
    sheet.src = backgroundImage.slice('url("'.length, -'")'.length)
    await sheet.decode()
    const [x = 0, y = 0] = backgroundPosition.split(' ').map((offset) => 0 - Number.parseFloat(offset))
    return { x, y, sheet: `${sheet.naturalWidth}x${sheet.naturalHeight}` }
  })
}

if (inLongRun)
  test('axe-core finds nothing serious on a run’s report', async (context) => {
    needs(context, 'chromium')
    needs(context, 'node-datachannel')
    if (clip === undefined) return needs(context, 'ffmpeg')
    const link = await clip.makeLink({ seed: 7, downlink: { loss: { kind: 'random', lossRatio: 0.05 } } })
    const page = await clip.openPage(context, `?side=both&link=${link.id}`)
    await untilPage(page, ({ phase }) => phase === 'ended')
    const runs = await clip.runs()
    await page.goto(`${clip.weir.url}/runs/${runs.find((run) => run.link === link.id)?.id}`)
    await page.locator('.chart canvas').first().waitFor()
    await page.evaluate(() => document.querySelectorAll('details').forEach((details) => (details.open = true)))
    expect(await allFindings(page)).toEqual(nothing)
  })
