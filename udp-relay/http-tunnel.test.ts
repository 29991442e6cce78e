import { once } from 'node:events'
import { text } from 'node:stream/consumers'
import { expect, test, vi, type TestContext } from 'vitest'
import fc from 'fast-check'
import { fuzzRuns } from '../lab/test-support/long-run.ts'
import { startReceiver } from './receiver.ts'
import { startClipRelay } from './test-support/clip-relay.ts'
import { makePackageClip } from './test-support/package-clip.ts'
import { openSocket, TunnelClient, tunnelled } from './test-support/tunnel-client.ts'

const clip = makePackageClip()

async function start(context: TestContext, pairSeconds = 10) {
  const relay = await startClipRelay(context, clip, { limits: { pairSeconds } })
  const client = new TunnelClient(relay.rtspPort, 'cookie-1')
  const statuses = (): unknown[] => client.events.flatMap((event) => (event.kind === 'response' ? event.status : []))
  return { relay, client, statuses }
}

const options = (cSeq: number): string => tunnelled('OPTIONS', '*', { cseq: String(cSeq) })

test('requests in a POST are answered behind the GET, and RTP follows them', async (context) => {
  const { relay, client, statuses } = await start(context)
  client.sendGet()
  await vi.waitFor(() =>
    expect(client.head).toMatch(/^HTTP\/1\.0 200 OK\r\n(.+\r\n)*Content-Type: application\/x-rtsp-tunnelled\r\n\r\n$/),
  )
  const post = client.openPost()
  const transport = 'RTP/AVP/TCP;unicast;interleaved=0-1'
  const words = options(1) + tunnelled('SETUP', `${relay.url}/trackID=0`, { cseq: '2', transport })
  for (const letter of words) post.write(letter) // cut anywhere
  await vi.waitFor(() => expect(statuses()).toEqual([200, 200]))
  const [, setUp] = client.events
  const session = (setUp?.kind === 'response' ? setUp.headers.get('session') : undefined)?.split(';')[0] ?? ''
  post.write(tunnelled('PLAY', relay.url, { cseq: '3', session }))
  await vi.waitFor(() => expect(client.events.filter(({ kind }) => kind === 'interleaved').length).toBeGreaterThan(20))
  post.write(tunnelled('TEARDOWN', relay.url, { cseq: '4', session }))
  await vi.waitFor(() => expect(statuses()).toEqual([200, 200, 200, 200]))
  expect(relay.log.find(({ msg }) => msg === 'RTSP session ended')).toMatchObject({
    transport: 'interleaved',
    viewer: '127.0.0.1',
  })
})

test('the POST may come first, end, and another one goes on', async (context) => {
  const { client, statuses } = await start(context)
  const first = client.openPost()
  const closed = once(first, 'close')
  first.end(options(1))
  await vi.waitFor(() => expect(first.bytesWritten).toBeGreaterThan(0))
  client.sendGet()
  await vi.waitFor(() => expect(statuses()).toEqual([200]))
  await closed
  client.openPost().write(options(2))
  await vi.waitFor(() => expect(statuses()).toEqual([200, 200]))
})

for (const first of ['GET', 'POST'] as const) {
  test(`a tunnel that began with its ${first} outlives the time in which its halves had to meet`, async (context) => {
    const { relay, client, statuses } = await start(context, 0.3)
    if (first === 'GET') client.sendGet()
    const post = client.openPost()
    post.write(options(1))
    if (first === 'POST') client.sendGet()
    await vi.waitFor(() => expect(statuses()).toEqual([200]))
    const lonely = new TunnelClient(relay.rtspPort, 'cookie-2')
    lonely.sendGet()
    await lonely.closed() // began later, and has had its time
    post.write(options(2))
    await vi.waitFor(() => expect(statuses()).toEqual([200, 200]))
  })
}

test('an end of the GET is an end of the tunnel, once all is answered', async (context) => {
  const { client, statuses } = await start(context)
  client.sendGet()
  const post = client.openPost()
  post.write(options(1))
  await vi.waitFor(() => expect(statuses()).toEqual([200]))
  client.get.end()
  await Promise.all([client.closed(), once(post.resume(), 'close')])
})

