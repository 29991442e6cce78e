import { expect, test } from 'vitest'
import { UrlSigner } from './url-signer.ts'

const signer = new UrlSigner('a secret of the tests')
const EXPIRES = 1_800_000_000 // s
const token = signer.sign('v7', EXPIRES)
const [expiry = '', code = ''] = token.split('.')

test('UrlSigner reads its own token until the second in which it expires', () => {
  expect(token).toMatch(/^[0-9a-z]{6}\.[\w-]{43}$/)
  expect(signer.read(token, 'v7', EXPIRES * 1000 - 1)).toEqual({ validUntilUnixMs: EXPIRES * 1000 })
  expect(signer.read(token, 'v7', EXPIRES * 1000)).toBe('expired')
  expect(new UrlSigner('a secret of the tests').sign('v7', EXPIRES)).toBe(token) // after a restart
})

const forged: readonly (readonly [string, string, string?])[] = [
  ['of another video', token, 'v8'],
  ['of no video', token, ''],
  ['that lasts longer', `${(EXPIRES + 1).toString(36)}.${code}`],
  ['that lasts longer, and has expired in truth', `zzzzzzzzzz.${code}`],
  ['with an expiry written otherwise', `0${expiry}.${code}`],
  ['with another code', `${expiry}.${'A'.repeat(43)}`],
  ['with a code cut short', `${expiry}.${code.slice(0, -1)}`],
  // Four of the last character's bits count: another one can stand for the same bytes.
  ['with its last character of the same bits', `${expiry}.${code.slice(0, -1)}${sameBits(code.at(-1) ?? '')}`],
  ['by another secret', new UrlSigner('another secret of the tests').sign('v7', EXPIRES)],
  ['without a code', `${expiry}.`],
  ['that is empty', ''],
]

for (const [name, text, video = 'v7'] of forged) {
  test(`UrlSigner knows a token ${name} for forged`, () => {
    expect(signer.read(text, video, 0)).toBe('forged')
    expect(signer.read(text, video, 2 * EXPIRES * 1000)).toBe('forged') // nothing is told of its time
  })
}

function sameBits(character: string): string {
  const letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'
  return letters[letters.indexOf(character) ^ 1] ?? ''
}
