import { createHash } from 'node:crypto'
import { expect, test } from 'vitest'
import { digestResponse, readCredentials, writeChallenge, type DigestAlgorithm } from './rtsp-authorization.ts'

const hashText = (algorithm: DigestAlgorithm, text: string): string =>
  createHash(algorithm === 'MD5' ? 'md5' : 'sha256')
    .update(text)
    .digest('hex')

// RFC 7616 section 3.9.1, with the two answers that it prints.
const example = {
  user: 'Mufasa',
  realm: 'http-auth@example.org',
  uri: '/dir/index.html',
  nonce: '7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v',
  proof: { qop: 'auth', count: '00000001', clientNonce: 'f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ' },
} as const
for (const { algorithm, response } of [
  { algorithm: 'MD5', response: '8ca523f5e9506fed4657c9700eebdbec' },
  { algorithm: 'SHA-256', response: '753927fa0e85d155564e2e272a28d1802ca10daf4496794697cf8db5856cb6c1' },
] as const) {
  test(`digestResponse answers the example of RFC 7616 in ${algorithm}`, () => {
    expect(digestResponse({ ...example, algorithm }, 'GET', 'Circle of Life', hashText)).toBe(response)
  })
}

test('digestResponse without a quality of protection is that of RFC 2069', () => {
  const { proof: _, ...old } = example
  const [who, what] = [hashText('MD5', 'Mufasa:http-auth@example.org:x'), hashText('MD5', 'PLAY:/dir/index.html')]
  expect(digestResponse({ ...old, algorithm: 'MD5' }, 'PLAY', 'x', hashText)).toBe(
    hashText('MD5', `${who}:${example.nonce}:${what}`),
  )
})

test('writeChallenge writes each scheme', () => {
  expect(writeChallenge({ scheme: 'basic', realm: 'Weir' })).toBe('Basic realm="Weir"')
  expect(writeChallenge({ scheme: 'digest', algorithm: 'SHA-256', realm: 'Weir', nonce: 'n', stale: true })).toBe(
    'Digest realm="Weir", qop="auth", algorithm=SHA-256, nonce="n", stale=true',
  )
})

const digest = 'username="Mu\\"fasa", realm="r, s", nonce="n", uri="rtsp://h/a=b", response="ABCDEF"'
const read: { name: string; value: string; is: object }[] = [
  {
    name: 'Basic, with a colon in the password',
    value: 'Basic YW5uOmE6Yg==',
    is: { scheme: 'basic', user: 'ann', password: 'a:b' },
  },
  {
    name: 'a digest of RFC 2069',
    value: `Digest ${digest}`,
    is: {
      scheme: 'digest',
      algorithm: 'MD5',
      user: 'Mu"fasa',
      realm: 'r, s',
      nonce: 'n',
      uri: 'rtsp://h/a=b',
      response: 'abcdef',
    },
  },
  {
    name: 'a digest with its proof, as ffmpeg writes it',
    value: `digest ${digest}, algorithm="SHA-256", qop="auth", cnonce="c", nc=0000000a`,
    is: { algorithm: 'SHA-256', proof: { qop: 'auth', count: '0000000a', clientNonce: 'c' } },
  },
]
for (const { name, value, is } of read) {
  test(`readCredentials reads ${name}`, () => expect(readCredentials(value)).toMatchObject({ ok: true, value: is }))
}

for (const { value, code } of [
  { value: 'Bearer abc', code: 'unsupported' },
  { value: `Digest ${digest}, algorithm=SHA-512-256`, code: 'unsupported' },
  { value: `Digest ${digest}, qop=auth-int`, code: 'unsupported' },
  { value: `Digest ${digest}, qop=auth, cnonce="c"`, code: 'bad-text' },
  { value: 'Digest username="x"', code: 'bad-text' },
  { value: 'Basic ????', code: 'bad-text' },
  { value: 'Basic bm9jb2xvbg==', code: 'bad-text' },
  { value: '', code: 'unsupported' },
]) {
  test(`readCredentials refuses ${value.slice(0, 12)}… with ${code}`, () => {
    expect(readCredentials(value)).toMatchObject({ ok: false, fault: { code } })
  })
}
