import fc from 'fast-check'
import { expect, test } from 'vitest'
import { fuzzRuns } from '../lab/test-support/long-run.ts'
import { readH265Pps, readH265SliceHeader, type H265PpsFacts } from './h265-slice.ts'
import { readH265Sps, type H265SpsFacts } from './h265-sps.ts'
import { hex } from './test-support/transport-packets.ts'

const sps = valueOf(
  readH265Sps(hex('42010101600000030090000003000003003fa005020171f2e595952930bc05a020000003002000000303c1')),
)
const PPS = '4401c073c189'
const pps = valueOf(readH265Pps(hex(PPS)))
const sets = new Map([[0, pps]])

test('readH265Pps reads what slice headers need', () => {
  expect(pps).toEqual({ id: 0, hasOutputFlag: false, extraSliceHeaderBits: 0 })
  // id 1 "010", SPS 0 "1", dependent "0", output flag "1", extra bits "101"
  expect(readH265Pps(hex('4401 5680'))).toEqual({
    ok: true,
    value: { id: 1, hasOutputFlag: true, extraSliceHeaderBits: 5 },
  })
  expect(readH265Pps(hex('4401'))).toMatchObject({ ok: false, fault: { code: 'too-short' } })
  expect(readH265Pps(hex('4201 ff'))).toMatchObject({ ok: false, fault: { code: 'unsupported' } })
})

const used = (...distances: number[]) => distances.map((distance) => ({ distance, isUsed: true }))
for (const [name, wire, pictureOrder, before, after] of [
  ['an IDR picture', '2801ac21182e9b', 0, [], []],
  ['a P picture', '0201d0214988108c14ff462b', 4, used(-4), []],
  ['a B picture', '0001e024fd7a240a46094e1c', 1, used(-1), used(1, 3)],
] as const) {
  test(`readH265SliceHeader reads ${name} of x265`, () => {
    const value = { pictureOrder, references: { before, after } }
    expect(readH265SliceHeader(hex(wire), sps, sets)).toEqual({ ok: true, value })
  })
}

test('readH265SliceHeader takes a set of the sequence by its index', () => {
  const set = (distance: number) => ({ before: used(distance), after: [] })
  const withSets: H265SpsFacts = { ...sps, referenceSets: [set(-1), set(-2), set(-3)] }
  // first "1", PPS 0 "1", type 1 "010", order 5 "00000101", of the sequence "1", index 2 "10"
  expect(readH265SliceHeader(hex('0201 d0 2e00'), withSets, sets)).toEqual({
    ok: true,
    value: { pictureOrder: 5, references: set(-3) },
  })
})

test('readH265SliceHeader passes over extra bits and the output flag', () => {
  const roomy: H265PpsFacts = { id: 0, hasOutputFlag: true, extraSliceHeaderBits: 3 }
  const withSet: H265SpsFacts = { ...sps, referenceSets: [{ before: used(-1), after: [] }] }
  // first "1", PPS 0 "1", extra "111", type 1 "010", output "1", order 5 "00000101", of the sequence "1"
  expect(readH265SliceHeader(hex('0201 fa 82c0'), withSet, new Map([[0, roomy]]))).toMatchObject({
    ok: true,
    value: { pictureOrder: 5 },
  })
})

for (const [name, wire] of [
  ['a slice that is not the first', '020150214988'],
  ['a parameter set', PPS],
  ['a slice of an unknown PPS', '0201a021'],
] as const) {
  test(`readH265SliceHeader refuses ${name}`, () => {
    expect(readH265SliceHeader(hex(wire), sps, sets)).toMatchObject({ ok: false, fault: { code: 'unsupported' } })
  })
}

test('readH265SliceHeader answers any bytes', () => {
  const types = fc.constantFrom(0, 1, 8, 19, 21)
  fc.assert(
    fc.property(types, fc.uint8Array({ maxLength: 40 }), (type, rest) => {
      const read = readH265SliceHeader(Uint8Array.of(type << 1, 1, 0xc0, ...rest), sps, sets)
      if (read.ok) expect(read.value.references.before.length).toBeLessThanOrEqual(17)
    }),
    { seed: 265, numRuns: fuzzRuns(1000) },
  )
})

function valueOf<T>(read: { readonly ok: true; readonly value: T } | { readonly ok: false }): T {
  if (!read.ok) throw new Error('unreadable')
  return read.value
}
