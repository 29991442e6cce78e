import { expect, type TestContext } from 'vitest'
import { realtimeWays, type RealtimeWay, type ReceptionFigures, type WayFigures } from '../../protocol/realtime-api.ts'
import { openChromium, type OpenedChromium } from './chromium.ts'
import { needs } from './clients.ts'
import { temporaryFolder } from './temporary-folder.ts'
import { startWeir } from './weir-process.ts'

type Page = OpenedChromium['page']

/** What tests read of `window.weir` on the realtime page. */
export type RealtimeState = {
  readonly phase: string
  readonly run: string
  readonly newestSequence: number
  readonly isAway: boolean
  readonly ways: Readonly<Record<RealtimeWay, { readonly figures: WayFigures; readonly reception: ReceptionFigures }>>
  readonly messages: Readonly<Record<string, { readonly upMs?: number; readonly downMs?: number }>>
}

const SUMMARY_MS = 1000 // the page hears twice a second what the server counts
const ARRIVING_MS = 20_000

export const datagramWays: readonly RealtimeWay[] = ['udp', 'data-channel']
export const reliableWays = realtimeWays.filter((way) => !datagramWays.includes(way))

/** A realtime page whose ways are all open. */
export async function openRealtime(context: TestContext, query: string) {
  needs(context, 'chromium')
  needs(context, 'node-datachannel')
  const { url, pid } = await startWeir({ mediaFolder: temporaryFolder(context) })
  const { page } = await openChromium(context)
  await page.goto(`${url}/realtime${query}`)
  await untilAllOpen(() => realtimeState(page))
  return { page, url, pid }
}

/** The data channel is the last way to open. */
export async function untilAllOpen(state: () => Promise<RealtimeState | undefined>): Promise<void> {
  const openChannels = () => state().then((now) => now?.ways['data-channel']?.figures.openConnections)
  await expect.poll(openChannels, { timeout: 15_000 }).toBe(1)
}

export const realtimeState = (page: Page): Promise<RealtimeState> =>
  page.evaluate(() => Reflect.get(window, 'weir') as RealtimeState)

/** The events stop; what is under way arrives, however busy the machine is: 20 s at most. */
export async function silence({ page, url }: { page: Page; url: string }): Promise<RealtimeState> {
  const { run } = await realtimeState(page)
  const headers = { 'Content-Type': 'application/json' }
  await fetch(`${url}/api/realtime/${run}`, { method: 'PATCH', headers, body: '{"eventsPerSecond":0}' })
  await page.waitForTimeout(SUMMARY_MS)
  const deadlineMs = performance.now() + ARRIVING_MS
  let state = await realtimeState(page)
  while (!hasAllArrived(state) && performance.now() < deadlineMs) {
    await page.waitForTimeout(SUMMARY_MS)
    state = await realtimeState(page)
  }
  return state
}

function hasAllArrived({ newestSequence, ways }: RealtimeState): boolean {
  const isWhole = reliableWays.every((way) => ways[way].reception.received === newestSequence)
  return isWhole && datagramWays.every((way) => ways[way].reception.received === throughLink(ways[way].figures))
}

const throughLink = ({ sentEvents, droppedEvents }: WayFigures): number => sentEvents - droppedEvents

/** Each reliable way has had everything, once and in order; of datagrams all that the network let through came. */
export function expectExact({ newestSequence, ways }: RealtimeState): void {
  const whole = { received: newestSequence, newestSequence, missed: 0, duplicated: 0, reordered: 0 }
  for (const way of reliableWays) expect({ way, ...ways[way].reception }).toMatchObject({ way, ...whole })
  for (const way of datagramWays) {
    const { figures, reception } = ways[way]
    expect({ way, received: reception.received }).toEqual({
      way,
      received: throughLink(figures),
    })
  }
}
