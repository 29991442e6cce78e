import fc from 'fast-check'
import { expect, test } from 'vitest'
import { encodeBase64 } from './base64.ts'
import { Base64Stream } from './base64-stream.ts'
import { concatBytes } from './bytes.ts'

const bytesOf = (text: string): Uint8Array => Uint8Array.from(text, (character) => character.charCodeAt(0))

function decodeAll(parts: readonly string[]): Uint8Array {
  const stream = new Base64Stream()
  const read = parts.map((part) => stream.push(bytesOf(part)))
  return concatBytes(read.map((part) => (part.ok ? part.value : bytesOf(`<${part.fault.code}>`))))
}

for (const [parts, plain] of [
  [['Zm9v', 'YmFy'], 'foobar'],
  [['Z', 'm', '9', 'v'], 'foo'],
  [['Zg==Zm8=Zm9v'], 'ffofoo'],
  [['Zg=', '=\r\nZm', '8', '= \n'], 'ffo'],
  [['Zm9'], ''],
] as const) {
  test(`Base64Stream reads ${JSON.stringify(parts)}`, () => expect(decodeAll(parts)).toEqual(bytesOf(plain)))
}

for (const text of ['Z===', '====', '=Zm9', 'Zm9-', 'OPTIONS * RTSP/1.0', 'Zm=9', '\x00AAA', 'Zm8=='.padEnd(8, '=')]) {
  test(`Base64Stream refuses ${JSON.stringify(text)}`, () => {
    expect(new Base64Stream().push(bytesOf(text))).toMatchObject({ ok: false, fault: { code: 'bad-text' } })
  })
}

test('Base64Stream reads messages that are encoded one by one, however the connection cuts them', () => {
  const messages = fc.array(fc.uint8Array({ maxLength: 200 }), { maxLength: 8 })
  fc.assert(
    fc.property(messages, fc.integer({ min: 1, max: 40 }), (plain, cutLetters) => {
      const text = plain.map(encodeBase64).join('')
      const parts = text.match(new RegExp(`.{1,${cutLetters}}`, 'g')) ?? []
      expect(decodeAll(parts)).toEqual(concatBytes(plain))
    }),
    { seed: 9 },
  )
})
