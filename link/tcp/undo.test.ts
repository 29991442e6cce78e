import { expect, test } from 'vitest'
import { openEndlessDownload } from './test-support/download.ts'

test('TcpConnection takes a timeout back that proves to have been for a late packet', () => {
  const downlink = { rateBitsPerSecond: 4_000_000, queueMs: 400, oneWayDelayMs: 20 }
  const uplink = { oneWayDelayMs: 20 }
  const { link, connection } = openEndlessDownload({ downlink, uplink })
  link.advance(2000)
  const before = connection.state()
  link.change({ seed: 1, downlink: { ...downlink, oneWayDelayMs: 1000 }, uplink }, 2000)
  link.advance(3600) // not long enough to grow the window again
  const after = connection.state()
  expect(after.timeouts).toBeGreaterThan(before.timeouts)
  expect(after.cwnd).toBeGreaterThanOrEqual(before.cwnd)
  expect(after.ssthresh).toBeGreaterThanOrEqual(before.ssthresh)
  expect(after.recovery).toBe('open')
  connection.close()
})
