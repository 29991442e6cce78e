import { existsSync } from 'node:fs'
import { expect, test } from 'vitest'
import { residentBytes } from './process-figures.ts'
import { needs } from './test-support/clients.ts'
import { expectExact, realtimeState, silence, untilAllOpen } from './test-support/realtime-page.ts'
import { temporaryFolder } from './test-support/temporary-folder.ts'
import { openUndriven } from './test-support/undriven-chromium.ts'
import { startWeir } from './test-support/weir-process.ts'

const SOAK_SECONDS = Number(process.env['WEIR_REALTIME_SOAK_SECONDS'] ?? 600)
const SETTLED_MS = 8000
const MOST_LOAD_RATIO = 0.25
const MOST_GROWTH_BYTES = 60_000_000

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms))

test('all ways together at 50 events a second for 10 minutes: exact, and the page below a quarter of a core', async (context) => {
  needs(context, 'chromium')
  needs(context, 'node-datachannel')
  if (!existsSync('/proc/self/task')) context.skip('the page is watched through /proc, which this system does not have')
  const { url, pid } = await startWeir({ mediaFolder: temporaryFolder(context) })
  const undriven = await openUndriven(context, `${url}/realtime?eventsPerSecond=50`)
  await pause(SETTLED_MS)
  const [before, residentBefore] = [undriven.workedSeconds(), residentBytes(pid)]
  await pause(SOAK_SECONDS * 1000) // s to ms
  const after = undriven.workedSeconds()
  const load = {
    mainThread: (after.mainThread - before.mainThread) / SOAK_SECONDS,
    all: (after.all - before.all) / SOAK_SECONDS,
  }
  const grownBytes = residentBytes(pid) - residentBefore
  const page = await undriven.drive()
  await untilAllOpen(() => realtimeState(page))
  const state = await silence({ page, url })
  console.log(JSON.stringify({ load, grownBytes, events: state.newestSequence, ways: state.ways }))
  expect(state.newestSequence).toBeGreaterThan(49 * SOAK_SECONDS)
  expectExact(state)
  expect(load.mainThread).toBeLessThan(MOST_LOAD_RATIO)
  expect(grownBytes).toBeLessThan(MOST_GROWTH_BYTES)
})
