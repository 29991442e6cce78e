import { expect, test } from 'vitest'
import { encryptedMultivariant, encryptedPlaylist, readSegmentName } from './encrypted-playlist.ts'
import { writeLivePlaylist } from './live-playlist-writer.ts'
import { writeMediaPlaylist } from './playlist-writer.ts'

const key = (number: number, ending = 'ts'): string => `#EXT-X-KEY:METHOD=AES-128,URI="${ending}-${number}.key"`

function names(first: number, count: number, ending = 'ts'): string[] {
  return Array.from({ length: count }, (_, index) => `${String(first + index).padStart(5, '0')}.${ending}`)
}

/** The keys, the map and the segments of a list, in their order. */
function outline(text: string | undefined): string[] {
  return (text ?? '').split('\n').filter((line) => /^(?:#EXT-X-(?:KEY|MAP)|\d)/.test(line))
}

function listOf(uris: readonly string[], initUri?: string): string {
  const segments = uris.map((uri) => ({ uri, durationSeconds: 4 }))
  return writeMediaPlaylist({
    targetDurationSeconds: 4,
    segments,
    ended: true,
    ...(initUri === undefined ? {} : { initUri }),
  })
}

test('encryptedPlaylist names a key before the first segment and wherever it changes, and leaves all else as it is', () => {
  const text = listOf(names(0, 5))
  const encrypted = encryptedPlaylist(text, 2)
  const [a, b, c, d, e] = names(0, 5)
  expect(outline(encrypted)).toEqual([key(0), a, b, key(1), c, d, key(2), e])
  expect(encrypted?.replaceAll(/^#EXT-X-KEY.*\n/gm, '')).toBe(text)
})

test('encryptedPlaylist leaves the initialization section clear: it stands before any key', () => {
  const [a, b] = names(0, 2, 'm4s')
  const text = listOf(names(0, 2, 'm4s'), 'init.mp4')
  expect(outline(encryptedPlaylist(text, 10))).toEqual(['#EXT-X-MAP:URI="init.mp4"', key(0, 'm4s'), a, b])
  const again = text.replace(`#EXTINF:4.000000,\n${b}`, `#EXT-X-MAP:URI="other.mp4"\n#EXTINF:4.000000,\n${b}`)
  expect(outline(encryptedPlaylist(again, 10))).toEqual([
    '#EXT-X-MAP:URI="init.mp4"',
    key(0, 'm4s'),
    a,
    '#EXT-X-KEY:METHOD=NONE',
    '#EXT-X-MAP:URI="other.mp4"',
    key(0, 'm4s'),
    b,
  ])
})

test('encryptedPlaylist goes by the media sequence number of a window that slides, of a delta update too', () => {
  const segments = ['98.ts', '99.ts', '100.ts', '101.ts'].map((uri) => ({
    uri,
    durationSeconds: 2,
    parts: [],
    dateTime: '2026-11-30T10:00:00.000Z',
    isDiscontinuity: uri === '100.ts',
  }))
  const window = {
    targetDurationSeconds: 2,
    mediaSequence: 98,
    discontinuitySequence: 0,
    segments,
    isIndependent: true,
    ended: false,
  }
  expect(outline(encryptedPlaylist(writeLivePlaylist(window), 10))).toEqual([
    key(9),
    '98.ts',
    '99.ts',
    key(10),
    '100.ts',
    '101.ts',
  ])
  expect(outline(encryptedPlaylist(writeLivePlaylist(window, 3), 10))).toEqual([key(10), '101.ts'])
})

test('encryptedPlaylist leaves subtitles as they are', () => {
  const text = listOf(names(0, 3, 'vtt'))
  expect(encryptedPlaylist(text, 2)).toBe(text)
})

test.for([
  ['keyframes', listOf(names(0, 2)).replace('#EXTINF', '#EXT-X-I-FRAMES-ONLY\n#EXTINF')],
  ['ranges of one file', listOf(['media.ts', 'media.ts'])],
  ['segments that are not called by their number', listOf(names(1, 2))],
  ['segments of another folder', listOf(['../other/00000.ts'])],
])('encryptedPlaylist gives no list of %s', ([, text = '']) => expect(encryptedPlaylist(text, 2)).toBeUndefined())

test('encryptedMultivariant leaves the I-frame playlists out, and makes room for the padding in BANDWIDTH alone', () => {
  const text = (told: number): string =>
    [
      '#EXTM3U',
      `#EXT-X-STREAM-INF:AVERAGE-BANDWIDTH=900,BANDWIDTH=${told},CODECS="a,b"`,
      'a.m3u8',
      `#EXT-X-STREAM-INF:BANDWIDTH=${told},AVERAGE-BANDWIDTH=900`,
      'b.m3u8\n',
    ].join('\n')
  const iFrames = '#EXT-X-I-FRAME-STREAM-INF:BANDWIDTH=1,URI="i.m3u8"\n'
  expect(encryptedMultivariant(text(1000) + iFrames + iFrames)).toBe(text(1512))
})

test('readSegmentName knows media segments alone', () => {
  expect(['00012.ts', '7.m4s', '00000.aac'].map(readSegmentName)).toEqual([
    { ending: 'ts', sequence: 12 },
    { ending: 'm4s', sequence: 7 },
    { ending: 'aac', sequence: 0 },
  ])
  for (const name of ['init.mp4', '00000.vtt', 'poster.jpg', 'a0.ts', '0.ts.ts', '-1.ts', '']) {
    expect(readSegmentName(name)).toBeUndefined()
  }
})
