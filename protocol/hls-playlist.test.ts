import fc from 'fast-check'
import { expect, test } from 'vitest'
import { fuzzRuns } from '../lab/test-support/long-run.ts'
import { readViewedPlaylist } from './hls-playlist.ts'

const multivariant = `#EXTM3U
#EXT-X-VERSION:7
#EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID="a",NAME="Deutsch",AUTOSELECT=YES,URI="de/index.m3u8"
#EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID="a",NAME="English",DEFAULT=YES,AUTOSELECT=YES,URI="en/index.m3u8"
#EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID="own",NAME="English",DEFAULT=YES
#EXT-X-STREAM-INF:BANDWIDTH=900000,AVERAGE-BANDWIDTH=800000,RESOLUTION=640x360,FRAME-RATE=29.970,CODECS="avc1.4d401f,mp4a.40.2",AUDIO="a"
360p/index.m3u8
#EXT-X-STREAM-INF:BANDWIDTH=100000,CODECS="mp4a.40.2",AUDIO="own"
https://other.example/sound.m3u8?a=b
#EXT-X-STREAM-INF:BANDWIDTH=1000000,AUDIO="own"
360p/index.m3u8
`

test('readViewedPlaylist tells variants, each address once, and the sound that is chosen by itself', () => {
  expect(readViewedPlaylist(multivariant)).toEqual({
    ok: true,
    value: {
      kind: 'multivariant',
      variants: [
        {
          uri: '360p/index.m3u8',
          bandwidthBitsPerSecond: 900_000,
          averageBitsPerSecond: 800_000,
          widthPixels: 640,
          heightPixels: 360,
          framesPerSecond: 29.97,
          codecs: 'avc1.4d401f,mp4a.40.2',
          soundUri: 'en/index.m3u8',
        },
        { uri: 'https://other.example/sound.m3u8?a=b', bandwidthBitsPerSecond: 100_000, codecs: 'mp4a.40.2' },
      ],
    },
  })
})

const live = `\uFEFF#EXTM3U
#EXT-X-TARGETDURATION:4
#EXT-X-SERVER-CONTROL:CAN-BLOCK-RELOAD=YES,HOLD-BACK=14
#EXT-X-START:TIME-OFFSET=-6
#EXT-X-MEDIA-SEQUENCE:7
#EXT-X-MAP:URI="init.mp4",BYTERANGE="100@0"
#EXT-X-KEY:METHOD=AES-128,URI="key"
#EXT-X-PROGRAM-DATE-TIME:2026-01-01T00:00:00Z
#EXTINF:4.0,
#EXT-X-BYTERANGE:1000@100
a.mp4
#EXTINF:4.0,
#EXT-X-BYTERANGE:500
a.mp4
#EXT-X-DISCONTINUITY
#EXT-X-KEY:METHOD=NONE
#EXT-X-GAP
#EXTINF:3.5,
b.mp4
#EXT-X-PART:DURATION=0.333,URI="p1.mp4",INDEPENDENT=YES
`

test('readViewedPlaylist tells of a live list where each segment lies, and what it needs', () => {
  const map = { uri: 'init.mp4', range: { offsetBytes: 0, lengthBytes: 100 } }
  const same = { isDiscontinuity: false, isGap: false, map }
  const ofKey = { ...same, keyUri: 'key' }
  const range = (offsetBytes: number, lengthBytes: number) => ({ uri: 'a.mp4', range: { offsetBytes, lengthBytes } })
  expect(readViewedPlaylist(live)).toEqual({
    ok: true,
    value: {
      kind: 'media',
      targetDurationSeconds: 4,
      isEnded: false,
      holdBackSeconds: 14,
      startOffsetSeconds: -6,
      segments: [
        { ...range(100, 1000), ...ofKey, sequence: 7, durationSeconds: 4, startUnixMs: 1_767_225_600_000 },
        { ...range(1100, 500), ...ofKey, sequence: 8, durationSeconds: 4, startUnixMs: 1_767_225_604_000 },
        {
          ...same,
          uri: 'b.mp4',
          sequence: 9,
          durationSeconds: 3.5,
          isDiscontinuity: true,
          isGap: true,
          startUnixMs: 1_767_225_608_000,
        },
      ],
    },
  })
})

test('readViewedPlaylist tells what has ended, and what its type is; three target durations are held back', () => {
  const list = (type: string) => `#EXTM3U\n#EXT-X-TARGETDURATION:6\n#EXT-X-PLAYLIST-TYPE:${type}\n#EXTINF:6,\na.ts\n`
  const ended = readViewedPlaylist(`${list('EVENT')}#EXT-X-ENDLIST\n`)
  expect(ended).toMatchObject({ value: { type: 'EVENT', isEnded: true, holdBackSeconds: 18 } })
  expect(readViewedPlaylist(list('VOD'))).toMatchObject({ value: { type: 'VOD', isEnded: false } })
})

for (const text of ['', 'hello', '<html>', '#EXTM3U8\n#EXT-X-TARGETDURATION:4', '#EXTM3U\n#EXTINF:4,\na.ts\n']) {
  test(`readViewedPlaylist refuses ${JSON.stringify(text)}`, () => {
    expect(readViewedPlaylist(text)).toMatchObject({ ok: false, fault: { code: 'bad-text' } })
  })
}

test('readViewedPlaylist gives a value or a fault for any lines', () => {
  const lines = fc.array(fc.oneof(fc.constantFrom(...`${multivariant}${live}`.split('\n')), fc.string()), {
    maxLength: 30,
  })
  fc.assert(
    fc.property(lines, (some) => {
      const read = readViewedPlaylist(['#EXTM3U', ...some].join('\n'))
      if (read.ok && read.value.kind === 'media')
        for (const { durationSeconds, uri } of read.value.segments) {
          expect(durationSeconds).toBeGreaterThanOrEqual(0)
          expect(uri).toBeTypeOf('string')
        }
    }),
    { numRuns: fuzzRuns(200), seed: 1 },
  )
})
