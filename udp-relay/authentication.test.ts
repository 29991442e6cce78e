import { createHash } from 'node:crypto'
import { expect, test, type TestContext } from 'vitest'
import { digestResponse, type DigestAlgorithm } from '../protocol/rtsp-authorization.ts'
import type { RtspRequest } from '../protocol/rtsp-message.ts'
import { Authentication } from './authentication.ts'
import { Nonces } from './nonces.ts'
import { RtspRefusal } from './rtsp-refusal.ts'
import { startClipRelay } from './test-support/clip-relay.ts'
import { makePackageClip } from './test-support/package-clip.ts'
import { RtspClient } from './test-support/rtsp-client.ts'

const URL = 'rtsp://h/clip/240p/trackID=0'
const users = { ann: 'secret', bob: 'a:b' }

function requestOf(authorization: string | undefined, url = URL): RtspRequest {
  const headers = new Map(authorization === undefined ? [] : [['authorization', authorization]])
  return { kind: 'request', method: 'SETUP', url, version: '1.0', headers, body: new Uint8Array(0) }
}

function hashText(algorithm: DigestAlgorithm, text: string): string {
  return createHash(algorithm === 'MD5' ? 'md5' : 'sha256')
    .update(text)
    .digest('hex')
}

/** What is refused, and with what challenges; undefined: it is let in. */
function refusalOf(authentication: Authentication, request: RtspRequest): readonly string[] | undefined {
  try {
    authentication.check(request)
    return undefined
  } catch (error) {
    if (error instanceof RtspRefusal && error.status === 401) return [error.headers['www-authenticate'] ?? []].flat()
    throw error
  }
}

function nonceOf(authentication: Authentication): string {
  const challenges = refusalOf(authentication, requestOf(undefined)) ?? []
  return /nonce="([^"]+)"/.exec(challenges[0] ?? '')?.[1] ?? 'no nonce'
}

function signed(
  nonce: string,
  changes: { password?: string; count?: string; algorithm?: DigestAlgorithm; uri?: string; realm?: string } = {},
): string {
  const { password = 'secret', count, algorithm = 'MD5', uri = URL, realm = 'Weir' } = changes
  const proof = count === undefined ? undefined : ({ qop: 'auth', count, clientNonce: 'c' } as const)
  const facts = { algorithm, user: 'ann', realm, nonce, uri }
  const response = digestResponse(proof === undefined ? facts : { ...facts, proof }, 'SETUP', password, hashText)
  const told = `username="ann", realm="${realm}", nonce="${nonce}", uri="${uri}", response="${response}"`
  const how = proof === undefined ? '' : `, qop=auth, nc=${count}, cnonce="c"`
  return `Digest ${told}, algorithm=${algorithm}${how}`
}

function open(limits: ConstructorParameters<typeof Authentication>[2] = {}) {
  const clock = { nowMs: 0 }
  return { clock, authentication: new Authentication(users, () => clock.nowMs, limits) }
}

test('a request without credentials is told SHA-256, MD5 and Basic, in this order', () => {
  const { authentication } = open()
  const challenges = refusalOf(authentication, requestOf(undefined)) ?? []
  expect(challenges.map((challenge) => challenge.replace(/nonce="[^"]+"/, 'nonce'))).toEqual([
    'Digest realm="Weir", qop="auth", algorithm=SHA-256, nonce',
    'Digest realm="Weir", qop="auth", algorithm=MD5, nonce',
    'Basic realm="Weir"',
  ])
})

const letIn: { who: string; authorization: (nonce: string) => string }[] = [
  { who: 'a digest in MD5 without qop', authorization: (nonce) => signed(nonce) },
  { who: 'a digest in MD5', authorization: (nonce) => signed(nonce, { count: '00000001' }) },
  { who: 'a digest in SHA-256', authorization: (nonce) => signed(nonce, { count: '00000001', algorithm: 'SHA-256' }) },
  { who: 'a digest over the address of the whole', authorization: (nonce) => signed(nonce, { uri: 'rtsp://h/clip/' }) },
  { who: 'Basic', authorization: () => `Basic ${btoa('bob:a:b')}` },
]
for (const { who, authorization } of letIn) {
  test(`${who} is let in`, () => {
    const { authentication } = open()
    expect(refusalOf(authentication, requestOf(authorization(nonceOf(authentication))))).toBeUndefined()
  })
}

