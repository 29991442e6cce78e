import { expect, test } from 'vitest'
import { Authorization, readChallenges } from './receiver-credentials.ts'

const mufasa = { username: 'Mufasa', password: 'Circle of Life' }
const nonce = '7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v'
const opaque = 'FQhe/qaU925kfnzjCev0ciny7QMkPqMAFRtzCUYo5tdS'
const cNonce = 'f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ'
const offer = (algorithm: string) =>
  `Digest realm="http-auth@example.org", qop="auth, auth-int", algorithm=${algorithm}, nonce="${nonce}", opaque="${opaque}"`

// RFC 7616 section 3.9.1.
for (const [algorithm, response] of [
  ['MD5', '8ca523f5e9506fed4657c9700eebdbec'],
  ['SHA-256', '753927fa0e85d155564e2e272a28d1802ca10daf4496794697cf8db5856cb6c1'],
] as const) {
  test(`Authorization answers the RFC's challenge by ${algorithm} as the RFC does`, () => {
    const authorization = new Authorization(mufasa, () => cNonce)
    expect(authorization.accept(offer(algorithm))).toBe(true)
    const header = authorization.header('GET', '/dir/index.html')
    expect(header).toContain(`response="${response}"`)
    expect(header).toContain(`qop=auth, nc=00000001, cnonce="${cNonce}"`)
    expect(authorization.header('GET', '/dir/index.html')).toContain('nc=00000002')
  })
}

test('Authorization answers a digest without qop as RFC 2069 section 2.4 has it', () => {
  const authorization = new Authorization({ username: 'Mufasa', password: 'CircleOfLife' })
  authorization.accept('Digest realm="testrealm@host.com", nonce="dcd98b7102dd2f0e8b11d0f600bfb0c093"')
  // The response is that of the RFC's erratum 749: its own text has another one.
  expect(authorization.header('GET', '/dir/index.html')).toBe(
    'Digest username="Mufasa", realm="testrealm@host.com", nonce="dcd98b7102dd2f0e8b11d0f600bfb0c093", ' +
      'uri="/dir/index.html", response="1949323746fe6a43ef61f9606e7febea"',
  )
})

test('Authorization answers basic with name and password, RFC 7617 section 2', () => {
  const authorization = new Authorization({ username: 'Aladdin', password: 'open sesame' })
  expect(authorization.header('DESCRIBE', 'rtsp://host/')).toBeUndefined()
  expect(authorization.accept('Basic realm="WallyWorld"')).toBe(true)
  expect(authorization.header('DESCRIBE', 'rtsp://host/')).toBe('Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==')
})

test('Authorization takes the strongest of several challenges', () => {
  const authorization = new Authorization(mufasa)
  authorization.accept(`Basic realm="a", ${offer('MD5')}, ${offer('SHA-256')}, Negotiate token=x`)
  expect(authorization.header('GET', '/')).toContain('algorithm=SHA-256')
})

test('Authorization gives up after a refusal, but not after a nonce that was merely old', () => {
  const authorization = new Authorization(mufasa)
  expect(authorization.accept(offer('MD5'))).toBe(true)
  expect(authorization.accept(`${offer('MD5')}, stale=true`)).toBe(true)
  expect(authorization.accept(offer('MD5'))).toBe(false)
  expect(new Authorization(mufasa).accept('Digest realm="a", nonce="b", algorithm=SHA-512-256')).toBe(false)
  expect(new Authorization(mufasa).accept('Digest realm="a", nonce="b", qop="auth-int"')).toBe(false)
})

test('readChallenges reads quoted and plain values, and commas inside them', () => {
  expect(readChallenges('Digest realm="a, b=\\"c\\"", nonce=d ,stale=FALSE, Basic realm="e"')).toEqual([
    {
      scheme: 'digest',
      parameters: new Map([
        ['realm', 'a, b="c"'],
        ['nonce', 'd'],
        ['stale', 'FALSE'],
      ]),
    },
    { scheme: 'basic', parameters: new Map([['realm', 'e']]) },
  ])
  expect(readChallenges('')).toEqual([])
})
