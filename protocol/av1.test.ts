import { expect, test } from 'vitest'
import { av1CodecString, decodeAv1Config, withoutDelimiter } from './av1.ts'

for (const [hex, codec, chroma] of [
  ['81040c000a0b000000', 'av01.0.04M.08', [false, true, true]],
  ['81054c00', 'av01.0.05M.10', [false, true, true]],
  ['810dcc00', 'av01.0.13H.10', [false, true, true]],
  ['81284000', 'av01.1.08M.10', [false, false, false]],
  ['814868 00'.replace(' ', ''), 'av01.2.08M.12', [false, true, false]],
  ['81001c00', 'av01.0.00M.08', [true, true, true]],
] as const) {
  test(`decodeAv1Config reads ${codec} out of ${hex}`, () => {
    const config = decodeAv1Config(Buffer.from(hex, 'hex'))
    if (!config.ok) throw new Error(JSON.stringify(config.fault))
    const { isMonochrome, isHalvedAcross, isHalvedDown } = config.value
    expect([av1CodecString(config.value), [isMonochrome, isHalvedAcross, isHalvedDown]]).toEqual([codec, chroma])
  })
}

test('decodeAv1Config answers what is no record', () => {
  expect(decodeAv1Config(new Uint8Array(3))).toMatchObject({ ok: false, fault: { code: 'too-short' } })
  expect(decodeAv1Config(Buffer.from('01640028', 'hex'))).toMatchObject({ ok: false, fault: { code: 'unsupported' } })
})

test('withoutDelimiter takes the delimiter away, with or without a size or an extension, and nothing else', () => {
  for (const [unit, rest] of [
    ['12000a01ff', '0a01ff'],
    ['1600000a01ff', '0a01ff'],
    ['10', ''],
    ['0a01ff', '0a01ff'],
    ['', ''],
  ] as const) {
    expect(Buffer.from(withoutDelimiter(Buffer.from(unit, 'hex'))).toString('hex')).toBe(rest)
  }
})