test('what is no base64 is answered 400, and ends its tunnel alone', async (context) => {
  const { relay, client, statuses } = await start(context)
  const other = new TunnelClient(relay.rtspPort, 'cookie-2')
  other.sendGet()
  const spoken = other.openPost()
  client.sendGet()
  const post = client.openPost()
  post.write('OPTIONS * RTSP/1.0')
  await Promise.all([client.closed(), once(post.resume(), 'close')])
  expect(statuses()).toEqual([400])
  spoken.write(options(1))
  await vi.waitFor(() => expect(other.events).toHaveLength(1))
})

test('half a tunnel goes after a while, and its cookie is free', async (context) => {
  const { relay, client } = await start(context, 0.2)
  client.sendGet()
  await client.closed()
  const post = new TunnelClient(relay.rtspPort, 'cookie-1').openPost()
  expect(await text(post)).toMatch(/^HTTP\/1\.0 408 .*No GET has come/s)
})

for (const { what, request, answer } of [
  {
    what: 'a browser',
    request: 'GET / HTTP/1.1\r\nHost: h\r\n\r\n',
    answer: /^HTTP\/1\.0 400 .*This port speaks RTSP/s,
  },
  {
    what: 'a body in chunks',
    request: 'POST / HTTP/1.1\r\nx-sessioncookie: x\r\nTransfer-Encoding: chunked\r\n\r\n',
    answer: /^HTTP\/1\.0 501 /,
  },
  {
    what: 'a second GET of one cookie',
    request: 'GET / HTTP/1.1\r\nx-sessioncookie: cookie-1\r\n\r\n',
    answer: /^HTTP\/1\.0 409 /,
  },
]) {
  test(`${what} is told why it is refused`, async (context) => {
    const { relay, client } = await start(context)
    client.sendGet()
    await vi.waitFor(() => expect(client.head).not.toBe(''))
    const stranger = openSocket(relay.rtspPort)
    stranger.write(request)
    expect(await text(stranger)).toMatch(answer)
  })
}

const AT_ONCE = 20 // they share cookies, too

test('the relay outlives any halves of tunnels, in any order, and forgets them', async (context) => {
  const limits = { pairSeconds: 0.05, idleSeconds: 1 }
  const relay = await startClipRelay(context, clip, { limits })
  const heads = ['GET / HTTP/1.0', 'POST / HTTP/1.1', 'GET / HTTP/9.9', 'POST rtsp://h/clip RTSP/1.0']
  const cookies = ['x-sessioncookie: a', 'x-sessioncookie: b', 'x-sessioncookie:', 'x-sessioncookie: ä', 'X: y']
  const bodies = [options(1), options(2).slice(0, 30), 'JA==', '====', '\xff', 'OPTIONS * RTSP/1.0\r\n\r\n', '']
  const half = fc
    .tuple(fc.constantFrom(...heads), fc.constantFrom(...cookies), fc.constantFrom(...bodies), fc.nat(200))
    .map(([head, cookie, body, cutBytes]) => {
      const whole = Buffer.from(`${head}\r\n${cookie}\r\n\r\n${body}`, 'latin1')
      return whole.subarray(0, Math.max(1, whole.length - Math.max(0, cutBytes - 100)))
    })
  const inputs = fc.sample(fc.array(half, { minLength: 1, maxLength: 4 }), { seed: 5, numRuns: fuzzRuns(1000) })
  for (let at = 0; at < inputs.length; at += AT_ONCE) {
    const sockets = inputs.slice(at, at + AT_ONCE).flatMap((halves) =>
      halves.map((bytes) => {
        const socket = openSocket(relay.rtspPort).resume()
        socket.end(bytes)
        return socket
      }),
    )
    await Promise.all(sockets.map((socket) => once(socket, 'close')))
  }
  const receiver = await startReceiver({ url: relay.url, jitterBufferMs: 200, userAgent: 'weir tests' })
  await receiver.close()
  expect(relay.log.filter(({ level }) => Number(level) >= 50)).toEqual([])
})
