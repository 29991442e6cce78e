import { expect, test } from 'vitest'
import { realtimeWays } from '../protocol/realtime-api.ts'
import { allFindings, noFindings } from './test-support/axe.ts'
import { expectExact, openRealtime, silence } from './test-support/realtime-page.ts'

test('the realtime page has every event by each way, once and in order, and a message up and down by each', async (context) => {
  const opened = await openRealtime(context, '?eventsPerSecond=50&pollMs=50')
  await opened.page.getByRole('button', { name: 'Send by every way' }).click()
  await opened.page.waitForTimeout(2000)
  const state = await silence(opened)
  expect(state.newestSequence).toBeGreaterThan(100)
  expectExact(state)
  const { messages } = state
  for (const way of realtimeWays) {
    expect({ way, ...messages[way] }).toMatchObject({ way, downMs: expect.any(Number) as number })
  }
  await opened.page.getByRole('button', { name: 'Open it' }).click()
  await opened.page.locator('.accept-steps').waitFor()
  await opened.page.getByRole('button', { name: 'Send text' }).click()
  await opened.page.locator('.opened-frames tr[data-from="server"]').waitFor()
  expect(await allFindings(opened.page)).toEqual(noFindings)
  await opened.page.setViewportSize({ width: 390, height: 800 })
  const beyondPixels = () => document.documentElement.scrollWidth - document.documentElement.clientWidth
  expect(await opened.page.evaluate(beyondPixels)).toBe(0)
})
