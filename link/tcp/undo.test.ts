import { expect, test } from 'vitest'
import type { CongestionControl } from '../profile.ts'
import { openEndlessDownload } from './test-support/download.ts'

const controls: CongestionControl[] = ['cubic', 'reno']

test.each(controls)('%s takes a timeout back that proves to have been a late packet', (congestionControl) => {
  const downlink = { rateBitsPerSecond: 4_000_000, queueMs: 400, oneWayDelayMs: 20 }
  const uplink = { oneWayDelayMs: 20 }
  const { link, connection } = openEndlessDownload({ downlink, uplink, congestionControl })
  link.advance(2000)
  const before = connection.state()
  link.change({ seed: 1, downlink: { ...downlink, oneWayDelayMs: 1000 }, uplink }, 2000)
  link.advance(8000)
  const after = connection.state()
  expect(after.timeouts).toBeGreaterThan(before.timeouts)
  expect(after.cwnd).toBeGreaterThanOrEqual(before.cwnd)
  expect(after.ssthresh).toBeGreaterThanOrEqual(before.ssthresh)
  expect(after.recovery).toBe('open')
  connection.close()
})
