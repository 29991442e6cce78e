import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Page } from 'playwright-core'
import { inRoot } from '../build/places.mjs'
import type { Video } from '../protocol/weir-api.ts'
import { loopChannel } from './live-latency.ts'
import { launchChromium } from './test-support/chromium.ts'
import { startWeir } from './test-support/weir-process.ts'

/** What `npm run screenshots` does: pictures of every page in each of its states, at both widths and in both themes, to be
 *  looked at; and the one of the README. */

type Place = { readonly url: string; readonly videoId: string }
type State = { readonly name: string; show(page: Page, place: Place): Promise<void> }

const WIDTHS = [1280, 400] as const
const THEMES = ['light', 'dark'] as const
const HEIGHT = 800
const README_PICTURE = { state: 'compare-both', widthPixels: 1280, theme: 'light' } as const
const PLAYED_MS = 6000 // losses have shown by then
const WAIT_MS = 60_000

const compare = async (page: Page, { url, videoId }: Place, query: string): Promise<void> => {
  await fetch(`${url}/api/links/default/restart`, { method: 'POST' }) // counters at zero
  await page.goto(`${url}/compare/${videoId}?${query}`)
  await page.locator('[data-phase=playing]').first().waitFor({ timeout: WAIT_MS })
  await page.waitForTimeout(PLAYED_MS)
}

const unfold = (page: Page, text: string): Promise<void> => page.locator('summary', { hasText: text }).first().click()

const states: readonly State[] = [
  {
    name: 'library',
    show: async (page, { url }) => {
      await page.goto(url)
      await page.locator('.video-card img').waitFor()
    },
  },
  {
    name: 'library-addresses',
    show: async (page, { url }) => {
      await page.goto(url)
      await unfold(page, 'Addresses')
      await page.locator('.qr-code path').waitFor()
    },
  },
  {
    name: 'library-deleted',
    show: async (page, { url }) => {
      await page.goto(url)
      await page.getByRole('button', { name: /^Delete/ }).click()
      await page.getByRole('button', { name: 'Undo' }).waitFor()
    },
  },
  {
    name: 'realtime',
    show: async (page, { url }) => {
      await page.goto(`${url}/realtime?eventsPerSecond=20&preset=lossy`)
      await page.getByRole('button', { name: 'Open it' }).click()
      await page.waitForTimeout(PLAYED_MS)
      await page.getByRole('button', { name: 'Send by every way' }).click()
      await page.waitForTimeout(1000)
    },
  },
  { name: 'compare-hls', show: (page, place) => compare(page, place, 'side=hls&preset=perfect') },
  { name: 'compare-both', show: (page, place) => compare(page, place, 'side=both&preset=lossy&seed=7') },
  { name: 'compare-udp-lossy', show: (page, place) => compare(page, place, 'side=udp&preset=lossy&seed=7') },
  {
    name: 'compare-fallback',
    show: (page, place) =>
      compare(page, place, 'side=both&way=fallback&udpBlocked=true&rtspBlocked=true&oneWayDelayMs=25'),
  },
  { name: 'compare-udp-blocked', show: (page, place) => compareBlocked(page, place) },
  {
    name: 'compare-live',
    show: async (page, { url, videoId }) => {
      const { id } = await loopChannel(url, videoId)
      await compare(page, { url, videoId: id }, 'side=both')
      await page.locator('.latency-bar').nth(1).waitFor({ timeout: WAIT_MS })
    },
  },
  {
    name: 'compare-network',
    show: async (page, place) => {
      const planned = [{ atSeconds: 20, set: { downlink: { rateBitsPerSecond: 1_000_000, generator: null } } }]
      await compare(page, place, `side=both&preset=lte-walking&changes=${encodeURIComponent(JSON.stringify(planned))}`)
      for (const fold of ['More of this network', 'Varying rate', 'Scheduled changes', 'as a file']) {
        await unfold(page, fold)
      }
    },
  },
  {
    name: 'compare-why',
    show: async (page, place) => {
      await compare(page, place, 'side=both&preset=lossy&seed=7')
      await page.locator('.why-line.damage').click()
      for (const fold of ['All figures', 'Download']) await unfold(page, fold)
    },
  },
  {
    name: 'compare-stall',
    show: async (page, place) => {
      await compare(page, place, 'side=hls&preset=slow&hlsVariant=720p')
      await page.locator('.why-line.stall').click({ timeout: WAIT_MS })
      await page.locator('.waterfall').waitFor()
    },
  },
  {
    name: 'compare-show',
    show: async (page, place) => {
      await compare(page, place, 'side=both&preset=perfect')
      await page.getByRole('button', { name: 'Show me' }).click()
      await page.getByText('Now 2 %').waitFor({ timeout: WAIT_MS })
    },
  },
  {
    name: 'compare-players',
    show: async (page, place) => {
      await compare(page, place, 'side=hls&preset=perfect')
      await unfold(page, 'another player')
      await page.locator('.external .qr-code path').waitFor()
    },
  },
  {
    name: 'compare-report',
    show: async (page, place) => {
      await compare(page, place, 'side=both&preset=lossy&seed=7')
      await unfold(page, 'Report of this run')
      await page.locator('.measure-table').first().waitFor()
    },
  },
  {
    name: 'run-report',
    show: async (page, place) => {
      await compare(page, place, 'side=both&preset=lossy&seed=7')
      await unfold(page, 'Report of this run')
      const href = await page.getByRole('link', { name: 'Report', exact: true }).first().getAttribute('href')
      await page.goto(place.url + href)
      await page.locator('.chart canvas').first().waitFor()
    },
  },
  {
    name: 'what-if',
    show: (page, place) => whatIf(page, place, 'preset=perfect&oneWayDelayMs=20&lossRatio=0.02&seed=7', 17),
  },
  {
    name: 'what-if-first',
    show: (page, place) => whatIf(page, place, 'preset=hotel-wifi&measure=startupMs&seed=7', 5),
  },
  {
    name: 'what-if-one-side',
    show: async (page, place) => {
      await whatIf(page, place, 'preset=lte&x=oneWayDelayMs&measure=presentedFrameRatio&shown=udp&seed=7', 9)
      for (const fold of ['More of this network', 'as a table', 'trusted']) await unfold(page, fold)
    },
  },
  {
    name: 'lab',
    show: async (page, { url }) => {
      await page.goto(`${url}/lab`)
      await page.locator('.lab-videos img').first().waitFor()
    },
  },
  {
    name: 'compare-unknown',
    show: async (page, { url }) => {
      await page.goto(`${url}/compare/none`)
      await page.getByRole('alert').waitFor()
    },
  },
]

