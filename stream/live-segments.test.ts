import { expect, test } from 'vitest'
import { LiveSegments, type LiveOptions } from './live-segments.ts'

// An SPS of protocol/h264-sps.test.ts, and a PPS.
const SPS = Uint8Array.of(
  0x67,
  0x42,
  0xc0,
  0x28,
  0xda,
  0x01,
  0xe0,
  0x08,
  0x9f,
  0x97,
  0x01,
  0x10,
  0x00,
  0x00,
  0x3e,
  0x90,
  0x00,
  0x0e,
  0xa6,
  0x00,
  0xf1,
  0x83,
  0x2a,
)
const PPS = Uint8Array.of(0x68, 0xce, 0x0f, 0xc8)
const IDR = Uint8Array.of(0x65, 0x88, 1, 2)
const REFERENCE = Uint8Array.of(0x41, 0x9a, 1)
const DISPOSABLE = Uint8Array.of(0x01, 0x9a)
const DELIMITER = Uint8Array.of(0x09, 0xf0)
const START = 1_000_000 // of the publisher's clock
const FRAME = 3600 // 25 pictures a second

const audio = {
  codec: 'mp4a.40.2',
  sampleRateHz: 48_000,
  channelCount: 2,
  samplesPerFrame: 1024,
  audioSpecificConfigHex: '1190',
}

function openSegments(changes: Partial<LiveOptions> = {}): LiveSegments {
  const limits = { windowSeconds: 1, maxGroupSeconds: 20, maxGroupBytes: 10_000 }
  return new LiveSegments({ variant: 'camera', audio, parameterSets: [SPS, PPS], ...limits, ...changes })
}

/** I P B B: shown as I B B P. */
function pushGroup(segments: LiveSegments, firstFrame: number): void {
  const at = (frame: number): number => START + (firstFrame + frame) * FRAME
  segments.pushPicture({ ptsTicks: at(0), nals: [DELIMITER, IDR] })
  segments.pushPicture({ ptsTicks: at(3), nals: [REFERENCE] })
  segments.pushPicture({ ptsTicks: at(1), nals: [DISPOSABLE] })
  segments.pushPicture({ ptsTicks: at(2), nals: [DISPOSABLE] })
}

test('LiveSegments tells a picture group once the next one begins, with its parameter sets and decode times', () => {
  const segments = openSegments()
  pushGroup(segments, 0)
  expect(segments.outline.segments).toEqual([])
  pushGroup(segments, 4)
  const [first] = segments.outline.segments
  expect(segments.outline.video).toMatchObject({ codec: 'avc1.42c028', framesPerSecond: 25 })
  expect(first).toMatchObject({ startSeconds: 0, durationSeconds: 0.16 })
  expect(first?.frames).toEqual([
    { kind: 'idr', ptsTicks: 0, dtsTicks: -FRAME, nalSizesBytes: [23, 4, 4], headerNals: 2 },
    { kind: 'reference', ptsTicks: 3 * FRAME, dtsTicks: 0, nalSizesBytes: [3] },
    { kind: 'disposable', ptsTicks: FRAME, dtsTicks: FRAME, nalSizesBytes: [2] },
    { kind: 'disposable', ptsTicks: 2 * FRAME, dtsTicks: 2 * FRAME, nalSizesBytes: [2] },
  ])
  expect(segments.units(0)?.video.map(({ nals }) => nals)).toEqual([
    [SPS, PPS, IDR],
    [REFERENCE],
    [DISPOSABLE],
    [DISPOSABLE],
  ])
})

test('LiveSegments leaves out what comes before the first keyframe, and gives each group the sound that came', () => {
  const segments = openSegments()
  segments.pushPicture({ ptsTicks: START - FRAME, nals: [REFERENCE] })
  segments.pushSound({ ptsTicks: START - FRAME, data: Uint8Array.of(9) })
  pushGroup(segments, 0)
  segments.pushSound({ ptsTicks: START + 90, data: Uint8Array.of(1, 2) })
  segments.pushSound({ ptsTicks: START + 90 + 1920, data: Uint8Array.of(3) })
  segments.end()
  expect(segments.outline).toMatchObject({ ended: true, segments: [{ durationSeconds: 0.16, uri: '0.live' }] })
  expect(segments.outline.segments[0]?.audio).toEqual({ firstPtsTicks: 90, sizesBytes: [2, 1] })
  expect(segments.units(0)?.audio.map(({ data }) => [...data])).toEqual([[1, 2], [3]])
})

test('LiveSegments keeps the units of its window, and of older groups the keyframe', () => {
  const segments = openSegments({ windowSeconds: 0.35 })
  for (let group = 0; group < 5; group += 1) pushGroup(segments, 4 * group)
  expect([0, 1, 2, 3, 4].map((index) => segments.units(index) !== undefined)).toEqual([false, true, true, true, false])
  expect(segments.outline.segments.map(({ frames }) => frames.length)).toEqual([1, 4, 4, 4])
  expect(segments.windowStartSeconds).toBeCloseTo(0.16)
  expect(segments.liveSeconds).toBeCloseTo(0.48)
})

test('LiveSegments refuses a group without end, by bytes, by time and by sound', () => {
  const byBytes = openSegments({ maxGroupBytes: 40 })
  expect(byBytes.pushPicture({ ptsTicks: START, nals: [IDR] })).toBe(true) // 31 bytes
  expect(byBytes.pushPicture({ ptsTicks: START, nals: [new Uint8Array(10).fill(0x41)] })).toBe(false)
  const byTime = openSegments({ maxGroupSeconds: 1 })
  byTime.pushPicture({ ptsTicks: START, nals: [IDR] })
  expect(byTime.pushPicture({ ptsTicks: START + 90_000, nals: [REFERENCE] })).toBe(true)
  expect(byTime.pushPicture({ ptsTicks: START + 90_001, nals: [REFERENCE] })).toBe(false)
  expect(byTime.pushSound({ ptsTicks: START, data: Uint8Array.of(1) })).toBe(true)
  expect(byTime.pushSound({ ptsTicks: START + 90_001, data: Uint8Array.of(1) })).toBe(false)
})

test('LiveSegments refuses a group of more pictures than anybody sends, however small, and ends', () => {
  const segments = openSegments({ maxGroupBytes: 40_000_000 })
  segments.pushPicture({ ptsTicks: START, nals: [IDR] })
  let pushed = 1
  while (pushed < 200_000 && segments.pushPicture({ ptsTicks: START + pushed, nals: [DISPOSABLE] })) pushed += 1
  expect(pushed).toBe(49_998) // the keyframe came with two parameter sets
  segments.end()
  expect(segments.outline.segments[0]?.frames).toHaveLength(49_999)
})
