import { expect, test } from 'vitest'
import type { LinkProfile } from '../link/profile.ts'
import { MeasuresFold } from '../stream/measures.ts'
import type { RunEvent } from '../stream/record.ts'
import { compare, type Side } from './comparison.ts'
import { testOutline } from './test-support/test-outline.ts'

const outline = testOutline({ seconds: 20, videoBitsPerSecond: 2_000_000 })
const lossy: LinkProfile = {
  seed: 7,
  downlink: { rateBitsPerSecond: 6_000_000, oneWayDelayMs: 30, loss: { kind: 'random', lossRatio: 0.02 } },
  uplink: { rateBitsPerSecond: 1_000_000, oneWayDelayMs: 30 },
}

test('compare gives the figures of both sides, the same for the same seed', () => {
  const first = compare({ outline, profile: lossy })
  expect(compare({ outline, profile: lossy })).toEqual(first)
  const { hls, rtp } = first
  expect([hls.hasEnded, rtp.hasEnded]).toEqual([true, true])
  expect([hls.measures.intactFrames, hls.measures.damagedFrames]).toEqual([600, 0]) // TCP repairs, and pays in time
  expect([rtp.measures.intactFrames, rtp.measures.damagedFrames, rtp.measures.frozenFrames]).toEqual([34, 490, 76])
  expect(rtp.measures.startupMs).toBeLessThan(hls.measures.startupMs ?? 0)
})

test('compare gives other losses for another seed', () => {
  const lost = (seed: number) => compare({ outline, profile: { ...lossy, seed } }).rtp.measures.lostPackets
  expect([lost(7), lost(8)]).toEqual([109, 125])
})

test('compare measures the truth of each lane apart, and of one line for both', () => {
  const separate = compare({ outline, profile: lossy })
  expect(separate.hls.measures.link?.map(({ lane, direction }) => `${lane} ${direction}`)).toEqual([
    'tcp down',
    'tcp up',
  ])
  expect(separate.rtp.measures.link?.map(({ lane, direction }) => `${lane} ${direction}`)).toEqual([
    'udp down',
    'udp up',
  ])
  expect(separate.rtp.measures.link?.[0]?.utilisationRatio).toBeCloseTo(0.3618, 4)
  const shared = compare({ outline, profile: { ...lossy, sharing: 'shared' } })
  expect(shared.hls.measures.link?.[0]?.lane).toBe('shared')
  expect(shared.rtp.measures.link?.[0]?.offeredPackets).toBeGreaterThan(
    separate.rtp.measures.link?.[0]?.offeredPackets ?? 0,
  )
})

test('compare tells events from which the same measures come', () => {
  const events: { readonly [side in Side]: RunEvent[] } = { hls: [], rtp: [] }
  const told = compare({ outline, profile: lossy, tell: (side, event) => events[side].push(event) })
  expect(told).toEqual(compare({ outline, profile: lossy }))
  for (const side of ['hls', 'rtp'] as const) {
    const fold = new MeasuresFold(1000 / 30)
    for (const event of events[side]) if (event.atMs <= told[side].endedMs) fold.add(event)
    expect(fold.at(told[side].endedMs)).toEqual(told[side].measures)
    const microseconds = events[side].map(({ atMs }) => Math.round(atMs * 1000)) // as fine as a packet's entry
    expect(microseconds).toEqual(microseconds.toSorted((a, b) => a - b))
  }
})

test('compare leaves a side that does not come to its end at the limit', () => {
  const blocked = compare({ outline, profile: { seed: 7, downlink: {}, udpBlocked: true }, limitSeconds: 50 })
  expect([blocked.hls.hasEnded, blocked.rtp.hasEnded, blocked.rtp.endedMs]).toEqual([true, false, 50_000])
})

test('compare follows a change of the rate', () => {
  const profile: LinkProfile = { seed: 7, downlink: { rateBitsPerSecond: 4_000_000, oneWayDelayMs: 30 } }
  const changes = [{ atSeconds: 10, set: { downlink: { rateBitsPerSecond: 1_000_000 } } }]
  const of = (changed: LinkProfile) => compare({ outline, profile: changed, maxBufferSeconds: 4 })
  const [steady, slowed] = [of(profile), of({ ...profile, changes })]
  expect([steady.hls.measures.stallCount, slowed.hls.measures.stallCount]).toEqual([0, 2])
  expect([steady.rtp.measures.lostPackets, slowed.rtp.measures.lostPackets]).toEqual([0, 1530])
  expect(slowed.rtp.measures.link?.[0]?.tailDroppedPackets).toBe(1530)
  expect(slowed.rtp.measures.link?.[0]?.utilisationRatio).toBeCloseTo(0.6462, 2)
})

test('compare tells of segments, windows, starts and each frame’s place, as a page does', () => {
  const events: { readonly [side in Side]: RunEvent[] } = { hls: [], rtp: [] }
  compare({ outline, profile: lossy, tell: (side, event) => events[side].push(event) })
  const of = <Kind extends RunEvent['kind']>(side: Side, kind: Kind) =>
    events[side].filter((event): event is RunEvent & { readonly kind: Kind } => event.kind === kind)
  expect(of('hls', 'segment-received').map(({ uri }) => uri)).toEqual(outline.segments.map(({ uri }) => uri))
  expect(of('hls', 'tcp-state')).toHaveLength(298) // of 29.8 s of transfers
  expect(of('rtp', 'rtp-started').map(({ track }) => track)).toEqual(['video', 'audio'])
  const places = [...of('rtp', 'frame-shown'), ...of('rtp', 'frame-frozen')].map(({ ptsTicks }) => ptsTicks)
  expect(new Set(places).size).toBe(600)
  const lost = of('rtp', 'packet-dropped').filter(({ ssrc }) => ssrc === 1)
  const givenUp = of('rtp', 'packets-given-up').filter(({ track }) => track === 'video')
  const missing = givenUp.flatMap(({ firstSequenceNumber = 0, packets }) =>
    Array.from({ length: packets }, (_, index) => firstSequenceNumber + index),
  )
  expect(missing).toEqual(lost.map(({ sequenceNumber }) => sequenceNumber))
  expect(missing).toHaveLength(95)
})
