import { expect, test } from 'vitest'
import type { FallbackTry } from '../stream/fallback.ts'
import { fallbackLines, withPicture } from './fallback-text.ts'

const tries: readonly FallbackTry[] = [
  { way: 'rtp-udp', startMs: 0, answeredMs: 225, leftMs: 975, leftBecause: 'no-packets' },
  { way: 'rtp-tcp', startMs: 975, leftMs: 2225, leftBecause: 'no-answer' },
  { way: 'hls', startMs: 2225 },
]

test('fallbackLines tells of each way what came of it, when', () => {
  expect(fallbackLines(withPicture(tries, 775))).toEqual([
    'RTP over UDP  tried at 0.00 s  set up at 0.23 s  left at 0.97 s: set up, and no packet came',
    'RTP over TCP  tried at 0.97 s  left at 2.23 s: no answer to its set-up',
    'HLS           tried at 2.23 s  first picture at 3.00 s',
  ])
})

test('withPicture leaves what never showed one as it is', () => {
  expect(withPicture(tries, undefined)).toBe(tries)
  expect(withPicture([], 100)).toEqual([])
})
