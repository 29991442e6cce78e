import fc from 'fast-check'
import { expect, test } from 'vitest'
import { fuzzRuns } from '../lab/test-support/long-run.ts'
import { frameKind, isSlice, nalReferenceIdc, nalType, splitAnnexB, unescapeNal } from './h264.ts'
import { withEmulationPrevention } from './test-support/emulation-prevention.ts'
import { hex } from './test-support/transport-packets.ts'

for (const [name, bytes, nals] of [
  ['3 and 4 byte start codes', '000001 6742 00000001 68ce 000001 65', ['6742', '68ce', '65']],
  ['bytes before the first start code', 'aabb 000001 65', ['65']],
  ['trailing zeros, many of them', '00000001 6588 0000000000 000001 41', ['6588', '41']],
  ['zeros at the very end', '000001 6588 000000', ['6588']],
  ['emulation prevention inside', '000001 65 000003 01 000003', ['6500000301000003']],
  ['two start codes in a row', '000001 000001 65', ['65']],
  ['a start code at the end', '000001 65 000001', ['65']],
  ['no start code', '0000026588', []],
  ['nothing', '', []],
] as const) {
  test(`splitAnnexB finds the NAL units of ${name}`, () => {
    expect(splitAnnexB(hex(bytes))).toEqual(nals.map(hex))
  })
}

test('splitAnnexB gives back any NAL units joined by start codes, as views', () => {
  const nal = fc
    .uint8Array({ minLength: 1, maxLength: 12, max: 4 })
    .map((bytes) => Uint8Array.of(0x65, ...withEmulationPrevention(bytes), 0x80))
  fc.assert(
    fc.property(fc.array(nal, { maxLength: 5 }), fc.boolean(), (nals, isLong) => {
      const stream = Uint8Array.from(nals.flatMap((unit) => [...(isLong ? [0, 0, 0, 1] : [0, 0, 1]), ...unit]))
      const found = splitAnnexB(stream)
      expect(found).toEqual(nals)
      expect(found.every((unit) => unit.buffer === stream.buffer)).toBe(true)
    }),
    { seed: 7, numRuns: fuzzRuns(500) },
  )
})

test('unescapeNal takes out what an encoder put in', () => {
  expect(unescapeNal(hex('67 000003 01 000003 000003 03 0003'))).toEqual(hex('67 0000 01 0000 0000 03 0003'))
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 40, max: 4 }), (bytes) => {
      expect(unescapeNal(withEmulationPrevention(bytes))).toEqual(bytes)
    }),
    { seed: 7, numRuns: fuzzRuns(500) },
  )
})

test('nalType, nalReferenceIdc and isSlice read the first byte, and an empty unit is no slice', () => {
  expect(
    [hex('65'), hex('41'), hex('01'), hex('67'), hex('')].map((nal) => [
      nalType(nal),
      nalReferenceIdc(nal),
      isSlice(nal),
    ]),
  ).toEqual([
    [5, 3, true],
    [1, 2, true],
    [1, 0, true],
    [7, 3, false],
    [0, 0, false],
  ])
})

for (const [kind, nals] of [
  ['idr', ['67', '68', '06', '65', '65']],
  ['reference', ['06', '41']],
  ['disposable', ['06', '01', '01']],
  ['disposable', ['67', '68']],
] as const) {
  test(`frameKind calls a picture of ${nals.join(' ')} ${kind}`, () => expect(frameKind(nals.map(hex))).toBe(kind))
}
