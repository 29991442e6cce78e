import { expect, test } from 'vitest'
import { testOutline } from '../simulation/test-support/test-outline.ts'
import { compare } from '../simulation/comparison.ts'
import { clockedRun, clocksAt } from '../simulation/test-support/clocked-run.ts'
import type { RunEvent } from './record.ts'
import { RunSeries } from './run-series.ts'
import { seriesKinds, type SeriesName } from './series-columns.ts'

const FRAME_MS = 40
const down = { lane: 'tcp', direction: 'down' } as const
const clocks = clocksAt(0)

function fold(events: readonly RunEvent[], frameIntervalMs = FRAME_MS): RunSeries {
  const series = new RunSeries(frameIntervalMs)
  events.forEach((event) => series.add(event))
  return series
}

function column({ bins }: RunSeries, name: SeriesName): readonly (number | null)[] {
  return bins.read(name, bins.view(-Infinity, Infinity, 0), [])
}

function total({ bins }: RunSeries, name: SeriesName): number {
  return bins.total(name, Infinity)
}

test('RunSeries puts what both viewers and the link tell into columns, each at its moment', () => {
  const series = fold([
    ...clocks,
    { kind: 'play-asked', atMs: 0, side: 'hls', fromSeconds: 0 },
    { kind: 'rate-set', atMs: 0, ...down, rateBitsPerSecond: 3e6 },
    {
      kind: 'packet-delivered',
      atMs: 10,
      ...down,
      flow: 1,
      packet: 1,
      traffic: 'tcp',
      sizeBytes: 1500,
      queueingDelayMs: 4,
    },
    {
      kind: 'packet-delivered',
      atMs: 20,
      ...down,
      flow: 1,
      packet: 2,
      traffic: 'tcp',
      sizeBytes: 500,
      queueingDelayMs: 8,
    },
    {
      kind: 'tcp-state',
      atMs: 30,
      ...down,
      flow: 1,
      recovery: 'open',
      cwnd: 10,
      inFlight: 8,
      srttMs: 42,
      retransmittedSegments: 2,
    },
    {
      kind: 'tcp-state',
      atMs: 110,
      ...down,
      flow: 1,
      recovery: 'loss',
      cwnd: 1,
      ssthresh: 5,
      inFlight: 1,
      srttMs: 0,
      retransmittedSegments: 5,
    },
    { kind: 'buffer', atMs: 120, side: 'hls', bufferSeconds: 3.5 },
    { kind: 'variant-shown', atMs: 130, side: 'hls', variant: '720p', bitsPerSecond: 2.5e6 },
    { kind: 'frame-shown', atMs: 140, side: 'hls', state: 'intact' },
    { kind: 'playhead', atMs: 140, side: 'hls', positionSeconds: 0 },
    { kind: 'rate-set', atMs: 200, ...down },
  ])
  expect(column(series, 'rateBitsPerSecond')).toEqual([3e6, 3e6, null])
  expect(column(series, 'hls.deliveredBytes')).toEqual([2000, 0, 0])
  expect(column(series, 'hls.queueingDelayMs')).toEqual([6, null, null])
  expect(column(series, 'windowSegments')).toEqual([10, 1, 1])
  expect(column(series, 'inFlightSegments')).toEqual([8, 1, 1])
  expect(column(series, 'thresholdSegments')).toEqual([null, 5, 5])
  expect(column(series, 'retransmittedSegments')).toEqual([2, 3, 0])
  expect(column(series, 'hls.roundTripMs')).toEqual([42, 42, 42])
  expect(column(series, 'hls.bufferSeconds')).toEqual([null, 3.5, 3.5])
  expect(column(series, 'hls.shownBitsPerSecond')).toEqual([null, 2.5e6, 2.5e6])
  expect(column(series, 'hls.behindMs')).toEqual([null, 140, null])
  expect(column(series, 'udp.deliveredBytes')).toEqual([null, null, null])
})

test('RunSeries tells a loss three times: by the link, by RTCP, by the player', () => {
  const udp = { lane: 'udp', direction: 'down' } as const
  const lost = { ...udp, flow: 2, packet: 1, traffic: 'rtp', sizeBytes: 1128, ssrc: 9, sequenceNumber: 65535 } as const
  const report = { kind: 'receiver-report', lane: 'udp', direction: 'up', lossRatio: 0, jitterMs: 1 } as const
  const series = fold([
    ...clocks,
    { kind: 'packet-dropped', atMs: 0, ...lost, cause: 'loss' },
    { kind: 'packet-dropped', atMs: 1, ...lost, cause: 'queue' },
    { kind: 'packet-dropped', atMs: 2, ...lost, traffic: 'rtcp', cause: 'loss' },
    { kind: 'packets-given-up', atMs: 3, side: 'udp', packets: 3 },
    { kind: 'packet-late', atMs: 4, side: 'udp' },
    { ...report, atMs: 5, ssrc: 9, cumulativeLostPackets: 3, roundTripMs: 40 },
    { ...report, atMs: 105, ssrc: 9, cumulativeLostPackets: 2 },
    { ...report, atMs: 106, ssrc: 10, cumulativeLostPackets: 4 },
  ])
  expect(column(series, 'udp.lostPackets')).toEqual([1, 0])
  expect(column(series, 'udp.tailDroppedPackets')).toEqual([1, 0])
  expect(column(series, 'reportedLostPackets')).toEqual([3, 3])
  expect(column(series, 'givenUpPackets')).toEqual([3, 0])
  expect(column(series, 'latePackets')).toEqual([1, 0])
  expect(column(series, 'udp.roundTripMs')).toEqual([40, 40])
  expect(series.moments.lostPackets.map(({ atMs, side, event }) => [atMs, side, event.cause])).toEqual([
    [0, 'udp', 'loss'],
    [1, 'udp', 'queue'],
  ])
})

