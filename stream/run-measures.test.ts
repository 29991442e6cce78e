import { expect, test } from 'vitest'
import type { LinkProfile } from '../link/profile.ts'
import { testOutline } from '../simulation/test-support/test-outline.ts'
import { toldRun } from '../simulation/test-support/told-run.ts'
import { MEASURE_KEYS, MEASURES, formatMeasure } from './measure-table.ts'
import type { RunEvent } from './record.ts'
import { writeResultsCsv } from './results-csv.ts'
import { RunMeasuresFold } from './run-measures.ts'
import { summarise } from './summary.ts'

const FRAME_MS = 1000 / 30
const outline = testOutline({ seconds: 20, videoBitsPerSecond: 2_000_000 })
const lossy: LinkProfile = {
  seed: 7,
  downlink: { rateBitsPerSecond: 6_000_000, oneWayDelayMs: 30, loss: { kind: 'random', lossRatio: 0.02 } },
  uplink: { rateBitsPerSecond: 1_000_000, oneWayDelayMs: 30 },
}

function measure(events: readonly RunEvent[], frameIntervalMs = FRAME_MS) {
  const fold = new RunMeasuresFold({ frameIntervalMs, outlineOf: () => outline })
  events.forEach((event) => fold.add(event))
  return fold.measures()
}

const run = toldRun(outline, lossy)
const { hls, udp } = measure(run)

test('RunMeasuresFold measures the playback of both sides by the same definitions', () => {
  expect([hls.stallCount, udp.stallCount, hls.freezeCount, udp.freezeCount]).toEqual([4, 0, 4, 0])
  expect(hls.longestStallMs).toBeCloseTo(4132.27, 2)
  expect(hls.stallRatio).toBeCloseTo((hls.stallMs ?? 0) / (hls.watchedMs ?? 0), 12)
  expect(hls.stallsPerMinute).toBeCloseTo(7.6458, 4)
  expect(hls.presentedFrameRatio).toBe(600 / 942) // due in 31.39 s
  expect([udp.presentedFrameRatio, udp.intactFrameRatio]).toEqual([524 / 601, 34 / 601])
  expect([hls.shownBitsPerSecond, udp.shownBitsPerSecond]).toEqual([2_213_594, 2_213_594])
})

test('RunMeasuresFold counts what a viewer without a network would be ahead', () => {
  expect(udp.behindMsP50).toBe(540.672) // its startup of 544 ms, to a 64th
  expect(hls.behindDriftMs).toBeCloseTo((hls.stallMs ?? 0) - 160, 6) // a stall counts from the playhead's last word
})

test('RunMeasuresFold tells effective loss and bursts from the packets of UDP', () => {
  expect([udp.expectedPackets, udp.lostPackets, udp.latePackets]).toEqual([5988, 109, 0])
  expect(udp.effectiveLossRatio).toBe((109 + 524) / 5988)
  expect(udp.burstCount).toBe(21)
  expect(udp.gapDensity).toBeCloseTo(0.00919, 5)
  expect(hls).not.toHaveProperty('effectiveLossRatio')
})

test('RunMeasuresFold sets media against all that was sent, and tells the truth of each side’s lane', () => {
  expect(hls.efficiencyRatio).toBe(5_533_275 / 5_845_699)
  expect([hls.linkLostPackets, udp.linkLostPackets]).toEqual([71, 109])
  const downBytes = run.filter(
    (event) => event.kind === 'packet-accepted' && event.lane === 'udp' && event.direction === 'down',
  )
  expect(udp.wireBytes).toBe(downBytes.reduce((sum, event) => sum + ('sizeBytes' in event ? event.sizeBytes : 0), 0))
})

test('RunMeasuresFold gives a shared line’s truth to both and tells their bytes apart', () => {
  const shared = measure(toldRun(outline, { ...lossy, sharing: 'shared' }))
  expect(shared.hls.linkOfferedPackets).toBe(shared.udp.linkOfferedPackets)
  const sent = (shared.hls.wireBytes ?? 0) + (shared.udp.wireBytes ?? 0)
  expect([sent, shared.udp.wireBytes]).toEqual([11_421_566, 5_573_966])
})

