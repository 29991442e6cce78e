import { expect, test } from 'vitest'
import { packedAudioTag } from './packed-audio.ts'

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
