import { expect, test } from 'vitest'
import { toVideo, type VideoRecord } from './video-record.ts'

const picture = { name: '720p', widthPixels: 1280, heightPixels: 720, bandwidthBitsPerSecond: 1, codecs: 'avc1.64001f' }
const record: VideoRecord = {
  format: 'weir-video',
  version: 1,
  id: 'v',
  title: 'Clip',
  createdUnixMs: 0,
  status: 'ready',
  attempt: 1,
  source: 'source.mp4',
  sourceBytes: 1,
  variants: [picture],
}
const sound = { ...picture, name: 'audio', widthPixels: 0, heightPixels: 0 }
const bases = { rtsp: 'rtsp://h', folderOf: (id: string): string => `/hls/${id}`, isEncrypted: false }
const rtsp = 'rtsp://h/v'
const watched = { poster: '/hls/v/poster.jpg', rtsp }
const hls = '/hls/v/master.m3u8'
const hlsFmp4 = '/hls/v/master-fmp4.m3u8'
const hlsSingleFiles = '/hls/v/master-single.m3u8'
const hlsFmp4SingleFiles = '/hls/v/master-fmp4-single.m3u8'

for (const [name, change, urls] of [
  ['what is plain', {}, { hls, ...watched }],
  ['fragmented MP4', { segments: 'fmp4' }, { hls, hlsFmp4, ...watched }],
  ['single files', { singleFiles: true }, { hls, hlsSingleFiles, ...watched }],
  ['both', { segments: 'fmp4', singleFiles: true }, { hls, hlsFmp4, hlsSingleFiles, hlsFmp4SingleFiles, ...watched }],
  ['what is still made', { segments: 'fmp4', singleFiles: true, status: 'playable' }, { hls, hlsFmp4, ...watched }],
  [
    'sound alone',
    { segments: 'fmp4', singleFiles: true, variants: [sound] },
    { hls, hlsSingleFiles, rtsp: 'rtsp://h/v' },
  ],
  ['what cannot be played yet', { singleFiles: true, status: 'segmenting' }, {}],
] satisfies readonly (readonly [string, Partial<VideoRecord>, object])[]) {
  test(`toVideo tells the addresses of ${name}`, () => {
    expect(toVideo({ ...record, ...change }, { ratio: 1 }, bases).urls).toEqual(urls)
  })
}

test('toVideo offers no single files where segments are encrypted', () => {
  const single: VideoRecord = { ...record, segments: 'fmp4', singleFiles: true }
  const { urls } = toVideo(single, { ratio: 1 }, { ...bases, isEncrypted: true })
  expect(urls).toEqual({ hls, hlsFmp4, ...watched })
})
