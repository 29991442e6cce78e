import { expect, test } from 'vitest'
import { concatBytes } from './bytes.ts'
import { demuxMpegTs } from './mpeg-ts-demuxer.ts'
import { keyframeRange } from './mpeg-ts-keyframe.ts'
import { TS_PACKET_BYTES } from './mpeg-ts-packet.ts'
import { MpegTsWriter } from './mpeg-ts-writer.ts'
import { hex } from './test-support/transport-packets.ts'

const sets = [hex('67 4d 00 1f 12'), hex('68 ee 3c 80')]
const slice = (header: number, bytes: number) => Uint8Array.of(header, ...Array.from({ length: bytes }, () => 7))
const aac = { objectType: 2, sampleRateHz: 48_000, channelCount: 2, samplesPerFrame: 1024 }

/** Keyframe, sound, picture, picture, keyframe, sound. */
function segment(): Uint8Array {
  const writer = new MpegTsWriter({ hasVideo: true, audio: aac })
  const picture = (frame: number, nals: readonly Uint8Array[]) => {
    return writer.picture({ ptsTicks: 3600 * frame, dtsTicks: 3600 * frame, nals })
  }
  return concatBytes([
    picture(0, [...sets, slice(0x65, 900)]),
    writer.sound({ ptsTicks: 0, accessUnit: slice(0x21, 500) }),
    picture(1, [slice(0x41, 300)]),
    picture(2, [slice(0x41, 30)]),
    picture(3, [...sets, slice(0x65, 400)]),
    writer.sound({ ptsTicks: 1920, accessUnit: slice(0x21, 500) }),
  ])
}

const demux = (bytes: Uint8Array) => {
  const read = demuxMpegTs(bytes)
  if (!read.ok) throw new Error(read.fault.code)
  return read.value
}

test('keyframeRange holds the tables and one keyframe, and nothing after its last packet', () => {
  const bytes = segment()
  const { video } = demux(bytes)
  const ranges = [video[0], video[3]].map((unit) => keyframeRange(bytes, unit?.atByte ?? 0))
  expect(ranges).toEqual([
    { offsetBytes: 0, sizeBytes: 8 * TS_PACKET_BYTES }, // 2 of tables; 900 bytes of a slice, its sets and headers in 6
    { offsetBytes: (video[3]?.atByte ?? 0) - 2 * TS_PACKET_BYTES, sizeBytes: 5 * TS_PACKET_BYTES },
  ])
  for (const [index, range] of ranges.entries()) {
    const alone = demux(bytes.subarray(range?.offsetBytes, (range?.offsetBytes ?? 0) + (range?.sizeBytes ?? 0)))
    expect(alone.faults).toEqual([])
    expect(alone.audio).toEqual([])
    expect(alone.video.map(({ nals }) => nals)).toEqual([video[3 * index]?.nals])
  }
})

test('keyframeRange is undefined of a picture without tables in front of it', () => {
  const bytes = segment()
  const { video } = demux(bytes)
  expect(keyframeRange(bytes, video[1]?.atByte ?? 0)).toBeUndefined()
  expect(keyframeRange(bytes.subarray(2 * TS_PACKET_BYTES), 0)).toBeUndefined()
  bytes.set([0x1f, 0xff], 1) // a null packet in place of the PAT
  expect(keyframeRange(bytes, video[0]?.atByte ?? 0)).toBeUndefined()
})
