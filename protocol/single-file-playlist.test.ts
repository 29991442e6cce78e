import { Parser } from 'm3u8-parser'
import { expect, test } from 'vitest'
import { writeIframePlaylist } from './iframe-playlist.ts'
import { writeMediaPlaylist, writeMultivariantPlaylist } from './playlist-writer.ts'
import { listedFiles, namedPlaylists, playlistOverOneFile, withNamesOf } from './single-file-playlist.ts'

const segments = [
  { uri: '00000.m4s', durationSeconds: 4 },
  { uri: '00001.m4s', durationSeconds: 2.5 },
]
const ofTs = segments.map((segment) => ({ ...segment, uri: segment.uri.replace('m4s', 'ts') }))
const ts = writeMediaPlaylist({ targetDurationSeconds: 4, segments: ofTs, ended: true })
const fmp4 = writeMediaPlaylist({ targetDurationSeconds: 4, initUri: 'init.mp4', segments, ended: true })
const iframes = writeIframePlaylist([
  { uri: '00000.ts', offsetBytes: 0, sizeBytes: 188, durationSeconds: 2 },
  { uri: '00000.ts', offsetBytes: 564, sizeBytes: 376, durationSeconds: 2 },
  { uri: '00001.ts', offsetBytes: 188, sizeBytes: 188, durationSeconds: 2.5 },
])

const tsPlaces = new Map([
  ['00000.ts', { offsetBytes: 0, sizeBytes: 1880 }],
  ['00001.ts', { offsetBytes: 1880, sizeBytes: 940 }],
])
const fmp4Places = new Map([
  ['init.mp4', { offsetBytes: 0, sizeBytes: 700 }],
  ['00000.m4s', { offsetBytes: 700, sizeBytes: 1000 }],
  ['00001.m4s', { offsetBytes: 1700, sizeBytes: 500 }],
])

test('listedFiles gives the files of a playlist, the initialization section first', () => {
  expect(listedFiles(ts)).toEqual(['00000.ts', '00001.ts'])
  expect(listedFiles(fmp4)).toEqual(['init.mp4', '00000.m4s', '00001.m4s'])
  expect(listedFiles(iframes)).toEqual(['00000.ts', '00001.ts'])
})

for (const { name, list, uri, places, ranges, version } of [
  {
    name: 'transport streams',
    list: ts,
    uri: 'single.ts',
    places: tsPlaces,
    ranges: [
      [1880, 0],
      [940, 1880],
    ],
    version: 4,
  },
  {
    name: 'fragmented MP4',
    list: fmp4,
    uri: 'single.mp4',
    places: fmp4Places,
    ranges: [
      [1000, 700],
      [500, 1700],
    ],
    version: 7,
  },
  {
    name: 'keyframes',
    list: iframes,
    uri: 'single.ts',
    places: tsPlaces,
    ranges: [
      [188, 0],
      [376, 564],
      [188, 2068],
    ],
    version: 4,
  },
]) {
  test(`playlistOverOneFile lists ranges of one file in the place of ${name}, as m3u8-parser reads them`, () => {
    const [before, after] = [parsed(list), parsed(playlistOverOneFile(list, uri, places))]
    expect(after.version).toBe(version)
    expect(after.segments.map(({ byterange }) => [byterange?.length, byterange?.offset])).toEqual(ranges)
    expect(new Set(after.segments.map((segment) => segment.uri))).toEqual(new Set([uri]))
    expect(after.segments.map(({ duration }) => duration)).toEqual(before.segments.map(({ duration }) => duration))
    expect(after.endList).toBe(true)
  })
}

test('playlistOverOneFile tells where in the file the initialization section lies, and keeps every other line', () => {
  const text = playlistOverOneFile(fmp4, 'single.mp4', fmp4Places)
  expect(text).toContain('\n#EXT-X-MAP:URI="single.mp4",BYTERANGE="700@0"\n')
  const plain = text
    .replace('"single.mp4",BYTERANGE="700@0"', '"init.mp4"')
    .replace('#EXT-X-BYTERANGE:1000@700\nsingle.mp4', '00000.m4s')
    .replace('#EXT-X-BYTERANGE:500@1700\nsingle.mp4', '00001.m4s')
  expect(plain).toBe(fmp4)
})

test('playlistOverOneFile throws for a file that is not in the one', () => {
  expect(() => playlistOverOneFile(iframes, 'single.ts', fmp4Places)).toThrow('00000.ts is not in single.ts')
})

test('withNamesOf renames the playlists of variants, renditions and keyframes, and nothing else', () => {
  const stream = {
    bandwidthBitsPerSecond: 1,
    codecs: ['avc1.64001f'],
    widthPixels: 2,
    heightPixels: 2,
    framesPerSecond: 1,
  }
  const rendition = { kind: 'audio', name: 'a,URI=b', isDefault: true, isAutoselected: true } as const
  const [one, other] = ['a/index.m3u8', 'b/index.m3u8']
  const text = writeMultivariantPlaylist([{ ...stream, uri: one }], [{ ...rendition, uri: other }])
  expect(namedPlaylists(text)).toEqual([other, one])
  const renamed = withNamesOf(text, (uri) => `x/${uri}`)
  expect(namedPlaylists(renamed)).toEqual([`x/${other}`, `x/${one}`])
  expect(renamed.replaceAll('x/', '')).toBe(text)
})

function parsed(text: string) {
  const parser = new Parser()
  parser.push(text)
  parser.end()
  return parser.manifest
}
