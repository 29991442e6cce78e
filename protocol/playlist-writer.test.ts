import fc from 'fast-check'
import * as HLS from 'hls-parser'
import { Parser } from 'm3u8-parser'
import { expect, test } from 'vitest'
import { fuzzRuns } from '../lab/test-support/long-run.ts'
import {
  writeMediaPlaylist,
  writeMultivariantPlaylist,
  type EventPlaylist,
  type VariantStream,
} from './playlist-writer.ts'

const segments = [
  { uri: '00000.ts', durationSeconds: 4.004 },
  { uri: '00001.ts', durationSeconds: 4 },
  { uri: '00002.ts', durationSeconds: 1 / 30 },
]
const playlist: EventPlaylist = { targetDurationSeconds: 4, segments, ended: true }

const best: VariantStream = {
  uri: '720p/index.m3u8',
  bandwidthBitsPerSecond: 3_200_000,
  averageBandwidthBitsPerSecond: 2_500_001,
  widthPixels: 1280,
  heightPixels: 720,
  framesPerSecond: 30_000 / 1001,
  codecs: ['avc1.64001f', 'mp4a.40.2'],
}
const { averageBandwidthBitsPerSecond: _, ...unmeasured } = best
const small: VariantStream = {
  ...unmeasured,
  uri: '240p/index.m3u8',
  bandwidthBitsPerSecond: 400_000,
  codecs: ['avc1.42c00d'],
}

function readByM3u8Parser(text: string) {
  const parser = new Parser()
  const warnings: string[] = []
  parser.on('warn', ({ message }) => warnings.push(message))
  parser.push(text)
  parser.end()
  expect(warnings).toEqual([])
  return parser.manifest
}

test('writeMediaPlaylist writes an ended event, from its first tag to its last', () => {
  expect(writeMediaPlaylist(playlist)).toBe(`#EXTM3U
#EXT-X-VERSION:3
#EXT-X-TARGETDURATION:4
#EXT-X-MEDIA-SEQUENCE:0
#EXT-X-PLAYLIST-TYPE:EVENT
#EXT-X-INDEPENDENT-SEGMENTS
#EXT-X-START:TIME-OFFSET=0
#EXTINF:4.004000,
00000.ts
#EXTINF:4.000000,
00001.ts
#EXTINF:0.033333,
00002.ts
#EXT-X-ENDLIST
`)
})

test('writeMediaPlaylist only adds lines from one reload to the next', () => {
  const versions = [0, 1, 2, 3].map((count) => ({ ...playlist, segments: segments.slice(0, count), ended: false }))
  const texts = [...versions, playlist].map(writeMediaPlaylist)
  for (const [index, text] of texts.slice(1).entries()) {
    expect(text.startsWith(texts[index] as string)).toBe(true)
    expect(text.length).toBeGreaterThan((texts[index] as string).length)
  }
})

test('writeMediaPlaylist is read back by m3u8-parser and hls-parser', () => {
  const text = writeMediaPlaylist(playlist)
  const manifest = readByM3u8Parser(text)
  expect(manifest).toMatchObject({
    playlistType: 'EVENT',
    targetDuration: 4,
    mediaSequence: 0,
    endList: true,
    version: 3,
  })
  expect(manifest).toMatchObject({ independentSegments: true, start: { timeOffset: 0 } })
  expect(manifest.segments.map(({ uri, duration }) => [uri, duration])).toEqual([
    ['00000.ts', 4.004],
    ['00001.ts', 4],
    ['00002.ts', 0.033333],
  ])
  const second = HLS.parse(text) as HLS.types.MediaPlaylist
  expect(second).toMatchObject({ playlistType: 'EVENT', targetDuration: 4, endlist: true, independentSegments: true })
  expect(second.segments.map(({ uri, duration }) => [uri, duration])).toEqual(
    manifest.segments.map(({ uri, duration }) => [uri, duration]),
  )
})

test('writeMediaPlaylist without an end is a playlist that players reload', () => {
  expect(readByM3u8Parser(writeMediaPlaylist({ ...playlist, ended: false })).endList).toBeUndefined()
})

for (const [name, wrong, message] of [
  ['a segment over the target', { targetDurationSeconds: 3 }, '00000.ts lasts 4.004 s, target duration is 3 s'],
  [
    'half a second as target',
    { targetDurationSeconds: 4.5 },
    'target duration must be a positive whole number, got 4.5',
  ],
  ['a duration that is no number', { segments: [{ uri: 'a.ts', durationSeconds: NaN }] }, 'a.ts lasts NaN s'],
  ['a URI with a line break', { segments: [{ uri: 'a.ts\n#EXT-X-ENDLIST', durationSeconds: 1 }] }, 'not a URI'],
  ['a URI that is a tag', { segments: [{ uri: '#EXT-X-ENDLIST', durationSeconds: 1 }] }, 'not a URI'],
  ['a URI with a space', { segments: [{ uri: 'a b.ts', durationSeconds: 1 }] }, 'not a URI'],
  ['no URI', { segments: [{ uri: '', durationSeconds: 1 }] }, 'not a URI'],
] as const) {
  test(`writeMediaPlaylist refuses ${name}`, () => {
    expect(() => writeMediaPlaylist({ ...playlist, ...wrong })).toThrow(message)
    expect(() => writeMediaPlaylist({ ...playlist, ...wrong })).toThrow(RangeError)
  })
}

