import { expect, test } from 'vitest'
import { finishedSegments } from './finished-segments.ts'

const list = '#EXTM3U\n#EXT-X-MEDIA-SEQUENCE:15\n#EXTINF:4.004000,\n00015.ts\n#EXTINF:3.970633,\n00016.ts\n'

test('finishedSegments counts from the names, not from the lines', () => expect(finishedSegments(list)).toBe(17))
test('finishedSegments leaves out a name that is not whole yet', () => {
  expect(finishedSegments(list.slice(0, -1))).toBe(16)
})
test('finishedSegments is none for a list that is being begun', () => {
  expect(finishedSegments('')).toBe(0)
  expect(finishedSegments('#EXTM3U\n#EXTINF:4')).toBe(0)
})
test('finishedSegments reads names with a folder, as some builds write them', () => {
  expect(finishedSegments('#EXTM3U\n720p/00002.ts\n')).toBe(3)
})
