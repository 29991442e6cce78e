import { expect, test } from 'vitest'
import { SegmenterRefusal } from './segmenter-refusal.ts'
import { readSoundFacts, readSourceFacts } from './source-facts.ts'

const video = {
  index: 0,
  codec_type: 'video',
  codec_name: 'h264',
  width: 1280,
  height: 720,
  has_b_frames: 2,
  sample_aspect_ratio: '1:1',
  r_frame_rate: '30/1',
  duration: '8.000000',
  disposition: { default: 1, attached_pic: 0 },
}
const audio = {
  index: 1,
  codec_type: 'audio',
  codec_name: 'aac',
  sample_rate: '48000',
  channels: 2,
  start_time: '0.021',
}
const cover = { ...video, index: 2, codec_name: 'mjpeg', disposition: { attached_pic: 1 } }

function report(...streams: unknown[]): unknown {
  return { streams, format: { format_name: 'mov,mp4', start_time: '0.000000' } }
}

test('readSourceFacts reads picture and sound', () => {
  expect(readSourceFacts(report(video, audio))).toEqual({
    container: 'mov,mp4',
    startSeconds: 0,
    video: {
      streamIndex: 0,
      codec: 'h264',
      widthPixels: 1280,
      heightPixels: 720,
      codedPixels: 1280 * 720,
      interlacing: 'told-by-pictures',
      reorderedFrames: 2,
      lowestFrameRate: { numerator: 30, denominator: 1 },
      promisedSeconds: 8,
    },
    audio: { streamIndex: 1, codec: 'aac', sampleRateHz: 48_000, channelCount: 2, startSeconds: 0.021 },
    tracks: {
      main: { streamIndex: 1, sampleRateHz: 48_000, channelCount: 2, isDescription: false },
      otherAudio: [],
      subtitles: [],
      pictureSubtitles: [],
    },
    warnings: [],
  })
})

for (const { name, stream, size } of [
  { name: 'squares wide pixels', stream: { sample_aspect_ratio: '64:45', width: 720, height: 576 }, size: [1024, 576] },
  { name: 'takes 0:1 as square', stream: { sample_aspect_ratio: '0:1' }, size: [1280, 720] },
  { name: 'turns a phone by its display matrix', stream: { side_data_list: [{ rotation: -90 }] }, size: [720, 1280] },
  { name: 'turns a phone by its old tag', stream: { tags: { rotate: '270' } }, size: [720, 1280] },
  {
    name: 'leaves a picture on its head as wide as it is',
    stream: { side_data_list: [{ rotation: 180 }] },
    size: [1280, 720],
  },
  {
    name: 'squares first, then turns',
    stream: { sample_aspect_ratio: '2:1', width: 640, height: 360, tags: { rotate: '90' } },
    size: [360, 1280],
  },
]) {
  test(`readSourceFacts ${name}`, () => {
    const { widthPixels, heightPixels } = readSourceFacts(report({ ...video, ...stream })).video
    expect([widthPixels, heightPixels]).toEqual(size)
  })
}

test('readSourceFacts takes the default of two videos, else the first', () => {
  const second = { ...video, index: 3 }
  const quiet = { ...video, disposition: { default: 0 } }
  expect(readSourceFacts(report(quiet, second)).video.streamIndex).toBe(3)
  expect(readSourceFacts(report(quiet, { ...second, disposition: { default: 0 } })).video.streamIndex).toBe(0)
})

test('readSourceFacts refuses packets under a key as encrypted', () => {
  const packets = [{ side_data_list: [{ side_data_type: 'Encryption info' }] }]
  expect(() => readSourceFacts({ ...(report(video, audio) as object), packets })).toThrow(
    expect.objectContaining({ code: 'encrypted' }),
  )
})

test('readSourceFacts leaves out sound that cannot be read, and says so', () => {
  const { audio: kept, warnings } = readSourceFacts(report(video, { ...audio, sample_rate: '0', channels: 0 }))
  expect(kept).toBeUndefined()
  expect(warnings).toEqual(['The sound could not be read and was left out.'])
})

