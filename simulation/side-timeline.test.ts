import { expect, test } from 'vitest'
import type { ViewerEvent } from '../stream/record.ts'
import { runExperiment } from './experiment.ts'
import { SideTimelineFold, type SideTimeline } from './side-timeline.ts'
import { testOutline } from './test-support/test-outline.ts'
import { outlineStart } from './video-start.ts'

const outline = outlineStart(testOutline({ seconds: 60, videoBitsPerSecond: 2_000_000 }), 20)
const INTERVAL_MS = 1000 / 30

/** Both sides of 20 s on a line that is too slow at times. */
function timelines(repair: 'off' | 'rtx' = 'off') {
  const folds = {
    hls: new SideTimelineFold('hls', [outline], INTERVAL_MS),
    udp: new SideTimelineFold('udp', [outline], INTERVAL_MS),
  }
  const outcomes = runExperiment({
    video: { title: 'made up', outlines: [outline] },
    sides: [
      { name: 'hls', spec: { kind: 'hls', abr: 'fixed' } },
      { name: 'udp', spec: { kind: 'udp', repair } },
    ],
    profile: {
      seed: 7,
      downlink: {
        rateBitsPerSecond: 2_150_000,
        oneWayDelayMs: 40,
        loss: { kind: 'bad-moments', lossRatio: 0.04, meanBurstMs: 200 },
      },
    },
    durationSeconds: 20,
    watch: (side, event) => folds[side as 'hls' | 'udp'].add(event),
  })
  return { outcomes, hls: folds.hls.at(20_000), udp: folds.udp.at(20_000) }
}

const lengthMs = (spans: SideTimeline['standstills']) => spans.reduce((sum, { fromMs, toMs }) => sum + toMs - fromMs, 0)

test('SideTimelineFold draws what the measures count: stalls of HLS, freezes and missing packets of UDP', () => {
  const { outcomes, hls, udp } = timelines()
  const [ofHls, ofUdp] = outcomes.map(({ measures }) => measures)
  expect([hls.startupMs, udp.startupMs]).toEqual([ofHls?.startupMs, ofUdp?.startupMs])
  expect(hls.standstills).toHaveLength(ofHls?.stallCount ?? -1)
  expect(ofHls?.stallCount).toBe(3)
  expect(lengthMs(hls.standstills)).toBeCloseTo(ofHls?.stallMs ?? -1, -2)
  expect(udp.standstills).toHaveLength(ofUdp?.freezeCount ?? -1)
  expect(lengthMs(udp.standstills)).toBeCloseTo(ofUdp?.freezeMs ?? -1, -2)
  expect(udp.missingPackets.reduce((sum, packets) => sum + packets)).toBe(ofUdp?.lostPackets)
  expect([hls.bufferSeconds.length, hls.missingPackets, udp.missingPackets.length]).toEqual([80, [], 80])
})

test('SideTimelineFold draws packets that were sent again in time', () => {
  const { outcomes, udp } = timelines('rtx')
  const repaired = udp.repairedPackets.reduce((sum, packets) => sum + packets, 0)
  expect(repaired).toBe(outcomes[1]?.measures.repairedPackets)
  expect(repaired).toBe(15)
})

test('SideTimelineFold keeps the buffer of each quarter of a second, and the variant that came on the screen', () => {
  const fold = new SideTimelineFold('hls', [outline], INTERVAL_MS)
  const told: ViewerEvent[] = [
    { kind: 'play-asked', atMs: 0 },
    { kind: 'segment-received', atMs: 500, uri: '00000.ts', variant: 'made-up', sizeBytes: 1, askedMs: 0 },
    { kind: 'variant-shown', atMs: 500, variant: 'made-up', bitsPerSecond: 2e6 },
    { kind: 'playhead', atMs: 500, positionSeconds: 0 },
    { kind: 'frame-shown', atMs: 500, state: 'intact' },
    { kind: 'playhead', atMs: 1000, positionSeconds: 0.5 },
  ]
  told.forEach((event) => fold.add(event))
  const { bufferSeconds, variants, startupMs } = fold.at(1500)
  expect(bufferSeconds).toEqual([0, 0, 4, 4, 3.5, 3.5])
  expect(variants).toEqual([{ atMs: 500, variant: 'made-up' }])
  expect(startupMs).toBe(500)
})

test('SideTimelineFold joins damaged pictures until an intact one, and leaves open what has not ended', () => {
  const fold = new SideTimelineFold('udp', [outline], INTERVAL_MS)
  const shown = (atMs: number, state: 'intact' | 'damaged'): ViewerEvent => ({ kind: 'frame-shown', atMs, state })
  const told = [
    shown(0, 'intact'),
    shown(33, 'damaged'),
    shown(67, 'damaged'),
    shown(100, 'intact'),
    shown(133, 'damaged'),
  ]
  told.forEach((event) => fold.add(event))
  fold.add({ kind: 'packets-given-up', atMs: 300, packets: 4 })
  const { damaged, standstills, missingPackets } = fold.at(1000)
  expect(damaged).toEqual([
    { fromMs: 33, toMs: 100 },
    { fromMs: 133, toMs: 1000 },
  ])
  expect(standstills).toEqual([{ fromMs: 133 + INTERVAL_MS, toMs: 1000 }])
  expect(missingPackets).toEqual([0, 4, 0, 0])
})
