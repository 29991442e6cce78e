import { expect, test } from 'vitest'
import { openRealtime, datagramWays, expectExact, realtimeState, silence } from './test-support/realtime-page.ts'

test('a server that is away for 5 s takes nothing from who has a cursor, and from datagrams what happened meanwhile', async (context) => {
  const opened = await openRealtime(context, '?eventsPerSecond=20&pollMs=100')
  await opened.page.waitForTimeout(1000)
  await opened.page.getByRole('button', { name: 'Server away' }).click()
  await expect.poll(() => realtimeState(opened.page).then(({ isAway }) => isAway)).toBe(true)
  await expect.poll(() => realtimeState(opened.page).then(({ isAway }) => isAway), { timeout: 10_000 }).toBe(false)
  await opened.page.waitForTimeout(8000) // in which all have come back
  const state = await silence(opened)
  expectExact(state)
  for (const way of datagramWays) expect(state.ways[way].reception.missed).toBeGreaterThan(90)
})

test('behind a lossy link each way over TCP brings everything in order, and datagrams all but what the link dropped', async (context) => {
  const opened = await openRealtime(context, '?eventsPerSecond=20&pollMs=100&preset=lossy')
  await opened.page.waitForTimeout(20_000)
  const state = await silence(opened)
  expectExact(state)
  expect(state.ways.udp.figures.droppedEvents).toBeGreaterThan(0)
})