test('writeMultivariantPlaylist writes every attribute, the average where it is known', () => {
  expect(writeMultivariantPlaylist([best, small])).toBe(`#EXTM3U
#EXT-X-VERSION:3
#EXT-X-INDEPENDENT-SEGMENTS
#EXT-X-STREAM-INF:BANDWIDTH=3200000,AVERAGE-BANDWIDTH=2500001,CODECS="avc1.64001f,mp4a.40.2",RESOLUTION=1280x720,FRAME-RATE=29.970
720p/index.m3u8
#EXT-X-STREAM-INF:BANDWIDTH=400000,CODECS="avc1.42c00d",RESOLUTION=1280x720,FRAME-RATE=29.970
240p/index.m3u8
`)
})

test('writeMultivariantPlaylist is read back by m3u8-parser and hls-parser', () => {
  const text = writeMultivariantPlaylist([best, small])
  const { playlists, independentSegments } = readByM3u8Parser(text)
  expect(independentSegments).toBe(true)
  expect(playlists?.map(({ uri, attributes }) => ({ uri, ...attributes }))).toEqual([
    {
      uri: '720p/index.m3u8',
      BANDWIDTH: 3_200_000,
      'AVERAGE-BANDWIDTH': '2500001',
      CODECS: 'avc1.64001f,mp4a.40.2',
      RESOLUTION: { width: 1280, height: 720 },
      'FRAME-RATE': 29.97,
    },
    {
      uri: '240p/index.m3u8',
      BANDWIDTH: 400_000,
      CODECS: 'avc1.42c00d',
      RESOLUTION: { width: 1280, height: 720 },
      'FRAME-RATE': 29.97,
    },
  ])
  const second = HLS.parse(text) as HLS.types.MasterPlaylist
  expect(
    second.variants.map((variant) => [variant.uri, variant.bandwidth, variant.averageBandwidth, variant.codecs]),
  ).toEqual([
    ['720p/index.m3u8', 3_200_000, 2_500_001, 'avc1.64001f,mp4a.40.2'],
    ['240p/index.m3u8', 400_000, undefined, 'avc1.42c00d'],
  ])
})

for (const [name, wrong, message] of [
  ['a fraction of a bit', { bandwidthBitsPerSecond: 1.5 }, 'bandwidth must be a positive whole number, got 1.5'],
  [
    'an average of nothing',
    { averageBandwidthBitsPerSecond: 0 },
    'average bandwidth must be a positive whole number, got 0',
  ],
  ['no height', { heightPixels: 0 }, 'height must be a positive whole number, got 0'],
  ['no frame rate', { framesPerSecond: NaN }, 'frame rate must be a positive number, got NaN'],
  ['a quote in a codec', { codecs: ['a",URI="x'] }, 'not text for a quoted attribute: "a\\",URI=\\"x"'],
  ['no codec', { codecs: [] }, 'not text for a quoted attribute: ""'],
  ['a URI with a line break', { uri: 'a\r\nb' }, 'not a URI for a playlist: "a\\r\\nb"'],
] as const) {
  test(`writeMultivariantPlaylist refuses ${name}`, () => {
    expect(() => writeMultivariantPlaylist([{ ...best, ...wrong }])).toThrow(new RangeError(message))
  })
}

test('writeMultivariantPlaylist lets no text become another line or attribute', () => {
  fc.assert(
    fc.property(fc.string(), fc.string(), (uri, codec) => {
      let text: string
      try {
        text = writeMultivariantPlaylist([{ ...best, uri, codecs: [codec] }])
      } catch (error) {
        return error instanceof RangeError
      }
      const { playlists } = readByM3u8Parser(text)
      return playlists?.length === 1 && playlists[0]?.uri === uri && playlists[0].attributes['CODECS'] === codec
    }),
    { seed: 7, numRuns: fuzzRuns(500) },
  )
})

test('writeMediaPlaylist of fragmented MP4 names its initialization section, and so is version 7', () => {
  const text = writeMediaPlaylist({ ...playlist, initUri: 'init.mp4' })
  const head = '#EXT-X-VERSION:7'
  const map = '#EXT-X-START:TIME-OFFSET=0\n#EXT-X-MAP:URI="init.mp4"\n'
  const ofTs = writeMediaPlaylist(playlist)
  expect(text).toBe(ofTs.replace('#EXT-X-VERSION:3', head).replace('#EXT-X-START:TIME-OFFSET=0\n', map))
  const read = HLS.parse(text) as HLS.types.MediaPlaylist
  expect(read.segments.map(({ map: section }) => section?.uri)).toEqual(['init.mp4', 'init.mp4', 'init.mp4'])
})
