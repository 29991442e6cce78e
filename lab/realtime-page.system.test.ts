import { expect, test, type TestContext } from 'vitest'
import type { RealtimeWay, ReceptionFigures, WayFigures } from '../protocol/realtime-api.ts'
import { realtimeWays } from '../protocol/realtime-api.ts'
import { openChromium, type OpenedChromium } from './test-support/chromium.ts'
import { needs } from './test-support/clients.ts'
import { temporaryFolder } from './test-support/temporary-folder.ts'
import { startWeir } from './test-support/weir-process.ts'

type Page = OpenedChromium['page']
type Way = { readonly figures: WayFigures; readonly reception: ReceptionFigures }
type State = {
  readonly phase: string
  readonly run: string
  readonly newestSequence: number
  readonly isAway: boolean
  readonly ways: Readonly<Record<RealtimeWay, Way>>
  readonly messages: Readonly<Record<string, { readonly upMs?: number; readonly downMs?: number }>>
}

const datagramWays: readonly RealtimeWay[] = ['udp', 'data-channel']
const reliableWays = realtimeWays.filter((way) => !datagramWays.includes(way))
const whole = (received: number) => ({ received, newestSequence: received, missed: 0, duplicated: 0, reordered: 0 })

async function openRealtime(context: TestContext, query: string) {
  needs(context, 'chromium')
  needs(context, 'node-datachannel')
  const { url } = await startWeir({ mediaFolder: temporaryFolder(context) })
  const { page } = await openChromium(context)
  await page.goto(`${url}/realtime${query}`)
  const openChannels = () => stateOf(page).then(({ ways }) => ways['data-channel']?.figures.openConnections)
  await expect.poll(openChannels, { timeout: 15_000 }).toBe(1) // the last way to open
  return { page, url }
}

const stateOf = (page: Page): Promise<State> => page.evaluate(() => Reflect.get(window, 'weir') as State)

/** The events stop; what is under way arrives. */
async function silence({ page, url }: { page: Page; url: string }, underWayMs: number): Promise<State> {
  const { run } = await stateOf(page)
  const headers = { 'Content-Type': 'application/json' }
  await fetch(`${url}/api/realtime/${run}`, { method: 'PATCH', headers, body: '{"eventsPerSecond":0}' })
  await page.waitForTimeout(underWayMs)
  return stateOf(page)
}

test('the realtime page has every event by each way, once and in order, and a message up and down by each', async (context) => {
  const opened = await openRealtime(context, '?eventsPerSecond=50&pollMs=50')
  await opened.page.getByRole('button', { name: 'Send by every way' }).click()
  await opened.page.waitForTimeout(2000)
  const { newestSequence, ways, messages } = await silence(opened, 1500)
  expect(newestSequence).toBeGreaterThan(100)
  for (const way of reliableWays) {
    expect({ way, ...ways[way].reception }).toMatchObject({ way, ...whole(newestSequence) })
  }
  for (const way of datagramWays) expect(ways[way].reception.received).toBe(ways[way].figures.sentEvents)
  for (const way of realtimeWays)
    expect({ way, ...messages[way] }).toMatchObject({ way, downMs: expect.any(Number) as number })
})
