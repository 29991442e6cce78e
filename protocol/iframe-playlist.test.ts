import * as HLS from 'hls-parser'
import { expect, test } from 'vitest'
import { writeIframePlaylist, writeIframeStreams, type IframeSegment, type IframeStream } from './iframe-playlist.ts'
import { writeMultivariantPlaylist } from './playlist-writer.ts'

const iframes: readonly IframeSegment[] = [
  { uri: '00000.ts', offsetBytes: 188, sizeBytes: 9400, durationSeconds: 2.002 },
  { uri: '00000.ts', offsetBytes: 188_000, sizeBytes: 7520, durationSeconds: 2.002 },
  { uri: '00001.ts', offsetBytes: 188, sizeBytes: 9588, durationSeconds: 0.1 },
]

test('writeIframePlaylist writes each keyframe as a range that lasts until the next', () => {
  const text = writeIframePlaylist(iframes)
  expect(text).toBe(`#EXTM3U
#EXT-X-VERSION:4
#EXT-X-TARGETDURATION:2
#EXT-X-MEDIA-SEQUENCE:0
#EXT-X-PLAYLIST-TYPE:VOD
#EXT-X-I-FRAMES-ONLY
#EXTINF:2.002000,
#EXT-X-BYTERANGE:9400@188
00000.ts
#EXTINF:2.002000,
#EXT-X-BYTERANGE:7520@188000
00000.ts
#EXTINF:0.100000,
#EXT-X-BYTERANGE:9588@188
00001.ts
#EXT-X-ENDLIST
`)
  const read = HLS.parse(text) as HLS.types.MediaPlaylist
  expect(read.isIFrame).toBe(true)
  expect(read.segments.map(({ byterange }) => byterange)).toEqual([
    { length: 9400, offset: 188 },
    { length: 7520, offset: 188_000 },
    { length: 9588, offset: 188 },
  ])
})

test('writeIframePlaylist tells a target duration of 1 s at least, and refuses an empty range', () => {
  expect(writeIframePlaylist([{ ...iframes[0]!, durationSeconds: 0.04 }])).toContain('#EXT-X-TARGETDURATION:1\n')
  expect(() => writeIframePlaylist([{ ...iframes[0]!, sizeBytes: 0 }])).toThrow('size must be a positive whole number')
})

const stream: IframeStream = {
  uri: '240p/iframes.m3u8',
  bandwidthBitsPerSecond: 90_000,
  averageBandwidthBitsPerSecond: 80_000,
  widthPixels: 426,
  heightPixels: 240,
  codecs: ['avc1.42c00d'],
}

test('writeIframeStreams names I-frame playlists behind the variants of a multivariant playlist', () => {
  const lines = writeIframeStreams([stream])
  expect(lines).toBe(
    '#EXT-X-I-FRAME-STREAM-INF:BANDWIDTH=90000,AVERAGE-BANDWIDTH=80000,' +
      'CODECS="avc1.42c00d",RESOLUTION=426x240,URI="240p/iframes.m3u8"\n',
  )
  const variants = writeMultivariantPlaylist([{ ...stream, uri: '240p/index.m3u8', framesPerSecond: 25 }])
  const read = HLS.parse(`${variants}${lines}`) as HLS.types.MasterPlaylist
  expect(read.variants.map(({ uri, isIFrameOnly }) => [uri, isIFrameOnly])).toEqual([
    ['240p/index.m3u8', false],
    ['240p/iframes.m3u8', true],
  ])
  expect(writeIframeStreams([])).toBe('')
})
