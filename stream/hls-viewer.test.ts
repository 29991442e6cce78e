import { expect, test } from 'vitest'
import { exp, ln } from '../link/exact-math.ts'
import { newAbr } from './abr-rules.ts'
import type { AbrRule } from './abr.ts'
import { HlsViewer, type HlsViewerOptions } from './hls-viewer.ts'
import type { ListedMedia } from './media-timeline.ts'

const variants = [
  { name: 'low', bandwidthBitsPerSecond: 1_000_000 },
  { name: 'high', bandwidthBitsPerSecond: 8_000_000 },
]

function media(changes: Partial<ListedMedia> = {}, segments = 3): ListedMedia {
  return {
    segments: Array.from({ length: segments }, () => ({ durationSeconds: 4 })),
    firstMediaSequence: 0,
    targetDurationSeconds: 4,
    isEnded: true,
    ...changes,
  }
}

function newViewer(rule: AbrRule = 'fixed', changes: Partial<HlsViewerOptions> = {}): HlsViewer {
  return new HlsViewer({ variants, abr: newAbr(rule, variants, { maths: { ln, exp } }), ...changes })
}

const at = (receivedMs: number) => ({ askedMs: receivedMs - 100, firstByteMs: receivedMs - 50, receivedMs })

test('HlsViewer asks for the playlist of a variant, then for its segments in order, to the end', () => {
  const viewer = newViewer()
  expect(viewer.next(0, 0)).toEqual({ kind: 'ask-playlist', variantIndex: 1 })
  viewer.playlistReceived(1, media(), at(100))
  for (const mediaSequence of [0, 1, 2]) {
    expect(viewer.next(200, 0)).toEqual({
      kind: 'ask-segment',
      variantIndex: 1,
      mediaSequence,
      startSeconds: 4 * mediaSequence,
      durationSeconds: 4,
    })
    viewer.segmentReceived(1000, at(300))
  }
  expect(viewer.next(400, 0)).toEqual({ kind: 'over', because: 'ended' })
})

test('HlsViewer waits while more than the limit is buffered', () => {
  const viewer = newViewer('fixed', { maxBufferSeconds: 6 })
  viewer.playlistReceived(1, media(), at(100))
  expect(viewer.next(1000, 6500)).toEqual({ kind: 'wait', untilMs: 1500 })
  expect(viewer.next(1500, 6000)).toMatchObject({ kind: 'ask-segment', mediaSequence: 0 })
  const unlimited = newViewer() // 60 MB of 8 Mbit/s
  unlimited.playlistReceived(1, media(), at(100))
  expect(unlimited.next(0, 61_000)).toEqual({ kind: 'wait', untilMs: 1000 })
})

test('HlsViewer asks for the playlist of another variant when it is first used', () => {
  const viewer = newViewer('throughput')
  expect(viewer.next(0, 0)).toEqual({ kind: 'ask-playlist', variantIndex: 0 })
  viewer.playlistReceived(0, media(), at(100))
  viewer.next(100, 0)
  viewer.segmentReceived(10_000_000, at(200))
  expect(viewer.next(200, 4000)).toEqual({ kind: 'ask-playlist', variantIndex: 1 })
  viewer.playlistReceived(1, media(), at(300))
  expect(viewer.next(300, 3900)).toMatchObject({ kind: 'ask-segment', variantIndex: 1, mediaSequence: 1 })
})

test('HlsViewer begins with the segment of the wanted second', () => {
  const viewer = newViewer('fixed', { startSeconds: 7.9 })
  viewer.playlistReceived(1, media(), at(100))
  expect(viewer.next(100, 0)).toMatchObject({ mediaSequence: 1, startSeconds: 4 })
})

test('HlsViewer joins a live playlist three target durations before its end, and asks for it again', () => {
  const viewer = newViewer()
  viewer.playlistReceived(1, media({ isEnded: false, firstMediaSequence: 100 }, 6), at(0))
  for (const mediaSequence of [103, 104, 105]) {
    expect(viewer.next(100, 0)).toMatchObject({ kind: 'ask-segment', mediaSequence })
    viewer.segmentReceived(1000, at(100))
  }
  expect(viewer.next(3000, 8000)).toEqual({ kind: 'wait', untilMs: 4000 })
  expect(viewer.next(4000, 8000)).toEqual({ kind: 'ask-playlist', variantIndex: 1 })
  viewer.playlistReceived(1, media({ isEnded: false, firstMediaSequence: 100 }, 6), at(4100)) // has not grown
  expect(viewer.next(4100, 8000)).toEqual({ kind: 'wait', untilMs: 6100 })
  viewer.playlistReceived(1, media({ firstMediaSequence: 101 }, 6), at(6200)) // and the last one
  expect(viewer.next(6200, 6000)).toMatchObject({ mediaSequence: 106, startSeconds: 24 })
})

test('HlsViewer holds back what the playlist says', () => {
  const viewer = newViewer()
  viewer.playlistReceived(1, media({ isEnded: false, holdBackSeconds: 20 }, 6), at(0))
  expect(viewer.next(0, 0)).toMatchObject({ mediaSequence: 1 })
})

test('HlsViewer leaves out what the live window has moved beyond', () => {
  const viewer = newViewer()
  viewer.playlistReceived(1, media({ isEnded: false }, 3), at(0))
  expect(viewer.next(0, 0)).toMatchObject({ mediaSequence: 0 })
  viewer.failed(100)
  viewer.playlistReceived(1, media({ isEnded: false, firstMediaSequence: 2 }, 3), at(5000))
  expect(viewer.next(5000, 0)).toMatchObject({ mediaSequence: 2, startSeconds: 8 })
})

test('HlsViewer asks again for what has failed, later each time, and gives up after six times more', () => {
  const viewer = newViewer()
  viewer.playlistReceived(1, media(), at(0))
  let nowMs = 0
  for (const delayMs of [1000, 2000, 4000, 8000, 8000, 8000]) {
    expect(viewer.next(nowMs, 0)).toMatchObject({ kind: 'ask-segment', mediaSequence: 0 })
    viewer.failed(nowMs)
    expect(viewer.next(nowMs, 0)).toEqual({ kind: 'wait', untilMs: nowMs + delayMs })
    nowMs += delayMs
  }
  viewer.next(nowMs, 0)
  viewer.failed(nowMs)
  expect(viewer.next(nowMs, 0)).toEqual({ kind: 'over', because: 'failed' })
})

test('HlsViewer begins where the list says, and of what is live not within what is held back', () => {
  const first = (changes: Partial<ListedMedia>) => {
    const viewer = newViewer()
    viewer.playlistReceived(1, media(changes, 6), at(0))
    return viewer.next(100, 0)
  }
  expect(first({ startOffsetSeconds: 9 })).toMatchObject({ mediaSequence: 2 })
  expect(first({ startOffsetSeconds: -5 })).toMatchObject({ mediaSequence: 4 })
  expect(first({ startOffsetSeconds: 0, isEnded: false })).toMatchObject({ mediaSequence: 0 })
  expect(first({ startOffsetSeconds: -5, isEnded: false })).toMatchObject({ mediaSequence: 3 })
})

test('HlsViewer goes on behind a segment that is missing by its playlist', () => {
  const viewer = newViewer()
  viewer.playlistReceived(1, media(), at(0))
  viewer.next(100, 0)
  viewer.segmentMissing()
  expect(viewer.next(100, 0)).toMatchObject({ mediaSequence: 1, startSeconds: 4 })
})
