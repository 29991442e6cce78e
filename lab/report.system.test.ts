import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import type { Locator, Page } from 'playwright-core'
import { expect, test, type TestContext } from 'vitest'
import type { LabResults } from '../simulation/lab-results.ts'
import { labReport } from './report.ts'
import { allFindings, type Look } from './test-support/axe.ts'
import { launchChromium } from './test-support/chromium.ts'
import { needs } from './test-support/clients.ts'
import { lossyLine, runInVirtualTime, smallScenario } from './test-support/lab-run.ts'
import { inLongRun } from './test-support/long-run.ts'
import { temporaryFolder } from './test-support/temporary-folder.ts'

/** Each theme and each width once; all four in the long run. */
const looks: readonly Look[] = [
  { width: 1280, colorScheme: 'light' },
  { width: 400, colorScheme: 'dark' },
  ...(inLongRun
    ? ([
        { width: 1280, colorScheme: 'dark' },
        { width: 400, colorScheme: 'light' },
      ] as const)
    : []),
]

type Opened = { readonly page: Page; readonly complaints: readonly string[]; readonly requests: readonly string[] }

/** The report as a file in a browser, everything unfolded. */
async function openReport(context: TestContext, results: LabResults): Promise<Opened> {
  const file = join(temporaryFolder(context), 'report.html')
  await writeFile(file, labReport(results))
  const { page, close } = await launchChromium() // none of our pages is needed
  context.onTestFinished(close)
  const complaints: string[] = []
  const requests: string[] = []
  page.on('console', (message) => complaints.push(message.text()))
  page.on('pageerror', (error) => complaints.push(error.message))
  page.on('request', (request) => requests.push(request.url()))
  await page.goto(pathToFileURL(file).href)
  await page.evaluate(() => document.querySelectorAll('details').forEach((details) => (details.open = true)))
  return { page, complaints, requests }
}

/** How much further the page reaches than the window, in pixels. */
async function overflow(page: Page, width: number): Promise<number> {
  await page.setViewportSize({ width, height: 800 })
  return page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth)
}

function values({ runs }: LabResults, side: string, isIn: (run: LabResults['runs'][number]) => boolean): number[] {
  return runs
    .filter(isIn)
    .flatMap(({ sides }) => sides.filter(({ name }) => name === side).map(({ measures }) => measures.startupMs ?? NaN))
}

/** Values read off a chart: the positions of marks between the two outermost ticks of the axis below. */
async function readOff(
  figure: Locator,
  marks: string,
): Promise<{ readonly values: number[]; readonly perPixel: number }> {
  return figure.evaluate((element, selector) => {
    const ticks = [...element.querySelectorAll('text[data-tick]')].map((tick) => ({
      x: Number(tick.getAttribute('x')),
      value: Number(tick.getAttribute('data-tick')),
    }))
    const [first, last] = [ticks[0], ticks.at(-1)]
    if (first === undefined || last === undefined) throw new Error('an axis has ticks')
    const perPixel = (last.value - first.value) / (last.x - first.x)
    const positions = [...element.querySelectorAll<SVGGraphicsElement>(selector)].map((mark) => mark.getBBox().x)
    return { values: positions.map((x) => first.value + (x - first.x) * perPixel), perPixel }
  }, marks)
}

test('the report of a run plots its numbers, in both themes and at both widths', async (context) => {
  needs(context, 'chromium')
  const blocked = { name: 'blocked', profile: { ...lossyLine, udpBlocked: true } }
  const results = runInVirtualTime({ ...smallScenario, networks: [...smallScenario.networks, blocked] })
  const { page, complaints, requests } = await openReport(context, results)
  const plot = page.locator('figure[data-chart=box-plot][data-measure=startupMs]')
  const read = await readOff(plot, 'path.median')
  const medianOf = (side: string, network: string) =>
    values(results, side, (run) => run.network === network).toSorted((a, b) => a - b)[2] ?? NaN
  const medians = [medianOf('hls', 'lossy'), medianOf('udp', 'lossy'), medianOf('hls', 'blocked')]
  expect(read.values).toHaveLength(3) // UDP never began to play where it is blocked
  read.values.forEach((value, index) => {
    expect(Math.abs(value - (medians[index] ?? NaN))).toBeLessThan(read.perPixel / 20)
  })
  expect(Object.values(await allFindings(page, looks)).flat()).toEqual([])
  expect([await overflow(page, 1280), await overflow(page, 400)]).toEqual([0, 0])
  expect([complaints, requests.filter((url) => !url.startsWith('file:') && !url.startsWith('data:'))]).toEqual([[], []])
})

if (inLongRun)
  test('the report of a sweep maps the differences of its runs', async (context) => {
    needs(context, 'chromium')
    const rates = [2_000_000, 3_000_000, 6_000_000]
    const losses = [0, 0.01, 0.03]
    const grid = [
      { name: 'lossRatio' as const, values: losses },
      { name: 'rateBitsPerSecond' as const, values: rates },
    ]
    const results = runInVirtualTime({ ...smallScenario, grid })
    const { page, complaints } = await openReport(context, results)
    const map = page.locator('figure[data-chart=heat-map][data-measure=startupMs]')
    const cells = await map.locator('g.cell').evaluateAll((elements) =>
      elements.map((cell) => ({
        level: Number(cell.getAttribute('data-level')),
        title: cell.querySelector('title')?.textContent ?? '',
      })),
    )
    const wanted = losses.flatMap((lossRatio) =>
      rates.map((rateBitsPerSecond) => {
        const isIn = ({ axes }: LabResults['runs'][number]) =>
          axes.lossRatio === lossRatio && axes.rateBitsPerSecond === rateBitsPerSecond
        const udp = values(results, 'udp', isIn)
        const later = values(results, 'hls', isIn).map((value, index) => value - (udp[index] ?? NaN))
        return later.reduce((sum, value) => sum + value, 0) / later.length
      }),
    )
    expect(cells).toHaveLength(9)
    cells.forEach(({ level, title }, index) => {
      const ms = wanted[index] ?? NaN
      expect(level).toBeCloseTo(-ms, 6) // below 0 the second side, UDP, is better
      expect(title.replaceAll('\u202f', '')).toContain(`udp is better by ${ms.toFixed(0)}\u00a0ms`)
    })
    expect(Object.values(await allFindings(page, looks.slice(1))).flat()).toEqual([])
    expect([await overflow(page, 1280), await overflow(page, 400), complaints]).toEqual([0, 0, []])
  })
