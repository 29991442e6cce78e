import { readFile } from 'node:fs/promises'
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { linkPresets } from '../link/presets.ts'
import type { LinkProfile } from '../link/profile.ts'
import { openChromium } from './test-support/chromium.ts'
import { needs } from './test-support/clients.ts'
import { ServedClip, type TestLink } from './test-support/served-clip.ts'
import { inLongRun } from './test-support/long-run.ts'

let clip: ServedClip | undefined
beforeAll(async () => {
  clip = await ServedClip.start({ seconds: 20, size: '320x180' })
}, 120_000)
afterAll(() => clip?.stop())

const profileOf = async (link: TestLink): Promise<LinkProfile> => (await link.get()).profile
const unfold = (page: Page, text: string): Promise<void> => page.locator('summary', { hasText: text }).click()
const fileOf = (name: string, text: string) => ({ name, mimeType: 'text/plain', buffer: Buffer.from(text) })

test('the panel sets generators, planned changes and traces at once; its address and its file make the network again', async (context) => {
  needs(context, 'chromium')
  if (clip === undefined) return needs(context, 'ffmpeg')
  const link = await clip.makeLink({ seed: 5, downlink: {} })
  const page = await clip.openPage(context, `?side=hls&link=${link.id}`)

  await unfold(page, 'Varying rate')
  await page.getByLabel('Its rate').selectOption('sawtooth')
  await page.getByLabel('Rising for').fill('12')
  await page.keyboard.press('Enter')
  await unfold(page, 'Scheduled changes')
  await page.getByLabel('What changes').selectOption('loss')
  await page.getByLabel('To what').fill('2')
  await page.getByRole('button', { name: 'Add' }).click()
  const wanted: LinkProfile = {
    seed: 5,
    downlink: {
      generator: {
        kind: 'sawtooth',
        lowestRateBitsPerSecond: 500_000,
        highestRateBitsPerSecond: 6_000_000,
        periodSeconds: 12,
      },
    },
    changes: [
      {
        atSeconds: 20,
        set: {
          downlink: { loss: { kind: 'bad-moments', lossRatio: 0.02, meanBurstMs: 50, meanBurstPackets: null } },
        },
      },
    ],
  }
  await expect.poll(() => profileOf(link)).toEqual(wanted)

  const other = await clip.makeLink({ seed: 1, downlink: { rateBitsPerSecond: 1_000_000 } })
  await page.goto(page.url().replace(link.id, other.id))
  await expect.poll(() => profileOf(other)).toEqual(wanted)

  await unfold(page, 'as a file')
  const download = page.waitForEvent('download')
  await page.getByRole('button', { name: 'Save YAML' }).click()
  const saved = await readFile(await (await download).path(), 'utf8')
  await unfold(page, 'Varying rate')
  await page.getByLabel('Open a trace').setInputFiles(fileOf('short.down', '0\n250\nsoon\n'))
  await page.getByText('short.down: line 3 must be a whole number of milliseconds, got "soon"').waitFor()
  await page.getByLabel('Open a trace').setInputFiles(fileOf('short.down', '0\n250\n500\n2000\n'))
  await expect.poll(() => profileOf(other)).toEqual({ ...wanted, downlink: { trace: [0, 250, 500, 2000] } })
  const facts = page.locator('.rate-sketch dl')
  expect(await facts.innerText()).toMatch(/Repeats after\s+0:02\s+Mean Mbit\/s\s+0.02\s+Lowest\s+0.01\s+Highest\s+0.04/)

  await page.getByLabel('Open', { exact: true }).setInputFiles(fileOf('wrong.yaml', 'link:\n  downlink: {queueMs: 1s}'))
  await page.getByText('link.downlink.queueMs must be a number from 1 to 10000, got "1s"').waitFor()
  await page.getByLabel('Open', { exact: true }).setInputFiles(fileOf('saved.yaml', saved))
  await expect.poll(() => profileOf(other)).toEqual(wanted)
})

test('the panel waits for what the link is before it lets one change it', async (context) => {
  needs(context, 'chromium')
  if (clip === undefined) return needs(context, 'ffmpeg')
  const link = await clip.makeLink({ seed: 5, downlink: { rateBitsPerSecond: 3_000_000 } })
  const { page } = await openChromium(context)
  let tell = (): void => {}
  const mayTell = new Promise<void>((resolve) => (tell = resolve))
  await page.route(`**/api/links/${link.id}`, async (route) => {
    if (route.request().method() === 'GET') await mayTell
    await route.continue()
  })
  await page.goto(`${clip.weir.url}/compare/${clip.videoId}?side=hls&link=${link.id}`)
  const loss = page.getByLabel('Loss, exact')
  await loss.waitFor()
  expect(await loss.isDisabled()).toBe(true)
  tell()
  await loss.fill('2')
  await page.keyboard.press('Enter')
  await expect
    .poll(() => profileOf(link))
    .toMatchObject({
      seed: 5,
      downlink: { rateBitsPerSecond: 3_000_000, loss: { lossRatio: 0.02 } },
    })
})

if (inLongRun)
  test('the show lends the link its networks and gives back the one that was there; the address tells nothing of it', async (context) => {
    needs(context, 'chromium')
    if (clip === undefined) return needs(context, 'ffmpeg')
    const before = { seed: 9, downlink: { rateBitsPerSecond: 4_000_000, oneWayDelayMs: 15 }, udpBlocked: true }
    const link = await clip.makeLink(before)
    const page = await clip.openPage(context, `?side=hls&link=${link.id}`)
    await page.locator('[data-phase=playing]').first().waitFor()
    const address = page.url()
    const preset = (name: string) => ({ ...linkPresets.find((other) => other.name === name)?.profile, seed: 9 })

    await page.getByRole('button', { name: 'Show me' }).focus()
    await page.keyboard.press('Enter')
    await page.getByRole('status').getByText('A perfect network').waitFor()
    await expect.poll(() => profileOf(link)).toEqual(preset('perfect'))
    await page.getByRole('status').getByText('Now 2 % of the time is lost').waitFor()
    await expect.poll(() => profileOf(link)).toEqual(preset('lossy'))
    await page.keyboard.press('Enter') // the same button, which kept the focus
    await expect.poll(() => profileOf(link)).toEqual(before)
    expect(page.url()).toBe(address)

    await page.keyboard.press('Enter')
    await expect.poll(() => profileOf(link)).toEqual(preset('perfect'))
    await page.getByRole('switch', { name: 'Block UDP' }).check()
    await page.getByRole('button', { name: 'Show me' }).waitFor() // whoever changes the network ends the show
    await expect.poll(() => profileOf(link)).toEqual({ name: 'perfect', seed: 9, downlink: {}, udpBlocked: true })
    expect(new URL(page.url()).searchParams.get('preset')).toBe('perfect')
  })
