import fc from 'fast-check'
import { expect, test } from 'vitest'
import { fuzzRuns } from '../lab/test-support/long-run.ts'
import { readThumbnailTrack, thumbnailAt, writeThumbnailTrack, type Thumbnail } from './thumbnail-track.ts'

const size = { uri: 'thumbnails.jpg', widthPixels: 160, heightPixels: 90 }
const track: readonly Thumbnail[] = [
  { ...size, startSeconds: 0, endSeconds: 2.002, x: 0, y: 0 },
  { ...size, startSeconds: 2.002, endSeconds: 3599.999, x: 160, y: 0 },
  { ...size, startSeconds: 3599.999, endSeconds: 7322.5, x: 0, y: 90 },
]
const text = `WEBVTT

00:00:00.000 --> 00:00:02.002
thumbnails.jpg#xywh=0,0,160,90

00:00:02.002 --> 00:59:59.999
thumbnails.jpg#xywh=160,0,160,90

00:59:59.999 --> 02:02:02.500
thumbnails.jpg#xywh=0,90,160,90
`

test('writeThumbnailTrack writes a cue a picture', () => expect(writeThumbnailTrack(track)).toBe(text))
test('readThumbnailTrack reads them', () => expect(readThumbnailTrack(text)).toEqual({ ok: true, value: track }))

for (const [name, broken] of [
  ['another file', 'text'],
  ['a sheet from elsewhere', text.replace('thumbnails.jpg', 'https://example.org/x.jpg')],
  ['a part without a height', text.replace(',90\n', '\n')],
  ['captions', 'WEBVTT\n\n00:00:00.000 --> 00:00:02.000\nGood evening.\n'],
] as const) {
  test(`readThumbnailTrack refuses ${name}`, () => expect(readThumbnailTrack(broken).ok).toBe(false))
}

test('readThumbnailTrack takes any text without harm', () => {
  const anyText = fc.oneof(
    fc.string(),
    fc.string().map((tail) => `WEBVTT\n\n${tail}`),
  )
  fc.assert(
    fc.property(anyText, (any) => void readThumbnailTrack(any)),
    { numRuns: fuzzRuns(200) },
  )
})

test('thumbnailAt gives the last one begun, and the first before all', () => {
  expect(thumbnailAt(track, 2)).toBe(track[0])
  expect(thumbnailAt(track, 2.002)).toBe(track[1])
  expect(thumbnailAt(track, 9999)).toBe(track[2])
  expect(thumbnailAt(track, -1)).toBe(track[0])
  expect(thumbnailAt([], 1)).toBeUndefined()
})
