import { expect, test } from 'vitest'
import type { ViewerEvent } from '../stream/record.ts'
import { HlsWatchFold, hlsWatchMeasures } from './watch-hls-figures.ts'
import { hlsWatchLine, hlsWatchScreen } from './watch-hls-text.ts'

const file = { uri: 's.ts', variant: 'v' }
const events: readonly ViewerEvent[] = [
  { kind: 'play-asked', atMs: 0 },
  { kind: 'segment-received', atMs: 500, ...file, sizeBytes: 50_000, askedMs: 100 },
  { kind: 'variant-shown', atMs: 500, variant: 'v', bitsPerSecond: 400_000 },
  { kind: 'frame-shown', atMs: 500, state: 'intact' },
  { kind: 'playhead', atMs: 500, positionSeconds: 0 },
  { kind: 'segment-received', atMs: 900, ...file, sizeBytes: 25_000, askedMs: 800 },
  { kind: 'segment-cancelled', atMs: 950, ...file, sizeBytes: 10, askedMs: 900 },
  { kind: 'playhead', atMs: 1500, positionSeconds: 1 },
]

function foldOf(told: readonly ViewerEvent[]): HlsWatchFold {
  const fold = new HlsWatchFold(() => 40)
  for (const event of told) fold.add(event)
  return fold
}

test('HlsWatchFold names what it measures, and leaves frames out that are not known', () => {
  const fold = foldOf(events)
  const figures = fold.figures({ areFramesKnown: true })
  expect(Object.keys(figures).toSorted()).toEqual(hlsWatchMeasures.map(({ name }) => name).toSorted())
  expect(figures).toMatchObject({
    startupMs: 500,
    watchedMs: 1000,
    stallCount: 1,
    receivedBytes: 75_000,
    segments: 2,
    cancelledSegments: 1,
    throughputBitsPerSecond: 1_200_000, // 75 kB in half a second
    segmentMsP95: 400,
    presentedFrameRatio: 1 / 25,
  })
  expect(fold.figures({ areFramesKnown: false })).not.toHaveProperty('presentedFrameRatio')
})

test('HlsWatchFold has counts, and no startup, before anything is shown', () => {
  expect(foldOf(events.slice(0, 2)).figures({ areFramesKnown: true })).toMatchObject({
    startupMs: undefined,
    segments: 1,
  })
})

test('weir watch tells of HLS on one line, and on a terminal on five', () => {
  const state = { phase: 'playing', positionSeconds: 65.25, bufferSeconds: 12, variant: '720p', isLive: true } as const
  const view = {
    state: { ...state, throughputBitsPerSecond: 4_200_000 },
    figures: foldOf(events).figures({ areFramesKnown: false }),
    address: 'http://h/a.m3u8',
  }
  expect(hlsWatchLine(view)).toBe(
    '65.3 s  playing  720p  buffer 12.0 s  4.20 Mbit/s  startup 500 ms  1 stall, 1.0 s  0 switches',
  )
  expect(hlsWatchScreen(view)).toEqual([
    'http://h/a.m3u8',
    'playing   1:05.3  live  720p',
    `buffer    [${'█'.repeat(12)}${'·'.repeat(18)}] 12.0 s`,
    'speed     4.20 Mbit/s  0.1 MB received',
    'so far    startup 500 ms  1 stall, 1.0 s  0 switches',
  ])
})
