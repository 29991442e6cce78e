import { expect, test, vi, type TestContext } from 'vitest'
import type { AnswerLimits } from './slow-answers.ts'
import { patternBytes } from './test-support/link-server.ts'
import { startOriginServer, type OriginServer } from './test-support/origin-server.ts'
import { RawHttp, type RawAnswer } from './test-support/raw-http.ts'

const SEGMENT = '/hls/v7/720p/00000.ts'
const PLAYLIST = '/hls/v7/720p/index.m3u8'
const segment = patternBytes(12_000_000) // more than the systems between take
const playlist = `#EXTM3U\n${'#EXTINF:4,\n00000.ts\n'.repeat(100)}`
const [LONG, LONGER] = ['480p', '360p'].map((variant) => `/hls/v7/${variant}/index.m3u8`) as [string, string]
const long = `#EXTM3U\n${'#EXTINF:4,\n00000.ts\n'.repeat(2000)}`
const longer = `#EXTM3U\n${'#EXTINF:3.5,\n1.ts\n'.repeat(2300)}`
const LIMITS: AnswerLimits = { idleMs: 60_000, slowestBitsPerSecond: 1 }
const SENT_BY_NODE = ['X-Own: 1'] // a field that leaves a request to Node

type Started = { readonly server: OriginServer; readonly client: RawHttp; readonly direct: () => number }

/** All files are in memory, and Node has answered the client once. */
async function startIn(context: TestContext, limits: AnswerLimits = LIMITS): Promise<Started> {
  const server = await startOriginServer(context, {
    files: {
      '720p/00000.ts': segment,
      '720p/index.m3u8': playlist,
      '480p/index.m3u8': long,
      '360p/index.m3u8': longer,
    },
    origin: { hotBytes: 2e8, limits },
  })
  const client = await RawHttp.open(context, server.port)
  for (const path of [SEGMENT, PLAYLIST, LONG, LONGER]) {
    const before = server.origin.answers.memory
    while (server.origin.answers.memory === before) await client.ask(path, SENT_BY_NODE)
  }
  const found = vi.spyOn(server.origin, 'hotAnswer')
  return { server, client, direct: () => found.mock.results.filter(({ value }) => value !== undefined).length }
}

const shown = ({ status, head, body }: RawAnswer) => ({
  status,
  lines: head.split('\r\n').map((line) => line.replace(/^(date|x-request-id): .*$/i, '$1')),
  body: body.toString('base64').slice(0, 100) + body.length,
})

test.for<[string, string, string[]]>([
  ['a playlist', PLAYLIST, []],
  ['a packed playlist', PLAYLIST, ['Accept-Encoding: gzip']],
  ['a segment', SEGMENT, []],
])('%s straight to the connection is as Node has it', async ([, path, fields], context) => {
  const { client, direct } = await startIn(context)
  await client.ask(path, [...fields, ...SENT_BY_NODE])
  const byNode = await client.ask(path, [...fields, ...SENT_BY_NODE])
  expect(direct()).toBe(0)
  const straight = await client.ask(path, fields)
  expect(direct()).toBe(1)
  expect(shown(straight)).toEqual(shown(byNode))
})

test('answers keep the order of their requests, whoever gives them', async (context) => {
  const { client, direct } = await startIn(context)
  const asked = [
    client.ask(SEGMENT),
    client.ask(PLAYLIST, SENT_BY_NODE),
    client.ask(PLAYLIST),
    client.ask('/hls/v7/none.ts'),
    client.ask(SEGMENT, ['Range: bytes=0-9']),
  ]
  const answers = await Promise.all(asked)
  const facts = answers.map(({ status, body }) => [status, body.length])
  expect(facts.map(([status]) => status)).toEqual([200, 200, 200, 404, 206])
  expect(facts.map(([, bytes]) => bytes).filter((_, index) => index !== 3)).toEqual([
    segment.length,
    playlist.length,
    playlist.length,
    10,
  ])
  await client.ask(PLAYLIST)
  expect(direct()).toBeLessThanOrEqual(2)
})

test('a client that ends its side with its request has the answer', async (context) => {
  const { client, direct } = await startIn(context)
  const answer = client.ask(PLAYLIST)
  client.socket.end()
  expect((await answer).body.toString()).toBe(playlist)
  expect(direct()).toBe(1)
})

test('a small answer that its client does not take yet stays as it is while others get theirs', async (context) => {
  const { server, client, direct } = await startIn(context)
  const other = await RawHttp.open(context, server.port)
  await other.ask(PLAYLIST, SENT_BY_NODE)
  client.socket.pause()
  const asked: Promise<RawAnswer>[] = []
  const direct0 = direct()
  while (direct() - direct0 === asked.length) {
    const before = server.origin.answers.memory
    asked.push(client.ask(LONG)) // until one is not straight, for the one before has not left
    await expect.poll(() => server.origin.answers.memory, { interval: 1 }).toBe(before + 1)
  }
  for (let times = 0; times < 3; times += 1) expect((await other.ask(LONGER)).body.toString()).toBe(longer)
  client.socket.resume()
  for (const { body } of await Promise.all(asked)) expect(body.toString()).toBe(long)
})

test('nothing is answered straight while Node has a request before it', async (context) => {
  const { server, client, direct } = await startIn(context)
  const { origin } = server
  const asked: Promise<RawAnswer>[] = []
  const answer = origin.answer.bind(origin)
  vi.spyOn(origin, 'answer').mockImplementationOnce(async (...request) => {
    const before = origin.answers.memory
    asked.push(client.ask(PLAYLIST))
    await expect.poll(() => origin.answers.memory).toBe(before + 1)
    return answer(...request)
  })
  expect((await client.ask('/hls/v7/none.ts')).status).toBe(404)
  expect((await asked[0])?.body.toString()).toBe(playlist)
  expect(direct()).toBe(0)
})

test('a request inside the body of another is never answered', async (context) => {
  const { client, direct } = await startIn(context)
  const inner = `GET ${PLAYLIST} HTTP/1.1\r\nHost: a\r\n\r\n`
  const posted = client.ask(PLAYLIST, [`Content-Length: ${inner.length}`], 'POST')
  expect((await posted).status).toBe(405)
  client.socket.write(inner)
  expect((await client.ask(PLAYLIST)).body.toString()).toBe(playlist)
  expect(direct()).toBe(0)
})

test('a client that takes nothing of a large answer is ended, and counted', async (context) => {
  const { server, direct } = await startIn(context, { idleMs: 300, slowestBitsPerSecond: 1e9 })
  const client = await RawHttp.open(context, server.port) // whose system has not widened its window yet
  await client.ask(PLAYLIST, SENT_BY_NODE)
  client.socket.pause()
  const asked = client.ask(SEGMENT).catch(() => 'ended')
  const { ended } = server.origin.slowAnswers
  await expect.poll(() => ended.idle + ended.total, { timeout: 8000 }).toBe(1)
  expect(direct()).toBe(1)
  client.socket.resume()
  expect(await asked).toBe('ended')
  await expect.poll(() => server.listener.openConnections).toBe(1) // the one that heated
})
