import fc from 'fast-check'
import { expect, test } from 'vitest'
import { fuzzRuns } from '../lab/test-support/long-run.ts'
import { decodePes } from './pes.ts'
import { hex } from './test-support/transport-packets.ts'

for (const [name, wire, packet] of [
  [
    'PTS and DTS of all ones',
    '000001e0 0000 80 c0 0a 3fffffffff 1fffffffff aabb',
    { ptsTicks: 2 ** 33 - 1, dtsTicks: 2 ** 33 - 1 },
  ],
  [
    'a PTS of which each field has its lowest bit',
    '000001e0 0000 80 80 05 2300030003 aabb',
    { ptsTicks: 2 ** 30 + 2 ** 15 + 1 },
  ],
  ['no times', '000001c0 0005 80 00 00 aabb', {}],
  ['stuffing behind the times', '000001e0 0000 80 80 07 2100010001 ffff aabb', { ptsTicks: 0 }],
  ['a DTS flag without the PTS flag, which is forbidden', '000001e0 0000 80 40 0a 1100010001 1100010001 aabb', {}],
  ['times that the header has no room for', '000001e0 0000 80 c0 05 3100010001 aabb', { ptsTicks: 0 }],
  ['a PTS flag over an empty header', '000001e0 0000 80 80 00 aabb', {}],
  ['more bytes than stated', '000001e0 0003 80 00 00 aabb', {}],
] as const) {
  test(`decodePes reads ${name}`, () => {
    expect(decodePes(hex(wire))).toEqual({ ok: true, value: { ...packet, payload: hex('aabb') } })
  })
}

for (const [name, wire, fault] of [
  ['eight bytes', '000001e0 0000 8000', { code: 'too-short', neededBytes: 9, gotBytes: 8 }],
  ['no start code', '000002e0 0000 80 00 00', { code: 'bad-sync', byte: 0, atByte: 0 }],
  ['a header of MPEG-1', '000001e0 0000 ff 00 00', { code: 'bad-sync', byte: 0xff, atByte: 6 }],
  ['fewer bytes than stated', '000001e0 0006 80 00 00 aabb', { code: 'bad-length', statedBytes: 12, gotBytes: 11 }],
  ['a header that ends beyond', '000001e0 0000 80 00 03 aabb', { code: 'bad-length', statedBytes: 12, gotBytes: 11 }],
] as const) {
  test(`decodePes refuses ${name}`, () => expect(decodePes(hex(wire))).toEqual({ ok: false, fault }))
}

test('decodePes answers any bytes with a value', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 40 }), (tail) => {
      const pes = decodePes(Uint8Array.of(0, 0, 1, ...tail))
      return !pes.ok || (pes.value.ptsTicks ?? 0) < 2 ** 33
    }),
    { seed: 7, numRuns: fuzzRuns(1000) },
  )
})