test('RunSeries tells whose packets cross a shared line by what they carry', () => {
  const shared = {
    kind: 'packet-delivered',
    lane: 'shared',
    direction: 'down',
    flow: 1,
    packet: 1,
    queueingDelayMs: 0,
  } as const
  const series = fold([
    ...clocks,
    { ...shared, atMs: 0, traffic: 'tcp', sizeBytes: 1500 },
    { ...shared, atMs: 0, traffic: 'rtp', sizeBytes: 1128 },
  ])
  expect([total(series, 'hls.deliveredBytes'), total(series, 'udp.deliveredBytes')]).toEqual([1500, 1128])
})

test('RunSeries waits for a teller whose clock is not told yet', () => {
  const series = fold([
    { kind: 'play-asked', atMs: 50, side: 'udp' },
    { kind: 'clock', of: 'udp', atMs: 50, unixMs: 9000 },
  ])
  expect(series.originMs).toBe(9000)
})

test('RunSeries draws a stall and a freeze that last, and marks seeks and changes of the network once', () => {
  const profile = { seed: 7 }
  const series = fold([
    ...clocks,
    { kind: 'play-asked', atMs: 0, side: 'hls', fromSeconds: 0 },
    { kind: 'frame-shown', atMs: 100, side: 'hls', state: 'intact' },
    { kind: 'playhead', atMs: 100, side: 'hls', positionSeconds: 0 },
    { kind: 'playhead', atMs: 300, side: 'hls', positionSeconds: 0 },
    { kind: 'network-changed', atMs: 310, ...down, profile },
    { kind: 'network-changed', atMs: 310, lane: 'udp', direction: 'down', profile: { ...profile } },
  ])
  expect(series.bands).toEqual([
    { kind: 'stall', side: 'hls', fromMs: 100, toMs: 300 },
    { kind: 'freeze', side: 'hls', fromMs: 140, toMs: 300 },
  ])
  series.add({ kind: 'play-asked', atMs: 400, side: 'hls', fromSeconds: 60 })
  expect(series.moments.marks).toEqual([
    { kind: 'network-changed', atMs: 310, profile },
    { kind: 'seek', atMs: 400, side: 'hls', toSeconds: 60 },
  ])
  expect(series.originMs).toBe(0)
})

test('RunSeries has the totals of the measures, in whatever order the tellers come', () => {
  const profile = {
    seed: 3,
    downlink: { rateBitsPerSecond: 2.2e6, queueMs: 200, oneWayDelayMs: 30, loss: { kind: 'random', lossRatio: 0.02 } },
  } as const
  const outline = testOutline({ seconds: 12, videoBitsPerSecond: 2e6 })
  const events = clockedRun(outline, profile)
  const ofLink = events.filter((event) => 'lane' in event)
  const ofViewers = events.filter((event) => event.kind !== 'clock' && !('lane' in event))
  const { hls, rtp } = compare({ outline, profile })
  const [tcpLane, udpLane] = [hls, rtp].map(({ measures }) =>
    measures.link?.find(({ direction }) => direction === 'down'),
  )
  for (const order of [events, [...clocks, ...ofViewers, ...ofLink], [...clocks, ...ofLink, ...ofViewers]]) {
    const series = fold(order, 1000 / 30)
    expect(series.leftOutEvents).toBe(0)
    expect(total(series, 'hls.deliveredBytes')).toBe(tcpLane?.deliveredBytes)
    expect(total(series, 'udp.deliveredBytes')).toBe(udpLane?.deliveredBytes)
    expect(total(series, 'hls.lostPackets')).toBe(tcpLane?.lostPackets)
    expect(total(series, 'givenUpPackets') - total(series, 'latePackets')).toBe(rtp.measures.lostPackets)
    expect(total(series, 'hls.intactFrames')).toBe(hls.measures.intactFrames)
    expect(total(series, 'udp.damagedFrames')).toBe(rtp.measures.damagedFrames)
    expect(total(series, 'udp.frozenFrames')).toBe(rtp.measures.frozenFrames)
    const lastingMs = (kind: string, side: string) =>
      series.bands
        .filter((band) => band.kind === kind && band.side === side)
        .reduce((sum, { fromMs, toMs }) => sum + toMs - fromMs, 0)
    expect(lastingMs('stall', 'hls')).toBeCloseTo(hls.measures.stallMs, 6)
    expect(lastingMs('freeze', 'udp')).toBeCloseTo(rtp.measures.freezeMs, 6)
  }
  expect(hls.measures.stallCount).toBeGreaterThan(1)
  expect(rtp.measures.damagedFrames).toBeGreaterThan(100)
})

test('RunSeries has a kind for each column of each side', () => {
  expect(Object.keys(seriesKinds)).toHaveLength(8 + 2 * 12)
})
