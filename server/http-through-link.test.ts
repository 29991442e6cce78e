import { once } from 'node:events'
import { expect, test, vi } from 'vitest'
import type { LinkProfile } from '../link/profile.ts'
import { watchCrossings } from './test-support/link-crossing.ts'
import { type LinkServer, patternBytes, PLAYLIST, startLinkServer } from './test-support/link-server.ts'
import { RawHttp } from './test-support/raw-http.ts'

const RTT_MS = 40
const far = { seed: 1, downlink: { oneWayDelayMs: RTT_MS / 2 }, uplink: { oneWayDelayMs: RTT_MS / 2 } }
const small = patternBytes(5000) // less than the initial window of 10 segments
const files = { 'small.ts': small, 'large.ts': patternBytes(600_000) }

const httpOf = ({ links }: LinkServer, id: string) => links.get(id).tcp.http

/** A link whose requests a test counts in round trips: those of an answer that fits the initial window. */
function openLink(server: LinkServer, profile: LinkProfile = far) {
  const { id } = server.links.create(profile)
  const crossing = watchCrossings(server.links, id)
  const roundTrips = () => {
    const { startMs, endMs, serverMs } = crossing()
    return Math.round((1000 * (endMs - startMs - serverMs)) / RTT_MS) / 1000
  }
  const ask = async (client: RawHttp, headers: readonly string[] = [], method = 'GET') => {
    expect((await client.ask(server.through(id, 'small.ts'), headers, method)).status).toBe(200)
    return roundTrips()
  }
  return { id, ask, path: server.through(id, 'small.ts') }
}

test('a virtual connection belongs to a real socket and a link: other links, the API and plain files leave it alone', async (context) => {
  const server = await startLinkServer(context, files)
  const [a, b] = [openLink(server), openLink(server)]
  const client = await RawHttp.open(context, server.port)
  const others = async () => {
    for (const path of ['/api/health', '/hls/video7/720p/small.ts']) expect((await client.ask(path)).status).toBe(200)
  }
  expect(await a.ask(client)).toBe(2) // handshake and request
  await others()
  expect(await b.ask(client)).toBe(2)
  expect(await a.ask(client)).toBe(1)
  await others()
  expect([await b.ask(client), await a.ask(client)]).toEqual([1, 1])
  expect(httpOf(server, a.id)).toEqual({ connections: 1, handshakes: 1, requests: 3 })
  expect(httpOf(server, b.id)).toEqual({ connections: 1, handshakes: 1, requests: 2 })
})

test('another socket is another virtual connection, on the same lane', async (context) => {
  const server = await startLinkServer(context, files)
  const { id, ask } = openLink(server)
  const clients = [await RawHttp.open(context, server.port), await RawHttp.open(context, server.port)]
  for (const roundTrips of [2, 1]) {
    for (const client of clients) expect(await ask(client)).toBe(roundTrips)
  }
  expect(httpOf(server, id)).toEqual({ connections: 2, handshakes: 2, requests: 4 })
  expect(server.links.get(id).tcp.flows.map(({ what }) => what)).toEqual(['http', 'http'])
})

test('Connection: close costs the next request a handshake', async (context) => {
  const server = await startLinkServer(context, files)
  const { id, ask } = openLink(server)
  for (const _ of [1, 2]) {
    const client = await RawHttp.open(context, server.port)
    expect(await ask(client, ['Connection: close'])).toBe(2)
    if (!client.socket.closed) await once(client.socket, 'close')
  }
  expect(httpOf(server, id)).toEqual({ connections: 2, handshakes: 2, requests: 2 })
  await vi.waitFor(() => expect(server.links.get(id).tcp.openFlows).toBe(0))
})

test('a TLS handshake costs the round trips that the profile tells', async (context) => {
  const server = await startLinkServer(context, files)
  const { ask } = openLink(server, { ...far, tcp: { tlsRoundTrips: 1 } })
  const client = await RawHttp.open(context, server.port)
  expect([await ask(client), await ask(client)]).toEqual([3, 1])
})