test('RunMeasuresFold weights the bitrate with the time for which it was watched', () => {
  const shown = (atMs: number, bitsPerSecond: number): RunEvent => ({
    kind: 'variant-shown',
    atMs,
    side: 'hls',
    variant: `${bitsPerSecond}`,
    bitsPerSecond,
  })
  const { hls: told } = measure([
    { kind: 'play-asked', atMs: 0, side: 'hls' },
    shown(500, 1_000_000),
    { kind: 'frame-shown', atMs: 1000, side: 'hls', state: 'intact' },
    shown(2000, 4_000_000),
    { kind: 'paused', atMs: 5000, side: 'hls' },
    { kind: 'resumed', atMs: 9000, side: 'hls' },
    shown(9000, 2_000_000),
    { kind: 'playhead', atMs: 10_000, side: 'hls', positionSeconds: 5 },
  ])
  expect(told.watchedMs).toBe(5000)
  expect(told.shownBitsPerSecond).toBe((1 * 1e6 + 3 * 4e6 + 1 * 2e6) / 5)
  expect([told.variantSwitches, told.switchedBitsPerSecond]).toEqual([2, 5_000_000])
})

test('RunMeasuresFold tells how many events its record lacks', () => {
  expect(measure([{ kind: 'events-left-out', atMs: 1, events: 3 }])).toEqual({
    hls: expect.anything(),
    udp: expect.anything(),
    leftOutEvents: 3,
  })
})

test('every measure has a definition that is a sentence, and a source', () => {
  for (const key of MEASURE_KEYS) {
    expect(MEASURES[key].definition, key).toMatch(/^[A-Z].*[.)]$/)
    expect(MEASURES[key].source, key).toMatch(/^(in the style of CTA-2066|our own definition|RFC \d{4})/)
  }
  expect(MEASURE_KEYS).toHaveLength(54)
  expect(new Set(MEASURE_KEYS.map((key) => MEASURES[key].label)).size).toBe(54)
})

test('formatMeasure gives the table’s unit and digits, and nothing below nothing', () => {
  expect(formatMeasure('stallRatio', 0.36794)).toBe('36.79')
  expect(formatMeasure('shownBitsPerSecond', 2_213_594)).toBe('2.21')
  expect([formatMeasure('behindDriftMs', -0.0001), formatMeasure('behindDriftMs', -12)]).toEqual(['0', '-12'])
})

test('writeResultsCsv writes a row a side and measure, quoted as RFC 4180 wants', () => {
  const rows = writeResultsCsv({
    hls: { startupMs: 1.23456789 },
    udp: { stallRatio: 0.5, behindDriftMs: -1e-9 },
    leftOutEvents: 0,
  })
  expect(rows.split('\r\n')).toEqual([
    'side,measure,value,unit,kind,definition,source',
    'hls,startupMs,1.234568,ms,measured,"From the wish to play until the first picture is shown, or of sound alone the first sound is heard.",in the style of CTA-2066',
    'udp,stallRatio,50,%,measured,Time stalled over time watched. (P.1203 would divide by the length of the media.),in the style of CTA-2066',
    expect.stringMatching(/^udp,behindDriftMs,0,ms,measured,/),
    '',
  ])
  expect(writeResultsCsv(measure(run))).toContain(',"From the first picture on, standstills counted in, ')
})

test('summarise tells a run in five sentences', () => {
  expect(summarise(measure(run))).toEqual([
    'UDP showed its first picture after 544 ms, HLS after 2.8 s.',
    'HLS stood still 4 times for 11.5 s in all; UDP never stood still.',
    'UDP went without 109 of 5988 packets: 490 frames were damaged and 76 could not be shown; HLS showed only whole ones.',
    'HLS was 7.7 s behind half of the time, UDP 541 ms.',
    'The network took 71 of 3900 packets of HLS, which TCP sent again, and 109 of 6002 of UDP.',
  ])
})

test('summarise says of a blocked side that it showed nothing', () => {
  const [first] = summarise(
    measure(toldRun(outline, { seed: 7, downlink: {}, udpBlocked: true }, { limitSeconds: 30 })),
  )
  expect(first).toBe('UDP showed no picture.')
})