async function compareBlocked(page: Page, { url, videoId }: Place): Promise<void> {
  await page.goto(`${url}/compare/${videoId}?side=udp&preset=office`)
  await page.getByText('This network blocks UDP').waitFor()
}

/** Once the map is so fine in its first seed, and the chosen place is drawn. */
async function whatIf(page: Page, { url, videoId }: Place, query: string, size: 5 | 9 | 17): Promise<void> {
  await page.goto(`${url}/what-if/${videoId}?${query}`)
  await page.locator(`.map-status[data-size="${size}"]`).waitFor({ timeout: WAIT_MS })
  await page.locator('.side-timeline').first().waitFor()
}

/** One picture a width and theme; the page stays as it is. */
async function shoot(page: Page, name: string, folder: string): Promise<void> {
  await page.evaluate(() => scrollTo(0, 0))
  for (const width of WIDTHS) {
    for (const colorScheme of THEMES) {
      await page.setViewportSize({ width, height: HEIGHT })
      await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' })
      const isReadmes =
        name === README_PICTURE.state && width === README_PICTURE.widthPixels && colorScheme === README_PICTURE.theme
      if (isReadmes) await page.screenshot({ path: inRoot('docs/compare-page.png') })
      await page.screenshot({ path: join(folder, `${name}-${width}-${colorScheme}.png`), fullPage: true })
    }
  }
  console.log(`screenshots: ${name}`)
}

async function readySample(url: string): Promise<Video> {
  const endMs = Date.now() + 2 * WAIT_MS
  while (Date.now() < endMs) {
    const [video] = (await (await fetch(`${url}/api/videos`)).json()) as Video[]
    if (video?.status === 'ready') return video
    await new Promise((resolve) => setTimeout(resolve, 250))
  }
  throw new Error('the sample clip did not become ready')
}

/** The pages of a library that has no video yet, then those of one with the sample clip. */
async function shootAll(page: Page, folder: string, mediaFolder: string, wanted: readonly string[]): Promise<void> {
  const isWanted = (name: string): boolean => wanted.length === 0 || wanted.includes(name)
  if (isWanted('library-empty')) {
    const empty = await startWeir({ mediaFolder: join(mediaFolder, 'empty') })
    await page.goto(empty.url)
    await page.getByText('No videos yet').waitFor()
    await shoot(page, 'library-empty', folder)
    await empty.stop()
  }
  const weir = await startWeir({ mediaFolder: join(mediaFolder, 'sample'), sample: true })
  const { id: videoId } = await readySample(weir.url)
  for (const { name, show } of states.filter((state) => isWanted(state.name))) {
    await page.setViewportSize({ width: WIDTHS[0], height: HEIGHT })
    await show(page, { url: weir.url, videoId })
    await shoot(page, name, folder)
    await fetch(`${weir.url}/api/videos/${videoId}/restore`, { method: 'POST' }) // the state that deletes goes back
  }
  await weir.stop()
}

const folder = inRoot('docs/screenshots')
const mediaFolder = mkdtempSync(join(tmpdir(), 'weir-screenshots-'))
for (const name of ['empty', 'sample']) mkdirSync(join(mediaFolder, name))
mkdirSync(folder, { recursive: true })
const browser = await launchChromium({ flags: ['--autoplay-policy=no-user-gesture-required', '--hide-scrollbars'] })
try {
  await shootAll(browser.page, folder, mediaFolder, process.argv.slice(2))
} finally {
  await browser.close()
  rmSync(mediaFolder, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 })
}