for (const { name, streams, code } of [
  { name: 'a cover alone', streams: [cover], code: 'no-video-stream' },
  { name: 'pictures under Common Encryption', streams: [{ ...video, codec_tag_string: 'encv' }], code: 'encrypted' },
  {
    name: 'sound that Matroska says is encrypted',
    streams: [video, { ...audio, side_data_list: [{ side_data_type: 'Encryption initialization data' }] }],
    code: 'encrypted',
  },
  { name: 'a container without streams', streams: [], code: 'not-a-video' },
  { name: 'a codec that nobody knows', streams: [{ ...video, codec_name: undefined }], code: 'no-pictures' },
  { name: 'a picture without a size', streams: [{ ...video, width: 0, height: 0 }], code: 'no-pictures' },
  { name: 'a picture of 16384 pixels', streams: [{ ...video, width: 16_384 }], code: 'picture-too-large' },
]) {
  test(`readSourceFacts refuses ${name} as ${code}`, () => {
    expect(() => readSourceFacts(report(...streams))).toThrow(expect.objectContaining({ code }))
    expect(() => readSourceFacts(report(...streams))).toThrow(SegmenterRefusal)
  })
}

for (const { name, stream, interlacing } of [
  {
    name: 'fields of H.264 from its pictures',
    stream: { field_order: 'progressive' },
    interlacing: 'told-by-pictures',
  },
  {
    name: 'fields of which only the container tells',
    stream: { codec_name: 'v210', field_order: 'bt' },
    interlacing: 'all',
  },
  { name: 'whole pictures of VP9', stream: { codec_name: 'vp9', field_order: 'progressive' }, interlacing: undefined },
  { name: 'nothing told of fields', stream: { codec_name: 'ffv1', field_order: 'unknown' }, interlacing: undefined },
]) {
  test(`readSourceFacts reads ${name}`, () => {
    expect(readSourceFacts(report({ ...video, ...stream })).video.interlacing).toBe(interlacing)
  })
}

test('readSourceFacts reads HDR, and what is missing of its colours', () => {
  const told = { color_transfer: 'smpte2084', color_primaries: 'bt2020', color_space: 'bt2020nc' }
  expect(readSourceFacts(report({ ...video, ...told })).video.hdr).toEqual({ transfer: 'smpte2084', lacks: [] })
  const bare = { color_transfer: 'arib-std-b67', color_space: 'unknown' }
  expect(readSourceFacts(report({ ...video, ...bare })).video.hdr).toEqual({
    transfer: 'arib-std-b67',
    lacks: ['primaries', 'matrix'],
  })
  expect(readSourceFacts(report({ ...video, color_transfer: 'bt709' })).video.hdr).toBeUndefined()
})

test('readSoundFacts takes sound, with a cover or without, and nothing that moves', () => {
  const facts = { streamIndex: 1, codec: 'aac', sampleRateHz: 48_000, channelCount: 2, startSeconds: 0.021 }
  const expected = { startSeconds: 0, audio: facts, warnings: [] }
  expect(readSoundFacts(report(audio))).toEqual(expected)
  expect(readSoundFacts(report({ ...audio, duration: '9.5' }, cover))).toEqual({ ...expected, promisedSeconds: 9.5 })
  expect(readSoundFacts(report(video, audio))).toBeUndefined()
  expect(readSoundFacts(report({ ...video, width: 0 }, audio))).toBeUndefined()
  expect(readSoundFacts(report(cover))).toBeUndefined()
})

for (const [tag, seconds] of [
  ['00:01:10.500000000', 70],
  ['00:00:00.100', 0],
  ['soon', undefined],
] as const) {
  test(`readSourceFacts takes Matroska's end ${tag} of a stream that begins at 0.5 s as ${seconds} s`, () => {
    const { duration: _duration, ...untold } = { ...video, start_time: '0.5', tags: { DURATION: tag } }
    expect(readSourceFacts(report(untold)).video.promisedSeconds).toBe(seconds)
  })
}
