import fc from 'fast-check'
import { expect, test } from 'vitest'
import { fuzzRuns } from '../lab/test-support/long-run.ts'
import { decodeH265Payload, writeH265Payload } from './rtp-h265-payload.ts'
import type { NalPayload } from './rtp-nal-payload.ts'
import { hex } from './test-support/transport-packets.ts'

const bothWays: { name: string; wire: string; payload: NalPayload }[] = [
  { name: 'a slice alone', wire: '0201 d021', payload: { kind: 'single', nal: hex('0201d021') } },
  { name: 'an end of sequence, which is a header alone', wire: '4801', payload: { kind: 'single', nal: hex('4801') } },
  {
    name: 'VPS, SPS and PPS in an AP',
    wire: '6001 0003 40010c 0004 42010101 0003 4401c0',
    payload: { kind: 'aggregate', nals: [hex('40010c'), hex('42010101'), hex('4401c0')] },
  },
  {
    name: 'an AP of the lowest layer and sub-layer inside',
    wire: '600a 0003 0213d0 0003 000ae0',
    payload: { kind: 'aggregate', nals: [hex('0213d0'), hex('000ae0')] },
  },
  {
    name: 'the first fragment of an IDR slice',
    wire: '6201 94 ac21',
    payload: { kind: 'fragment', start: true, end: false, nalHeader: 0x2801, body: hex('ac21') },
  },
  {
    name: 'a fragment from the middle, of layer 33 and sub-layer 3',
    wire: '630c 01 aa',
    payload: { kind: 'fragment', start: false, end: false, nalHeader: 0x030c, body: hex('aa') },
  },
  {
    name: 'the last fragment of a disposable slice',
    wire: '6201 40 80',
    payload: { kind: 'fragment', start: false, end: true, nalHeader: 0x0001, body: hex('80') },
  },
]
for (const { name, wire, payload } of bothWays) {
  test(`decodeH265Payload reads ${name}`, () => {
    expect(decodeH265Payload(hex(wire))).toEqual({ ok: true, value: payload })
  })
  test(`writeH265Payload writes ${name}`, () => expect(written(payload, hex(wire).length)).toEqual(hex(wire)))
}

for (const { name, wire, code } of [
  { name: 'no bytes', wire: '', code: 'too-short' },
  { name: 'half a header', wire: '02', code: 'too-short' },
  { name: 'a NAL unit with bit errors (F)', wire: '8201 d0', code: 'unsupported' },
  { name: 'a temporal id that there is not', wire: '0200 d0', code: 'unsupported' },
  { name: 'a PACI', wire: '6401 0000 d0', code: 'unsupported' },
  { name: 'an unspecified type', wire: '7e01 00', code: 'unsupported' },
  { name: 'an AP with half a size', wire: '6001 0003 40010c 00', code: 'too-short' },
  { name: 'an AP whose second unit is cut', wire: '6001 0003 40010c 0009 4201', code: 'bad-length' },
  { name: 'an AP with half a header', wire: '6001 0001 40', code: 'bad-length' },
  { name: 'an AP inside an AP', wire: '6001 0003 600100', code: 'unsupported' },
  { name: 'an FU without a body', wire: '6201 94', code: 'too-short' },
  { name: 'an FU that is start and end', wire: '6201 d4 ac', code: 'unsupported' },
  { name: 'a fragment of an AP', wire: '6201 b0 ac', code: 'unsupported' },
]) {
  test(`decodeH265Payload refuses ${name}`, () => {
    expect(decodeH265Payload(hex(wire))).toMatchObject({ ok: false, fault: { code } })
  })
}

test('decodeH265Payload answers any bytes with a payload that writes the same again, or with a fault', () => {
  const vectors = fc.constantFrom(...bothWays.map(({ wire }) => hex(wire)))
  const damaged = fc
    .tuple(vectors, fc.nat(12), fc.nat(255), fc.nat(14))
    .map(([vector, at, byte, length]) => vector.with(at % vector.length, byte).subarray(0, length))
  const outcomes = { single: 0, aggregate: 0, fragment: 0, fault: 0 }
  fc.assert(
    fc.property(fc.oneof(damaged, fc.uint8Array()), (payload) => {
      const result = decodeH265Payload(payload)
      outcomes[result.ok ? result.value.kind : 'fault'] += 1
      if (result.ok) expect(decodeH265Payload(written(result.value, payload.length))).toEqual(result)
    }),
    { seed: 7798, numRuns: fuzzRuns(2000) },
  )
  expect(Math.min(outcomes.single, outcomes.aggregate, outcomes.fragment, outcomes.fault)).toBeGreaterThan(20)
})

function written(payload: NalPayload, sizeBytes: number): Uint8Array {
  if (payload.kind === 'single') return payload.nal
  const into = new Uint8Array(sizeBytes)
  writeH265Payload(into, payload)
  return into
}