test('after a restart an answer under way ends on the old connection, the next request opens one in the new era', async (context) => {
  const server = await startLinkServer(context, files)
  const { id } = server.links.create({ ...far, downlink: { ...far.downlink, rateBitsPerSecond: 20_000_000 } })
  const client = await RawHttp.open(context, server.port)
  const underWay = client.ask(server.through(id, 'large.ts'))
  await vi.waitFor(() => expect(client.wireBytes).toBeGreaterThan(20_000), { interval: 5 })
  server.links.restart(id)
  expect(client.wireBytes).toBeLessThan(600_000)
  expect((await underWay).body.equals(files['large.ts'])).toBe(true)
  expect(server.links.get(id)).not.toHaveProperty('linkTimeSeconds')
  expect((await client.ask(server.through(id, 'small.ts'))).status).toBe(200)
  expect(httpOf(server, id)).toEqual({ connections: 1, handshakes: 1, requests: 1 })
})

test('an answer under way ends though its link is removed; the next request finds no link', async (context) => {
  const server = await startLinkServer(context, files)
  const { id } = server.links.create(far)
  const client = await RawHttp.open(context, server.port)
  const underWay = client.ask(server.through(id, 'large.ts'))
  await vi.waitFor(() => expect(client.wireBytes).toBeGreaterThan(20_000), { interval: 5 })
  server.links.remove(id)
  expect((await underWay).body.equals(files['large.ts'])).toBe(true)
  expect((await client.ask(server.through(id, 'small.ts'))).status).toBe(404)
})

test('pipelined requests are answered in their order, whatever link they are for', async (context) => {
  const server = await startLinkServer(context, files)
  const [a, b] = [server.links.create(far).id, server.links.create(far).id]
  const client = await RawHttp.open(context, server.port)
  const answers = await Promise.all([
    client.ask(server.through(a, 'small.ts')),
    client.ask('/api/health'),
    client.ask(server.through(b, 'large.ts')),
    client.ask(server.through(a, 'large.ts')),
    client.ask(server.through(a, 'small.ts')),
  ])
  expect(answers.map(({ status, body }) => [status, body.length])).toEqual([
    [200, 5000],
    [200, 29],
    [200, 600_000],
    [200, 600_000],
    [200, 5000],
  ])
  expect(answers[3]?.body.equals(files['large.ts'])).toBe(true)
  expect(httpOf(server, a)).toEqual({ connections: 1, handshakes: 1, requests: 3 })
})

test('HEAD and HTTP/1.0 cross the link', async (context) => {
  const server = await startLinkServer(context, files)
  const { ask, path } = openLink(server)
  const client = await RawHttp.open(context, server.port)
  expect(await ask(client, [], 'HEAD')).toBe(2)
  const head = await client.ask(path, [], 'HEAD')
  expect([head.status, head.body.length]).toEqual([200, 0])
  expect(head.head).toContain('Content-Length: 5000\r\n')

  const old = await RawHttp.open(context, server.port)
  const answer = await old.ask(path, [], 'GET', '1.0')
  expect([answer.status, answer.body.equals(small)]).toEqual([200, true])
  if (!old.socket.closed) await once(old.socket, 'close')
})

