import { expect, test } from 'vitest'
import type { LinkProfile } from '../link/profile.ts'
import type { LaneSummary, LinkCounters, LinkSummary } from '../protocol/weir-api.ts'
import { truthOf } from './link-truth.ts'

const counters = (counted: Partial<LinkCounters>): LinkCounters => ({
  acceptedPackets: 0,
  lostPackets: 0,
  tailDroppedPackets: 0,
  blockedPackets: 0,
  deliveredPackets: 0,
  deliveredBytes: 0,
  duplicatedPackets: 0,
  queueingDelayMsMean: 0,
  queueingDelayMsMax: 0,
  ...counted,
})
const lane = (downlink: Partial<LinkCounters>) =>
  ({ downlink: counters(downlink), uplink: counters({}), gatewayDroppedPackets: 0 }) as LaneSummary
const link = (
  tcp: Partial<LinkCounters>,
  udp: Partial<LinkCounters>,
  more: Partial<LinkSummary<LinkProfile>> = {},
) => ({
  id: 'a',
  profile: { seed: 1, downlink: {} },
  timerLagMsP99: 2,
  tcp: lane(tcp),
  udp: lane(udp),
  ...more,
})

test('truthOf tells both lanes, and the wait of the packets since the last time', () => {
  const before = link({ deliveredPackets: 10, queueingDelayMsMean: 2 }, {})
  const now = link({ deliveredPackets: 30, queueingDelayMsMean: 6, lostPackets: 1 }, { blockedPackets: 4 })
  const { lanes } = truthOf(now, before)
  expect(lanes).toMatchObject([
    { name: 'hls', truth: { deliveredPackets: 30, lostPackets: 1, queueingDelayMs: 8 } }, // (180 - 20) / 20
    { name: 'udp', truth: { blockedPackets: 4, queueingDelayMs: undefined } },
  ])
})

test('truthOf begins anew with the link', () => {
  const before = link({}, { deliveredPackets: 100, queueingDelayMsMean: 50 })
  const now = link({}, { deliveredPackets: 4, queueingDelayMsMean: 3 })
  expect(truthOf(now, before).lanes[1]?.truth.queueingDelayMs).toBe(3)
})

test('truthOf tells one line for both of a shared link, and a run that does not count', () => {
  const shared = link({}, {}, { profile: { seed: 1, sharing: 'shared', downlink: {} }, warning: 'late' })
  expect(truthOf(shared, undefined)).toMatchObject({ lanes: [{ name: 'both' }], warning: 'late' })
})
