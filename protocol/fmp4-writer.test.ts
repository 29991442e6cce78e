import { ALL_FORMATS, BufferSource, EncodedPacketSink, Input } from 'mediabunny'
import { expect, test } from 'vitest'
import { concatBytes } from './bytes.ts'
import {
  AUDIO_TRACK_ID,
  pictureParts,
  VIDEO_TRACK_ID,
  writeFragment,
  writeInitSection,
  type Fmp4Run,
} from './fmp4-writer.ts'

/** x264's own of 1920x1080, High profile, level 4. */
const sps = Uint8Array.from(Buffer.from('67640028acd940780227e5c044000003000400000300c83c60c658', 'hex'))
const pps = Uint8Array.from(Buffer.from('68ebe3cb22c0', 'hex'))
const audio = { objectType: 2, sampleRateHz: 48_000, channelCount: 2, samplesPerFrame: 1024 }

function pictures(decodeTicks: number, firstIndex: number): Fmp4Run {
  const samples = [0, 1, 2].map((index) => ({
    durationTicks: 3600,
    isSync: firstIndex + index === 0,
    compositionTicks: index === 1 ? 3600 : index === 2 ? -3600 : 0,
    parts: pictureParts([new Uint8Array(20 + index).fill(firstIndex + index)]),
  }))
  return { trackId: VIDEO_TRACK_ID, decodeTicks, samples }
}

function sounds(decodeTicks: number): Fmp4Run {
  const samples = [7, 8].map((value) => {
    return { durationTicks: 1024, isSync: true, compositionTicks: 0, parts: [new Uint8Array(value).fill(value)] }
  })
  return { trackId: AUDIO_TRACK_ID, decodeTicks, samples }
}

const file = concatBytes([
  writeInitSection({ video: { sps, pps }, audio }),
  writeFragment(1, [pictures(0, 0), sounds(0)]),
  writeFragment(2, [pictures(10_800, 3), sounds(2048)]),
])

async function packetsOf(kind: 'video' | 'audio') {
  const input = new Input({ source: new BufferSource(file), formats: ALL_FORMATS })
  const track = kind === 'video' ? await input.getPrimaryVideoTrack() : await input.getPrimaryAudioTrack()
  if (track === null) throw new Error(`no ${kind}`)
  const packets = []
  for await (const packet of new EncodedPacketSink(track).packets()) packets.push(packet)
  return { track, packets }
}

test('mediabunny reads the pictures that writeFragment wrote: bytes, times, durations and keyframes', async () => {
  const { track, packets } = await packetsOf('video')
  expect(await track.getCodecParameterString()).toBe('avc1.640028')
  const read = packets.map(({ data, timestamp, duration, type }) => [data[4], data.length, timestamp, duration, type])
  expect(read).toEqual([
    [0, 24, 0, 0.04, 'key'],
    [1, 25, 0.08, 0.04, 'delta'],
    [2, 26, 0.04, 0.04, 'delta'],
    [3, 24, 0.12, 0.04, 'delta'],
    [4, 25, 0.2, 0.04, 'delta'],
    [5, 26, 0.16, 0.04, 'delta'],
  ])
})

test('mediabunny reads the sound that writeFragment wrote beside them', async () => {
  const { track, packets } = await packetsOf('audio')
  expect(await track.getCodecParameterString()).toBe('mp4a.40.2')
  expect(
    packets.map(({ data, timestamp }) => [...data.slice(0, 1), data.length, Math.round(timestamp * 48_000)]),
  ).toEqual([
    [7, 7, 0],
    [8, 8, 1024],
    [7, 7, 2048],
    [8, 8, 3072],
  ])
})

test('writeFragment leaves out a run without samples', () => {
  const alone = writeFragment(1, [pictures(0, 0)])
  expect(writeFragment(1, [pictures(0, 0), { trackId: AUDIO_TRACK_ID, decodeTicks: 0, samples: [] }])).toEqual(alone)
})

test('writeInitSection refuses an SPS that cannot be read', () => {
  expect(() => writeInitSection({ video: { sps: Uint8Array.of(0x67), pps } })).toThrow(RangeError)
})
