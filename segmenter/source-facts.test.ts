import { expect, test } from 'vitest'
import { SegmenterRefusal } from './segmenter-refusal.ts'
import { readSourceFacts } from './source-facts.ts'

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
      reorderedFrames: 2,
      lowestFrameRate: { numerator: 30, denominator: 1 },
      promisedSeconds: 8,
    },
    audio: { streamIndex: 1, codec: 'aac', sampleRateHz: 48_000, startSeconds: 0.021 },
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

test('readSourceFacts leaves out sound that cannot be read, and says so', () => {
  const { audio: kept, warnings } = readSourceFacts(report(video, { ...audio, sample_rate: '0', channels: 0 }))
  expect(kept).toBeUndefined()
  expect(warnings).toEqual(['The sound could not be read and was left out.'])
})

for (const { name, streams, code } of [
  { name: 'sound alone', streams: [audio], code: 'no-video-stream' },
  { name: 'sound with a cover', streams: [audio, cover], code: 'no-video-stream' },
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
