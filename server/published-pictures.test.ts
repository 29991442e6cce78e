import { expect, test } from 'vitest'
import { PublishedPictures } from './published-pictures.ts'

const FRAME_TICKS = 3000

/** Pictures `from` to `to` of a stream that begins at a presentation time of its own, captured 33 ms apart. */
function pictures(from: number, to: number) {
  return Array.from({ length: to - from + 1 }, (_, index) => ({
    ptsTicks: 90_000 + (from + index) * FRAME_TICKS,
    unixMs: 1000 + (from + index) * 33,
  }))
}

function published() {
  let nowUnixMs = 0
  const log = new PublishedPictures(() => nowUnixMs)
  const at = (unixMs: number, act: () => void): void => {
    nowUnixMs = unixMs
    act()
  }
  return { log, at }
}

test('PublishedPictures tells of each way since when a picture can be had: as it comes, in a part, in a whole segment', () => {
  const { log, at } = published()
  pictures(0, 3).forEach((picture) => log.push(picture))
  at(1150, () => log.markSent())
  at(1200, () => log.markCut(pictures(0, 1), { sequence: 7, part: 0, endsSegment: false }))
  at(1300, () => log.markCut(pictures(2, 3), { sequence: 7, part: 1, endsSegment: true }))
  const moments = { ptsTicks: FRAME_TICKS, capturedUnixMs: 1033 }
  expect(log.list('rtp', 0)[0]).toEqual({ ...moments, publishedUnixMs: 1150 })
  expect(log.list('low-latency', 0)[0]).toEqual({ ...moments, publishedUnixMs: 1200, sequence: 7, part: 0 })
  expect(log.list('live', 0)[0]).toEqual({ ...moments, publishedUnixMs: 1300, sequence: 7 })
})

test('PublishedPictures keeps to itself what cannot be had yet, and what was told before', () => {
  const { log, at } = published()
  pictures(0, 4).forEach((picture) => log.push(picture))
  at(1200, () => log.markCut(pictures(0, 3), { sequence: 0, part: 0, endsSegment: false }))
  expect(log.list('live', -Infinity)).toEqual([])
  expect(log.list('rtp', -Infinity)).toEqual([])
  expect(log.list('low-latency', FRAME_TICKS).map(({ ptsTicks }) => ptsTicks)).toEqual([6000, 9000])
})

test('PublishedPictures tells a picture as sent once, however many come after it', () => {
  const { log, at } = published()
  for (const [index, picture] of pictures(0, 2).entries()) {
    log.push(picture)
    at(2000 + index, () => log.markSent())
  }
  expect(log.list('rtp', -Infinity).map(({ publishedUnixMs }) => publishedUnixMs)).toEqual([2000, 2001, 2002])
})

test('PublishedPictures goes on in segments where there are no parts any longer, and keeps twenty seconds of sixty pictures', () => {
  const { log, at } = published()
  pictures(0, 1300).forEach((picture) => log.push(picture))
  at(9000, () => log.markCut(pictures(1290, 1300), { sequence: 3, endsSegment: true }))
  expect(log.list('low-latency', -Infinity)).toEqual([])
  expect(log.list('live', -Infinity).length).toBe(11)
  log.markSent()
  expect(log.list('rtp', -Infinity).length).toBe(1200)
})
