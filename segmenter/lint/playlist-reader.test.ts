import fc from 'fast-check'
import { expect, test } from 'vitest'
import { fuzzRuns } from '../../lab/test-support/long-run.ts'
import { readAttributeList } from './attribute-list.ts'
import { judgePlaylist } from './judge.ts'
import { readPlaylist } from './playlist-reader.ts'
import type { MediaPlaylist } from './playlist.ts'
import { readSegment } from './read-segment.ts'

function mediaOf(lines: readonly string[]): MediaPlaylist {
  const playlist = readPlaylist(new TextEncoder().encode(['#EXTM3U', ...lines].join('\n')))
  if (playlist.kind !== 'media') throw new Error('it is a multivariant playlist')
  return playlist
}

test('readPlaylist tells where a byte range without an offset begins', () => {
  const { segments } = mediaOf([
    '#EXT-X-BYTERANGE:10@5',
    '#EXTINF:1,',
    'a',
    '#EXT-X-BYTERANGE:20',
    '#EXTINF:1,',
    'a',
    '#EXT-X-BYTERANGE:30',
    '#EXTINF:1,',
    'b',
  ])
  expect(segments.map(({ range }) => range)).toEqual([
    { lengthBytes: 10, offsetBytes: 5 },
    { lengthBytes: 20, offsetBytes: 15 },
    { lengthBytes: 30, offsetBytes: undefined },
  ])
})

test('readPlaylist counts media sequence, discontinuities and seconds from what the list says', () => {
  const { segments } = mediaOf([
    '#EXT-X-MEDIA-SEQUENCE:41',
    '#EXT-X-DISCONTINUITY-SEQUENCE:3',
    '#EXTINF:2.5,',
    'a',
    '#EXT-X-DISCONTINUITY',
    '#EXTINF:1.5,',
    'b',
  ])
  const counted = segments.map(({ sequence, discontinuitySequence, startSeconds }) => [
    sequence,
    discontinuitySequence,
    startSeconds,
  ])
  expect(counted).toEqual([
    [41, 3, 0],
    [42, 4, 2.5],
  ])
})

test('readPlaylist gives a segment the keys and the map that apply to it', () => {
  const { segments } = mediaOf([
    '#EXT-X-KEY:METHOD=AES-128,URI="k1"',
    '#EXT-X-MAP:URI="i.mp4",BYTERANGE="7@3"',
    '#EXTINF:1,',
    'a',
    '#EXT-X-KEY:METHOD=AES-128,URI="k2"',
    '#EXTINF:1,',
    'b',
    '#EXT-X-KEY:METHOD=NONE',
    '#EXTINF:1,',
    'c',
  ])
  expect(segments.map(({ keys }) => keys.map(({ value }) => value))).toEqual([
    ['METHOD=AES-128,URI="k1"'],
    ['METHOD=AES-128,URI="k2"'],
    [],
  ])
  expect(segments[2]?.map).toEqual({ line: 3, uri: 'i.mp4', range: { lengthBytes: 7, offsetBytes: 3 } })
})

test('readPlaylist puts in what EXT-X-DEFINE gives names to', () => {
  const text = '#EXTM3U\n#EXT-X-DEFINE:NAME="host",VALUE="h.example"\n#EXTINF:1,\nhttp://{$host}/a\n'
  const playlist = readPlaylist(new TextEncoder().encode(text)) as MediaPlaylist
  expect(playlist.segments.map(({ uri }) => uri)).toEqual(['http://h.example/a'])
})

test('readAttributeList keeps commas and equals signs of quoted strings', () => {
  const { values, faults } = readAttributeList('A="b,c=d",E=0x1F')
  expect([...values]).toEqual([
    ['A', { isQuoted: true, text: 'b,c=d' }],
    ['E', { isQuoted: false, text: '0x1F' }],
  ])
  expect(faults).toEqual([])
})

const pieces = fc.constantFrom(
  '#EXT',
  '#EXTM3U\n',
  '#EXTINF:',
  '-X-KEY:',
  'METHOD=',
  '"',
  ',',
  '\n',
  '@',
  '{$a}',
  '\0',
  '9'.repeat(30),
)

test('readPlaylist and the rules take any text', () => {
  fc.assert(
    fc.property(fc.array(fc.oneof(pieces, fc.string()), { maxLength: 60 }), (parts) => {
      expect(judgePlaylist(readPlaylist(new TextEncoder().encode(parts.join(''))), 'a')).toBeInstanceOf(Array)
    }),
    { seed: 6, numRuns: fuzzRuns(100) },
  )
})

const heads = fc.constantFrom(
  '00000018667479',
  '0000001c6d6f6f66',
  '474000100000b00d0001c100',
  'fff15080',
  '494433',
  '5745425654540a',
)

test('readSegment takes any bytes', () => {
  fc.assert(
    fc.property(heads, fc.uint8Array({ maxLength: 600 }), (head, rest) => {
      const bytes = Uint8Array.from([...Buffer.from(head, 'hex'), ...rest])
      expect(readSegment({ bytes, init: bytes, head: bytes }).faults).toBeInstanceOf(Array)
      expect(readSegment({ bytes }).tracks).toBeInstanceOf(Array)
    }),
    { seed: 6, numRuns: fuzzRuns(200) },
  )
})
