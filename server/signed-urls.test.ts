import { expect, test, type TestContext } from 'vitest'
import { HlsAccess, type TokenDemand } from './hls-access.ts'
import type { OriginOptions } from './origin.ts'
import { patternBytes } from './test-support/link-server.ts'
import { startOriginServer } from './test-support/origin-server.ts'
import { RawHttp, type RawAnswer } from './test-support/raw-http.ts'
import { UrlSigner } from './url-signer.ts'

const secret = 'a secret of the tests'
const segment = patternBytes(10_000)
const playlist = `#EXTM3U\n${'#EXTINF:4,\n00000.ts\n'.repeat(100)}`
const files = { '720p/00000.ts': segment, '720p/index.m3u8': playlist, 'master.m3u8': '#EXTM3U\n720p/index.m3u8\n' }

async function open(context: TestContext, demand: TokenDemand = 'all') {
  const access = new HlsAccess({ secret, demand, nowUnixMs: Date.now })
  const origin: OriginOptions = { hotBytes: 1e7, limits: { idleMs: 60_000, slowestBitsPerSecond: 1 }, access }
  const server = await startOriginServer(context, { files, origin })
  return { server, client: await RawHttp.open(context, server.port) }
}

const signedFor = (seconds: number, video = 'v7'): string =>
  `/hls/~${new UrlSigner(secret).sign(video, Math.floor(Date.now() / 1000) + seconds)}`
const problemOf = ({ status, head, body }: RawAnswer) => {
  expect(head).toMatch(/^cache-control: no-store\r$/im)
  expect(head).toMatch(/^access-control-allow-origin: \*\r$/im) // so that a page can read why
  return [status, (JSON.parse(body.toString()) as { readonly code: string }).code]
}
const maxAge = ({ head }: RawAnswer): number => Number(/^cache-control: public, max-age=(\d+)/im.exec(head)?.[1])

test('a signed address shows what lies there, on every road: from the disk, from memory, straight to the connection', async (context) => {
  const { server, client } = await open(context)
  const folder = `${signedFor(100)}/v7`
  for (const [path, content] of [
    [`${folder}/720p/00000.ts`, segment],
    [`${folder}/720p/index.m3u8`, Buffer.from(playlist)],
  ] as const) {
    const { memory } = server.origin.answers
    while (server.origin.answers.memory < memory + 2) {
      const answer = await client.ask(path)
      expect([answer.status, answer.body.equals(content)]).toEqual([200, true])
      expect(maxAge(answer)).toBeLessThanOrEqual(Math.min(100, path.endsWith('.ts') ? 100 : 60))
      expect(maxAge(answer)).toBeGreaterThan(50)
    }
    const byNode = await client.ask(path, ['X-Own: 1'])
    expect(byNode.head.replace(/(date|x-request-id|max-age).*/gi, '')).toBe(
      (await client.ask(path)).head.replace(/(date|x-request-id|max-age).*/gi, ''),
    )
    expect((await client.ask(path, ['If-None-Match: *'])).status).toBe(304)
  }
})

test('what is in memory is one for all tokens, and none is kept longer than its own', async (context) => {
  const { server, client } = await open(context, 'nothing')
  const paths = [30, 60, 90].map((seconds) => `${signedFor(seconds)}/v7/720p/00000.ts`)
  await client.ask('/hls/v7/720p/00000.ts')
  const before = server.origin.answers.memory
  while (server.origin.answers.memory === before) await client.ask('/hls/v7/720p/00000.ts')
  const { disk } = server.origin.answers
  for (const headers of [[], ['X-Own: 1']]) {
    const ages = await Promise.all(paths.map(async (path) => maxAge(await client.ask(path, headers))))
    expect(ages.map((age) => Math.ceil(age / 30))).toEqual([1, 2, 3])
    expect(maxAge(await client.ask('/hls/v7/720p/00000.ts', headers))).toBe(31_536_000)
  }
  expect(server.origin.answers.disk).toBe(disk)
})

const refused: readonly (readonly [string, () => string, string])[] = [
  ['no token', () => '/hls/v7/master.m3u8', 'signature-missing'],
  ['no token, of a file that is not there', () => '/hls/v7/none.ts', 'signature-missing'],
  ['a token whose time is over', () => `${signedFor(-1)}/v7/master.m3u8`, 'signature-expired'],
  ['the token of another video', () => `${signedFor(100, 'v8')}/v7/master.m3u8`, 'signature-wrong'],
  ['a forged token', () => `${signedFor(100).slice(0, -2)}xx/v7/master.m3u8`, 'signature-wrong'],
  ['an empty token', () => '/hls/~/v7/master.m3u8', 'signature-wrong'],
  ['two tokens', () => `${signedFor(100)}/~${signedFor(100).slice(6)}/v7/master.m3u8`, 'signature-wrong'],
]

for (const [name, address, code] of refused) {
  test(`with ${name} nothing is shown, behind a link neither`, async (context) => {
    const { client } = await open(context)
    const path = address()
    expect(problemOf(await client.ask(path))).toEqual([403, code])
    expect(problemOf(await client.ask(path))).toEqual([403, code])
    expect(problemOf(await client.ask(`/link/default${path}`))).toEqual([403, code])
    expect((await client.ask(path, [], 'HEAD')).status).toBe(403)
    const preflight = await client.ask(path, ['Access-Control-Request-Method: GET'], 'OPTIONS')
    expect(preflight.status).toBe(204) // else a page could not read the refusal
  })
}

test('what is in memory for who has a token is not shown to who has none', async (context) => {
  const { server, client } = await open(context)
  const good = `${signedFor(100)}/v7/720p/00000.ts`
  const before = server.origin.answers.memory
  while (server.origin.answers.memory === before) await client.ask(good)
  for (const path of ['/hls/v7/720p/00000.ts', `${signedFor(-1)}/v7/720p/00000.ts`]) {
    expect((await client.ask(path)).status).toBe(403)
    expect((await client.ask(path, ['X-Own: 1'])).status).toBe(403)
  }
})

test('a server without a secret has no signed addresses', async (context) => {
  const server = await startOriginServer(context, { files })
  const client = await RawHttp.open(context, server.port)
  expect(problemOf(await client.ask(`${signedFor(100)}/v7/master.m3u8`))).toEqual([403, 'signing-off'])
  expect((await client.ask('/hls/v7/master.m3u8')).status).toBe(200)
})

test('behind a link the same address works, and what is told of its players has no token', async (context) => {
  const { server, client } = await open(context)
  const folder = `${signedFor(100)}/v7`
  const answer = await client.ask(`/link/default${folder}/720p/00000.ts`)
  expect([answer.status, answer.body.equals(segment)]).toEqual([200, true])
  expect(answer.head).toMatch(/^cache-control: no-store\r$/im)
  await expect
    .poll(() => server.audience.of('default').map(({ path }) => path))
    .toEqual(['/link/default/hls/~/v7/720p/00000.ts'])
  await client.ask(`${folder}/master.m3u8?CMCD=sid%3D%22a%22`)
  await expect.poll(() => server.sessions.list()).toMatchObject([{ sid: 'a', video: 'v7' }])
})

test('where the configuration’s link takes everyone, a signed address is sent there with its token', async (context) => {
  const { server, client } = await open(context)
  server.links.setDefaultProfile({ seed: 1, downlink: {}, applyTo: 'everyone' })
  const path = `${signedFor(100)}/v7/master.m3u8`
  const answer = await client.ask(path)
  expect([answer.status, /^location: (.*)\r$/im.exec(answer.head)?.[1]]).toEqual([307, `/link/default${path}`])
})
