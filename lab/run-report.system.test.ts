import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Outline } from '../protocol/outline.ts'
import type { RunSummary } from '../protocol/weir-api.ts'
import { writeResultsCsv } from '../stream/results-csv.ts'
import { RunMeasuresFold, type RunMeasures } from '../stream/run-measures.ts'
import type { RunEvent } from '../stream/record.ts'
import type { RecordHead } from '../stream/run-record.ts'
import { needs } from './test-support/clients.ts'
import { untilPage } from './test-support/page-state.ts'
import { ServedClip } from './test-support/served-clip.ts'
import { temporaryFolder } from './test-support/temporary-folder.ts'
import { inLongRun } from './test-support/long-run.ts'

const FRAME_INTERVAL_MS = 40
const SIDES = ['hls', 'udp'] as const

let clip: ServedClip | undefined
beforeAll(async () => {
  clip = await ServedClip.start({ seconds: 6, size: '320x180' })
}, 120_000)
afterAll(() => clip?.stop())

type Run = RunSummary & { readonly head: RecordHead; readonly measures: RunMeasures }

/** The measures by a fold of our own over what anybody can fetch. */
function measuresOf(events: readonly RunEvent[], outline: Outline): RunMeasures {
  const fold = new RunMeasuresFold({ frameIntervalMs: FRAME_INTERVAL_MS, outlineOf: () => outline })
  for (const event of events) fold.add(event)
  return fold.measures()
}

const isLostRtp = (event: RunEvent): boolean => event.kind === 'packet-dropped' && event.traffic === 'rtp'

/** The numbers behind a table of measures, as they stand in the page. */
function tableOf(page: Page): Promise<Record<string, Record<string, number>>> {
  return page.evaluate(() => {
    const sides: Record<string, Record<string, number>> = { hls: {}, udp: {} }
    for (const cell of document.querySelectorAll<HTMLElement>('.measure-table [data-value]')) {
      const measure = cell.closest<HTMLElement>('[data-measure]')?.dataset['measure'] ?? ''
      sides[cell.dataset['side'] ?? '']![measure] = Number(cell.dataset['value'])
    }
    return sides
  })
}

async function endedRun(served: ServedClip): Promise<Run> {
  const { id } = await served.endedRun()
  return (await (await fetch(`${served.weir.url}/api/runs/${id}`)).json()) as Run
}

/** Takes the keyframe at 4 s: what follows it comes for nothing, which only the outline can tell. */
const withoutAKeyframe = [
  { atSeconds: 3.8, set: { downlink: { loss: { lossRatio: 0.9 } } } },
  { atSeconds: 4.5, set: { downlink: { loss: { lossRatio: 0.05 } } } },
]

