import { expect, test } from 'vitest'
import { encodeAdts } from './aac.ts'
import { concatBytes } from './bytes.ts'
import { packedAudioTag, readPackedAudio, type PackedAudioSegment } from './packed-audio.ts'

test('packedAudioTag writes a PRIV frame with the time in its last eight bytes', () => {
  const tag = packedAudioTag(2 ** 32 + 0x01020304)
  const text = Buffer.from(tag).toString('latin1')
  expect(tag).toHaveLength(73)
  expect([...tag.subarray(0, 10)]).toEqual([0x49, 0x44, 0x33, 4, 0, 0, 0, 0, 0, 63])
  expect(text.slice(10, 14)).toBe('PRIV')
  expect([...tag.subarray(14, 20)]).toEqual([0, 0, 0, 53, 0, 0])
  expect(text.slice(20, 65)).toBe('com.apple.streaming.transportStreamTimestamp\0')
  expect([...tag.subarray(65)]).toEqual([0, 0, 0, 1, 1, 2, 3, 4])
})

for (const wrong of [-1, 0.5, 2 ** 33, NaN]) {
  test(`packedAudioTag refuses ${wrong} ticks`, () => expect(() => packedAudioTag(wrong)).toThrow(RangeError))
}

test('readPackedAudio gives the access units behind the tag, from its time on', () => {
  const config = { objectType: 2, sampleRateHz: 48_000, channelCount: 2, samplesPerFrame: 1024 }
  const units = [Uint8Array.of(1, 2, 3), Uint8Array.of(4), Uint8Array.of(5, 6)]
  const first = 2 ** 33 - 1000
  const bytes = concatBytes([packedAudioTag(first), ...units.map((unit) => encodeAdts(config, unit))])
  const read = readPackedAudio(bytes)
  expect(read).toMatchObject({ ok: true, value: { adts: config, faults: [] } })
  const { audio } = (read as { value: PackedAudioSegment }).value
  expect(audio.map(({ data }) => [...data])).toEqual([[1, 2, 3], [4], [5, 6]])
  expect(audio.map(({ ptsTicks }) => ptsTicks)).toEqual([first, 920, 2840]) // 1920 ticks each
})

test('readPackedAudio tells what is no segment of packed audio, and a frame that is cut', () => {
  expect(readPackedAudio(new Uint8Array(10))).toEqual({
    ok: false,
    fault: { code: 'too-short', neededBytes: 73, gotBytes: 10 },
  })
  expect(readPackedAudio(new Uint8Array(188).fill(0x47))).toMatchObject({ fault: { code: 'bad-sync', atByte: 0 } })
  const frame = encodeAdts(
    { objectType: 2, sampleRateHz: 44_100, channelCount: 1, samplesPerFrame: 1024 },
    Uint8Array.of(1, 2),
  )
  const cut = readPackedAudio(concatBytes([packedAudioTag(0), frame, frame.subarray(0, 8)]))
  expect(cut).toMatchObject({ value: { audio: { length: 1 }, faults: [{ code: 'bad-length' }] } })
})
