import { expect, test } from 'vitest'
import type { RealtimeRun } from '../protocol/realtime-api.ts'
import { realtimeWays } from '../protocol/realtime-api.ts'
import { needs } from './test-support/clients.ts'
import { captureLoopback } from './test-support/loopback-capture.ts'
import { openRealtime, silence } from './test-support/realtime-page.ts'
import { temporaryFolder } from './test-support/temporary-folder.ts'

const MEASURED_MS = 20_000
const REST = { interval: 500, timeout: 10_000 } as const

test('the bytes that the realtime page counts are those of a capture on loopback, to 1 %', async (context) => {
  needs(context, 'tshark')
  const capture = await captureLoopback(temporaryFolder(context))
  const opened = await openRealtime(context, '?eventsPerSecond=50&pollMs=100')
  await opened.page.waitForTimeout(MEASURED_MS)
  const { run } = await silence(opened)
  await opened.page.close() // nobody polls any more; the run stays for a while
  const summary = await atRest(`${opened.url}/api/realtime/${run}`)
  const captured = await capture.end()
  for (const way of realtimeWays) {
    const { port, readBytes, writtenBytes } = summary.ways[way]
    if (port === undefined) continue // the addon of the data channel has its own socket
    const { from = 0, to = 0 } = captured.get(port) ?? {}
    const onePercent = (from + to) / 100
    const off = { read: Math.abs(readBytes - to), written: Math.abs(writtenBytes - from) }
    expect(from + to).toBeGreaterThan(100_000)
    expect({ way, readBytes, writtenBytes, from, to, isClose: Math.max(off.read, off.written) < onePercent }).toEqual({
      way,
      readBytes,
      writtenBytes,
      from,
      to,
      isClose: true,
    })
  }
})

/** The run once no byte has passed between two looks at it. */
async function atRest(address: string): Promise<RealtimeRun> {
  const look = async (): Promise<RealtimeRun> => (await (await fetch(address)).json()) as RealtimeRun
  let summary = await look()
  await expect
    .poll(async () => {
      const before = summary
      summary = await look()
      return JSON.stringify(summary.ways) === JSON.stringify(before.ways)
    }, REST)
    .toBe(true)
  return summary
}