if (inLongRun)
  test('a run’s report, API, record and CSV have the same numbers, and the report needs nothing but itself', async (context) => {
    needs(context, 'chromium')
    needs(context, 'node-datachannel')
    if (clip === undefined) return needs(context, 'ffmpeg')
    const loss = { kind: 'random', lossRatio: 0.05 }
    const link = await clip.makeLink({ seed: 7, downlink: { oneWayDelayMs: 20, loss }, changes: withoutAKeyframe })
    const page = await clip.openPage(context, `?side=both&link=${link.id}&variant=${clip.variant}`)
    await page.getByText('Report of this run').click()
    await untilPage(page, ({ phase }) => phase === 'ended')
    const run = await endedRun(clip)
    const address = `${clip.weir.url}/api/runs/${run.id}`

    const { measures } = run
    const events = await clip.runEvents(run.id)
    expect(measuresOf(events, await clip.outline())).toEqual(measures)
    expect(measures.udp.lostPackets).toBe(events.filter(isLostRtp).length)
    expect(measures.udp.damagedFrames).toBeGreaterThan(0)
    const { lostPackets = 0, latePackets = 0, expectedPackets = 0, effectiveLossRatio } = measures.udp
    expect(effectiveLossRatio).toBeGreaterThan((lostPackets + latePackets) / expectedPackets) // the outline was known
    for (const side of SIDES) expect(measures[side].watchedMs).toBeGreaterThan(5000)
    await expect.poll(async () => (await tableOf(page))['udp']?.['lostPackets']).toBe(measures.udp.lostPackets)
    const query = new URLSearchParams(String(run.head.scenario['page']))
    const repeats = { side: 'both', variant: clip.variant, seed: '7', lossRatio: '0.05', jitterBufferMs: '200' }
    expect(Object.fromEntries(query)).toMatchObject(repeats)

    expect(await (await fetch(`${address}/results.csv`)).text()).toBe(writeResultsCsv(measures))

    await page.getByRole('button', { name: 'Measure displayed quality' }).click()
    const facts = page.locator('.quality-facts li')
    await facts.nth(1).waitFor({ timeout: 20_000 })
    const ssims = await facts.evaluateAll((items) =>
      items.map((item) => Number((item as HTMLElement).dataset['value'])),
    )
    const { measures: afterwards } = await endedRun(clip)
    expect(ssims).toEqual(SIDES.map((side) => afterwards[side].displayedSsim))
    expect(ssims[0]).toBeGreaterThan(ssims[1] ?? 1)
    expect(await page.getByRole('table', { name: 'Composite score' }).innerText()).toContain(
      'N-QoE as dash.js computes it',
    )

    await page.getByRole('button', { name: 'Play again' }).last().click()
    await page.getByText('This run is being recorded').waitFor()
    const measuredAnew = async () => (await tableOf(page))['udp']?.['watchedMs']
    await expect.poll(measuredAnew, { timeout: 5000 }).toBeLessThan(5000) // another run, from its own beginning

    await page.goto('about:blank') // where nothing is loading
    const file = join(temporaryFolder(context), 'report.html')
    writeFileSync(file, await (await fetch(`${address}/report.html`)).text())
    for (const [place, isOffline] of [
      [pathToFileURL(file).href, true],
      [`${clip.weir.url}/runs/${run.id}`, false],
    ] as const) {
      await page.context().setOffline(isOffline)
      const asked: string[] = []
      const complaints: string[] = []
      const note = (request: { url(): string }) => void asked.push(request.url())
      page.on('request', note).on('console', (message) => complaints.push(message.text()))
      await page.goto(place)
      await page.locator('.chart canvas').first().waitFor()
      const shown = await tableOf(page)
      expect({ ...shown, leftOutEvents: 0 }).toEqual(afterwards)
      expect(await page.getByRole('heading', { name: 'Run of clip' }).count()).toBe(1)
      expect([asked, complaints]).toEqual([[place], []])
      page.off('request', note)
    }
  }, 60_000)

test('a page whose runs cannot be recorded plays on and says so; Start anew begins another run, and leaving ends it', async (context) => {
  needs(context, 'chromium')
  if (clip === undefined) return needs(context, 'ffmpeg')
  const served = clip
  const link = await served.makeLink({ seed: 7, downlink: {} })
  const page = await served.openPage(context, '?side=hls')
  await page.route('**/api/runs', (route) => route.abort())
  await page.goto(`${served.weir.url}/compare/${served.videoId}?side=hls&link=${link.id}`)
  await untilPage(page, ({ phase }) => phase === 'playing')
  await page.getByText('Report of this run').click()
  await page.getByText('This run is not recorded').waitFor()

  await page.unroute('**/api/runs')
  await page.getByRole('button', { name: 'Start anew' }).click()
  await page.getByText('This run is being recorded').waitFor()
  await untilPage(page, ({ phase, positionSeconds }) => phase === 'playing' && positionSeconds < 3)
  await page.goto('about:blank')
  const ofLink = async () => (await served.runs()).filter((run) => run.link === link.id)
  await expect.poll(ofLink).toMatchObject([{ state: 'ended', endedBy: 'viewer' }])
}, 60_000)