test('nothing behind a link may be kept, so that one segment played twice crosses twice', async (context) => {
  const server = await startLinkServer(context, files)
  const { id } = server.links.create({ seed: 1, downlink: {} })
  const client = await RawHttp.open(context, server.port)
  const plain = await client.ask('/hls/video7/720p/small.ts')
  const etag = /^ETag: (.+)\r$/m.exec(plain.head)?.[1]
  const modified = /^Last-Modified: (.+)\r$/m.exec(plain.head)?.[1]
  const conditions = [`If-None-Match: ${etag}`, `If-Modified-Since: ${modified}`]
  for (const name of ['small.ts', '../master.m3u8'] as const) {
    const path = server.through(id, name).replace('720p/../', '')
    for (const headers of [[], conditions]) {
      const { status, head, body } = await client.ask(path, headers)
      expect([status, body.toString('latin1')]).toEqual([
        200,
        name === 'small.ts' ? small.toString('latin1') : PLAYLIST,
      ])
      expect(head).toMatch(/^Cache-Control: no-store\r$/m)
      expect(head).not.toMatch(/^(?:ETag|Last-Modified|Expires|Age):/im)
    }
  }
  const { deliveredBytes } = server.links.get(id).tcp.downlink
  expect(deliveredBytes).toBeGreaterThan(2 * small.length)
})

test('Range works behind a link; If-Range has nothing to hold for, so the whole file comes', async (context) => {
  const server = await startLinkServer(context, files)
  const { id } = server.links.create({ seed: 1, downlink: {} })
  const client = await RawHttp.open(context, server.port)
  const path = server.through(id, 'small.ts')
  const part = await client.ask(path, ['Range: bytes=100-199'])
  expect([part.status, part.body.equals(small.subarray(100, 200))]).toEqual([206, true])
  expect((await client.ask(path, ['Range: bytes=100-199', 'If-Range: "x"'])).status).toBe(200)
  expect((await client.ask(path, ['Range: bytes=9000-'])).status).toBe(416)
})

test('what is refused behind a link can be read by any page: an unknown link at once, the rest across the link', async (context) => {
  const server = await startLinkServer(context, files)
  const { id } = server.links.create(far)
  const client = await RawHttp.open(context, server.port)
  const refused: [path: string, method: string, status: number, code: string, isAcross: boolean][] = [
    [server.through('none', 'small.ts'), 'GET', 404, 'unknown-link', false],
    [server.through(id, 'none.ts'), 'GET', 404, 'not-found', true],
    [server.through(id, '%2e%2e/secret.ts'), 'GET', 404, 'not-found', true],
    [server.through(id, 'small.ts'), 'POST', 405, 'method-not-allowed', true],
  ]
  for (const [path, method, status, code, isAcross] of refused) {
    const requestsBefore = httpOf(server, id).requests
    const answer = await client.ask(path, method === 'POST' ? ['Content-Length: 0'] : [], method)
    expect([answer.status, JSON.parse(answer.body.toString()).code]).toEqual([status, code])
    expect(answer.head).toMatch(/^Content-Type: application\/problem\+json\r$/m)
    expect(answer.head).toMatch(/^Access-Control-Allow-Origin: \*\r$/m)
    expect(answer.head).toMatch(/^Cache-Control: no-store\r$/m)
    expect(httpOf(server, id).requests - requestsBefore).toBe(isAcross ? 1 : 0)
  }
  const preflight = await client.ask(server.through(id, 'small.ts'), [], 'OPTIONS')
  expect([preflight.status, /^Access-Control-Allow-Methods: GET/m.test(preflight.head)]).toEqual([204, true])
  const elsewhere = await client.ask(`/link/${id}/api/health`)
  expect([elsewhere.status, /Access-Control/.test(elsewhere.head)]).toEqual([404, false])
})

test('a client that goes away leaves nothing: no flow, no user, no answer at work', async (context) => {
  const server = await startLinkServer(context, files)
  const downlink = { ...far.downlink, rateBitsPerSecond: 4_000_000, queueMs: 3000 } // all at once would take 12 s
  const { id } = server.links.create({ ...far, downlink })
  const clients = await Promise.all(Array.from({ length: 10 }, () => RawHttp.open(context, server.port)))
  const asked = clients.map((client) => client.ask(server.through(id, 'large.ts')).catch(() => 'gone'))
  await vi.waitFor(() => expect(clients.every(({ wireBytes }) => wireBytes > 0)).toBe(true), { timeout: 5000 })
  expect(server.links.get(id).tcp.openFlows).toBe(10)
  for (const { socket } of clients) socket.destroy()
  expect(await Promise.all(asked)).toEqual(clients.map(() => 'gone'))
  await vi.waitFor(() => expect(server.links.get(id).tcp.openFlows).toBe(0))
  expect(server.links.find(id).unusedMs(performance.now())).toBeGreaterThan(0)
  const startedMs = performance.now()
  await server.listener.drain(5000) // waits for every answer that has not ended
  expect(performance.now() - startedMs).toBeLessThan(2000)
})

