import { expect, test } from 'vitest'
import { decodeBase64, encodeBase64 } from './base64.ts'

// RFC 4648 section 10.
for (const [plain, text] of [
  ['', ''],
  ['f', 'Zg=='],
  ['fo', 'Zm8='],
  ['foo', 'Zm9v'],
  ['foob', 'Zm9vYg=='],
  ['fooba', 'Zm9vYmE='],
  ['foobar', 'Zm9vYmFy'],
  ['\xff\x00\xfe', '/wD+'],
] as const) {
  const bytes = Uint8Array.from(plain, (character) => character.charCodeAt(0))
  test(`encodeBase64 writes "${text}"`, () => expect(encodeBase64(bytes)).toBe(text))
  test(`decodeBase64 reads "${text}", with and without padding`, () => {
    expect(decodeBase64(text)).toEqual(bytes)
    expect(decodeBase64(text.replaceAll('=', ''))).toEqual(bytes)
  })
}

for (const text of ['Zg===', 'Z-8', 'Z g=', '=']) {
  test(`decodeBase64 reads no "${text}"`, () => expect(decodeBase64(text) ?? new Uint8Array(0)).toHaveLength(0))
}