const refused: { who: string; authorization: (nonce: string) => string }[] = [
  { who: 'a digest by another password', authorization: (nonce) => signed(nonce, { password: 'Secret' }) },
  { who: 'a digest over another video', authorization: (nonce) => signed(nonce, { uri: 'rtsp://h/other' }) },
  { who: 'a digest of another realm', authorization: (nonce) => signed(nonce, { realm: 'Mill' }) },
  { who: 'another password in Basic', authorization: () => `Basic ${btoa('bob:a')}` },
  { who: 'an unknown name in Basic', authorization: () => `Basic ${btoa('eve:')}` },
  { who: 'an unknown scheme', authorization: () => 'Bearer x' },
]
for (const { who, authorization } of refused) {
  test(`${who} is refused, and not as stale`, () => {
    const { authentication } = open()
    const challenges = refusalOf(authentication, requestOf(authorization(nonceOf(authentication))))
    expect(challenges?.[0]).not.toContain('stale')
  })
}

test('a nonce that was not given out here, or long ago, is stale', () => {
  const { authentication, clock } = open({ lifeMs: 1000 })
  expect(refusalOf(authentication, requestOf(signed('made up')))?.[0]).toContain('stale=true')
  const nonce = nonceOf(authentication)
  clock.nowMs = 1000
  expect(refusalOf(authentication, requestOf(signed(nonce)))).toBeUndefined()
  clock.nowMs = 1001
  expect(refusalOf(authentication, requestOf(signed(nonce)))?.[1]).toContain('stale=true')
})

test('a digest that is sent again by somebody else is refused', () => {
  const { authentication } = open()
  const nonce = nonceOf(authentication)
  const second = requestOf(signed(nonce, { count: '00000002' }))
  expect(refusalOf(authentication, second)).toBeUndefined()
  expect(refusalOf(authentication, second)).toBeDefined()
  expect(refusalOf(authentication, requestOf(signed(nonce, { count: '00000001' })))).toBeDefined()
  expect(refusalOf(authentication, requestOf(signed(nonce, { count: '0000000a' })))).toBeUndefined()
})

test('Nonces keep so many, each for so many uses', () => {
  const nonces = new Nonces(() => 0, { kept: 2, uses: 2 })
  const [first, second, third] = [nonces.issue(), nonces.issue(), nonces.issue()]
  expect([first, second, third].map((nonce) => nonces.use(nonce, undefined))).toEqual([false, true, true])
  expect([1, 2].map(() => nonces.use(second, undefined))).toEqual([true, false])
})

async function openRelay(context: TestContext) {
  const relay = await startClipRelay(context, makePackageClip(), { users })
  return { relay, url: relay.url, client: await RtspClient.open(relay.rtspPort) }
}

test('every method but OPTIONS asks who it is, with its CSeq', async (context) => {
  const { client, url } = await openRelay(context)
  expect((await client.request('OPTIONS', url)).status).toBe(200)
  for (const method of ['DESCRIBE', 'SETUP', 'PLAY', 'PAUSE', 'TEARDOWN', 'GET_PARAMETER', 'ANNOUNCE']) {
    const reply = await client.request(method, url, { cseq: '17' })
    expect([reply.status, reply.headers.get('cseq')]).toEqual([401, '17'])
    expect(reply.headers.get('www-authenticate')).toMatch(/^Digest .*SHA-256.*, Digest .*MD5.*, Basic realm="Weir"$/)
  }
  expect((await client.request('DESCRIBE', url, { authorization: `Basic ${btoa('ann:secret')}` })).status).toBe(200)
})