test('a client that goes away with pipelined requests leaves nothing of those that waited for their turn', async (context) => {
  const server = await startLinkServer(context, files)
  const slow = server.links.create({ ...far, downlink: { ...far.downlink, rateBitsPerSecond: 500_000 } }).id
  const fast = server.links.create({ seed: 1, downlink: {} }).id
  const client = await RawHttp.open(context, server.port)
  const asked = [slow, fast, slow].map((id) => client.ask(server.through(id, 'large.ts')).catch(() => 'gone'))
  await vi.waitFor(() => expect(server.links.get(fast).tcp.downlink.deliveredBytes).toBeGreaterThan(600_000))
  await vi.waitFor(() => expect(client.wireBytes).toBeGreaterThan(0))
  client.socket.destroy()
  expect(await Promise.all(asked)).toEqual(['gone', 'gone', 'gone'])
  await vi.waitFor(() => expect([slow, fast].map((id) => server.links.get(id).tcp.openFlows)).toEqual([0, 0]))
  const startedMs = performance.now()
  await server.listener.drain(10_000)
  expect(performance.now() - startedMs).toBeLessThan(5000)
})

test('a link is in use while an answer is under way, not because a connection is kept alive', async (context) => {
  const server = await startLinkServer(context, files)
  const { id, ask, path } = openLink(server)
  const client = await RawHttp.open(context, server.port)
  const underWay = client.ask(path)
  await vi.waitFor(() => expect(httpOf(server, id).requests).toBe(1), { interval: 5 })
  expect(server.links.find(id).unusedMs(performance.now() + 1000)).toBe(0)
  await underWay
  await vi.waitFor(() => expect(server.links.find(id).unusedMs(performance.now() + 1000)).toBeGreaterThan(900))
  await ask(client)
  expect(httpOf(server, id).connections).toBe(1) // it is still there
})

test('a shutdown lets an answer through a link come to its end', async (context) => {
  const server = await startLinkServer(context, files)
  const { id } = server.links.create(far)
  const client = await RawHttp.open(context, server.port)
  const underWay = client.ask(server.through(id, 'small.ts'))
  await vi.waitFor(() => expect(httpOf(server, id).requests).toBe(1), { interval: 5 })
  await server.listener.drain(5000)
  expect((await underWay).body.equals(small)).toBe(true)
})

test('with applyTo: everyone a foreign player is sent to the default link, our own page is not', async (context) => {
  const server = await startLinkServer(context, files, { seed: 1, applyTo: 'everyone', downlink: {} })
  const client = await RawHttp.open(context, server.port)
  const player = await client.ask('/hls/video7/master.m3u8?x=1')
  expect(player.status).toBe(307)
  expect(player.head).toMatch(/^Location: \/link\/default\/hls\/video7\/master\.m3u8\?x=1\r$/m)
  expect(player.head).toMatch(/^Access-Control-Allow-Origin: \*\r$/m)
  expect((await client.ask('/hls/video7/master.m3u8', ['Sec-Fetch-Site: same-origin'])).status).toBe(200)
  expect((await client.ask('/hls/video7/720p/small.ts')).status).toBe(200)
  server.links.setDefaultProfile({ seed: 1, applyTo: 'page', downlink: {} })
  expect((await client.ask('/hls/video7/master.m3u8')).status).toBe(200)
})
