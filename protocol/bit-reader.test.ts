import fc from 'fast-check'
import { expect, test } from 'vitest'
import { fuzzRuns } from '../lab/test-support/long-run.ts'
import { BitReader } from './bit-reader.ts'
import { BitWriter } from './bit-writer.ts'
import { hex } from './test-support/transport-packets.ts'

test('BitReader reads the fields that BitWriter wrote, over byte borders and up to 32 bits', () => {
  const field = fc.integer({ min: 1, max: 32 }).chain((count) => fc.tuple(fc.nat(0x7fffffff), fc.constant(count)))
  fc.assert(
    fc.property(fc.array(field, { maxLength: 20 }), (fields) => {
      const told = fields.map(([value, count]) => [value % 2 ** count, count] as const)
      const writer = new BitWriter()
      for (const [value, count] of told) writer.bits(value, count)
      const reader = new BitReader(writer.bytes())
      expect(told.map(([, count]) => reader.bits(count))).toEqual(told.map(([value]) => value))
      expect(reader.isExhausted).toBe(false)
    }),
    { seed: 7, numRuns: fuzzRuns(300) },
  )
})

/** The first rows of tables 9-2 and 9-3 of ISO/IEC 14496-10, then the longest code. */
for (const [bits, unsigned, signed] of [
  ['80', 0, 0],
  ['40', 1, 1],
  ['60', 2, -1],
  ['20', 3, 2],
  ['28', 4, -2],
  ['38', 6, -3],
  ['10', 7, 4],
  ['00000001 fffffffe', 2 ** 32 - 2, 1 - 2 ** 31],
] as const) {
  test(`BitReader reads the Exp-Golomb code ${bits} as ${unsigned} and ${signed}`, () => {
    expect(new BitReader(hex(bits)).unsignedGolomb()).toBe(unsigned)
    expect(new BitReader(hex(bits)).signedGolomb()).toBe(signed)
  })
}

test('BitReader gives zeros past the end, and says how many bytes it would have needed', () => {
  const reader = new BitReader(hex('ff'))
  expect([reader.bits(8), reader.isExhausted]).toEqual([255, false])
  expect([reader.bits(9), reader.isExhausted, reader.neededBytes]).toEqual([0, true, 3])
})

test('BitReader ends in a code of zeros alone', () => {
  const reader = new BitReader(new Uint8Array(1000))
  expect([reader.unsignedGolomb(), reader.neededBytes]).toEqual([2 ** 32 - 1, 8])
})

test('BitWriter refuses a value that does not fit', () => {
  for (const value of [-1, 4, 0.5]) {
    expect(() => new BitWriter().bits(value, 2)).toThrow(new RangeError(`${value} is no unsigned number of 2 bits`))
  }
})
