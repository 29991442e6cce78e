import fc from 'fast-check'
import { expect, test } from 'vitest'
import { decodeH264Payload, writeH264Payload, type H264Payload } from './rtp-h264-payload.ts'
import { hex } from './test-support/transport-packets.ts'

const bothWays: { name: string; wire: string; payload: H264Payload }[] = [
  { name: 'a slice alone', wire: '41 9a02', payload: { kind: 'single', nal: hex('419a02') } },
  {
    name: 'SPS, PPS and SEI in a STAP-A that is worth its SPS',
    wire: '78 0002 6742 0003 48ce38 0001 06',
    payload: { kind: 'aggregate', nals: [hex('6742'), hex('48ce38'), hex('06')] },
  },
  {
    name: 'two disposable slices in a STAP-A',
    wire: '18 0002 019a 0002 019b',
    payload: { kind: 'aggregate', nals: [hex('019a'), hex('019b')] },
  },
  {
    name: 'the first fragment of an IDR slice',
    wire: '7c 85 8880',
    payload: { kind: 'fragment', start: true, end: false, nalHeader: 0x65, body: hex('8880') },
  },
  {
    name: 'a fragment from the middle',
    wire: '5c 01 aa',
    payload: { kind: 'fragment', start: false, end: false, nalHeader: 0x41, body: hex('aa') },
  },
  {
    name: 'the last fragment of a disposable slice',
    wire: '1c 41 80',
    payload: { kind: 'fragment', start: false, end: true, nalHeader: 0x01, body: hex('80') },
  },
]
for (const { name, wire, payload } of bothWays) {
  test(`decodeH264Payload reads ${name}`, () => {
    expect(decodeH264Payload(hex(wire))).toEqual({ ok: true, value: payload })
  })
  test(`writeH264Payload writes ${name}`, () => expect(written(payload, hex(wire).length)).toEqual(hex(wire)))
}

test('decodeH264Payload ignores the reserved bit of an FU header', () => {
  expect(decodeH264Payload(hex('7c a5 8880'))).toEqual(decodeH264Payload(hex('7c 85 8880')))
})

const refused = [
  { name: 'no bytes', wire: '', code: 'too-short' },
  { name: 'a NAL unit with bit errors (F)', wire: 'c1 9a', code: 'unsupported' },
  { name: 'type 0', wire: '40 9a', code: 'unsupported' },
  { name: 'a STAP-B', wire: '79 0001 0001 67', code: 'unsupported' },
  { name: 'a STAP-A of nothing', wire: '78', code: 'too-short' },
  { name: 'a STAP-A with half a size', wire: '78 0001 67 00', code: 'too-short' },
  { name: 'a STAP-A whose second unit is cut', wire: '78 0001 67 0003 68ce', code: 'bad-length' },
  { name: 'a STAP-A with an empty unit', wire: '78 0000 0001 67', code: 'bad-length' },
  { name: 'a STAP-A inside a STAP-A', wire: '78 0004 78000167', code: 'unsupported' },
  { name: 'an FU-A without a body', wire: '7c 85', code: 'too-short' },
  { name: 'an FU-A that is start and end', wire: '7c c5 8880', code: 'unsupported' },
  { name: 'a fragment of a STAP-A', wire: '7c 98 0001', code: 'unsupported' },
]
for (const { name, wire, code } of refused) {
  test(`decodeH264Payload refuses ${name}`, () => {
    expect(decodeH264Payload(hex(wire))).toMatchObject({ ok: false, fault: { code } })
  })
}

test('decodeH264Payload answers any bytes with a payload that writes the same bytes, or with a fault', () => {
  const vectors = fc.constantFrom(...bothWays.map(({ wire }) => hex(wire)))
  const damaged = fc
    .tuple(vectors, fc.nat(12), fc.nat(255), fc.nat(12))
    .map(([vector, at, byte, length]) => vector.with(at % vector.length, byte).subarray(0, length))
  const outcomes = { single: 0, aggregate: 0, fragment: 0, fault: 0 }
  fc.assert(
    fc.property(fc.oneof(damaged, fc.uint8Array()), (payload) => {
      const result = decodeH264Payload(payload)
      outcomes[result.ok ? result.value.kind : 'fault'] += 1
      if (!result.ok) return
      const again = written(result.value, payload.length)
      expect(decodeH264Payload(again)).toEqual(result)
    }),
    { seed: 6184, numRuns: 2000 },
  )
  expect(outcomes).toEqual({ single: 551, aggregate: 29, fragment: 189, fault: 1231 })
})

function written(payload: H264Payload, sizeBytes: number): Uint8Array {
  if (payload.kind === 'single') return payload.nal
  const into = new Uint8Array(sizeBytes)
  writeH264Payload(into, payload)
  return into
}
