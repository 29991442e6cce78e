import { createServer as createSecureServer } from 'node:https'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { gzipSync } from 'node:zlib'
import { expect, test, type TestContext } from 'vitest'
import { HttpGetter, type GetOptions } from './http-get.ts'
import { makeCertificate } from './test-support/certificate.ts'

type Serve = (request: IncomingMessage, response: ServerResponse) => void

/** A server, and a getter; `get` fills in what a test does not care for. */
async function open(context: TestContext, serve: Serve) {
  const connections = new Set<unknown>()
  const server = createServer((request, response) => {
    connections.add(request.socket)
    serve(request, response)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const getter = new HttpGetter({ userAgent: 'weir tests' })
  context.onTestFinished(() => {
    getter.close()
    server.closeAllConnections()
    server.close()
  })
  const get = (path: string, options: Partial<GetOptions> = {}) =>
    getter.get(new URL(path, base), { maxBytes: 1000, timeoutMs: 5000, keepsBody: true, ...options })
  return { get, connections, server }
}

test('HttpGetter asks one after the other over one connection, however many are asked for at once', async (context) => {
  let under = 0
  const { get, connections } = await open(context, (_request, response) => {
    under += 1
    expect(under).toBe(1)
    setImmediate(() => {
      under -= 1
      response.end('abc')
    })
  })
  const got = await Promise.all([get('/a'), get('/b'), get('/c')])
  expect(got.map(({ body, sizeBytes }) => [Buffer.from(body).toString(), sizeBytes])).toEqual(Array(3).fill(['abc', 3]))
  expect(connections.size).toBe(1)
})

test('HttpGetter follows redirects to where they lead, and no more than five', async (context) => {
  const { get } = await open(context, ({ url = '' }, response) => {
    const left = Number(/^\/hop\/(\d+)$/.exec(url)?.[1] ?? 0)
    if (left === 0) return void response.end('there')
    response.writeHead(307, { Location: left === 1 ? '/x/end' : `${left - 1}` }).end()
  })
  expect((await get('/hop/5')).url.pathname).toBe('/x/end')
  await expect(get('/hop/6')).rejects.toMatchObject({ kind: 'bad-redirect' })
})

test('HttpGetter reads gzip, of which the limit holds too', async (context) => {
  const { get } = await open(context, ({ url }, response) => {
    response
      .writeHead(200, { 'Content-Encoding': 'gzip' })
      .end(gzipSync(Buffer.alloc(url === '/bomb' ? 1_000_000 : 900, 65)))
  })
  const { body, sizeBytes } = await get('/')
  expect([body.length, sizeBytes < 100]).toEqual([900, true])
  await expect(get('/bomb', { maxBytes: 5000 })).rejects.toMatchObject({ kind: 'too-large' })
})

test('HttpGetter asks for a range, and of a server that knows none waits for no more than its end', async (context) => {
  const asked: (string | undefined)[] = []
  const { get } = await open(context, (request, response) => {
    asked.push(request.headers.range)
    if (request.url === '/ranges') return void response.writeHead(206).end(Buffer.alloc(50))
    response.writeHead(200).write(Buffer.alloc(150)) // and nothing more for ever
  })
  const range = { offsetBytes: 100, lengthBytes: 50 }
  expect(await get('/ranges', { range })).toMatchObject({ sizeBytes: 50 })
  expect(await get('/all', { range })).toMatchObject({ sizeBytes: 150 })
  expect(asked).toEqual(['bytes=100-149', 'bytes=100-149'])
})

test('HttpGetter tells how far it is, and of how much', async (context) => {
  const { get } = await open(context, (_request, response) => {
    response.writeHead(200, { 'Content-Length': '6' })
    response.write('abc')
    setImmediate(() => response.end('def'))
  })
  const told: [number, number | undefined][] = []
  const { body, askedMs, firstByteMs, endMs } = await get('/', {
    keepsBody: false,
    onBytes: (bodyBytes, _nowMs, totalBytes) => void told.push([bodyBytes, totalBytes]),
  })
  expect(told.at(-1)).toEqual([6, 6])
  expect(body.length).toBe(0)
  expect([firstByteMs >= askedMs, endMs >= firstByteMs]).toEqual([true, true])
})

test('HttpGetter says why nothing came, or not all of it', async (context) => {
  const { get } = await open(context, ({ url, socket }, response) => {
    if (url === '/404') return void response.writeHead(404).end()
    if (url === '/large') return void response.end(Buffer.alloc(2000))
    if (url === '/silent') return
    response.writeHead(200, { 'Content-Length': '900' }).write('abc')
    if (url === '/half') setTimeout(() => socket.destroy(), 20)
  })
  await expect(get('/404')).rejects.toMatchObject({ kind: 'status', status: 404, message: 'status 404' })
  await expect(get('/large')).rejects.toMatchObject({ kind: 'too-large' })
  await expect(get('/half')).rejects.toMatchObject({ kind: 'network', sizeBytes: 3 })
  await expect(get('/silent', { timeoutMs: 50 })).rejects.toMatchObject({ kind: 'time-out', sizeBytes: 0 })
  await expect(get('/slow', { timeoutMs: 50 })).rejects.toMatchObject({ kind: 'time-out', sizeBytes: 3 })
  await expect(get('file:///etc/passwd')).rejects.toMatchObject({ kind: 'bad-redirect' })
})

test('HttpGetter closes the connection behind what is given up, and asks on over another', async (context) => {
  const { get, connections } = await open(context, ({ url }, response) => {
    if (url === '/') return void response.end('abc')
    response.writeHead(200, { 'Content-Length': '900' }).write('abc')
  })
  await get('/')
  const stop = new AbortController()
  await expect(get('/long', { signal: stop.signal, onBytes: () => stop.abort() })).rejects.toMatchObject({
    kind: 'cancelled',
    sizeBytes: 3,
  })
  await get('/')
  expect(connections.size).toBe(2)
  await expect(get('/', { signal: stop.signal })).rejects.toMatchObject({ kind: 'cancelled' })
})

test('HttpGetter asks again over a new connection where the kept one was closed as it asked', async (context) => {
  let requests = 0
  const { get, connections } = await open(context, ({ socket }, response) => {
    requests += 1
    if (requests === 2) return void socket.resetAndDestroy()
    response.end('abc')
  })
  await get('/')
  expect(Buffer.from((await get('/')).body).toString()).toBe('abc')
  expect([requests, connections.size]).toEqual([3, 2])
})

test('HttpGetter takes a certificate that nobody vouches for only when it is told to', async (context) => {
  const { certificate: cert, key } = makeCertificate(context)
  const server = createSecureServer({ cert, key }, (_request, response) => void response.end('abc'))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  context.onTestFinished(() => void server.close())
  const url = new URL(`https://127.0.0.1:${(server.address() as AddressInfo).port}/`)
  const options = { maxBytes: 10, timeoutMs: 5000, keepsBody: true }
  const [careful, trusting] = [false, true].map(
    (acceptsAnyCertificate) => new HttpGetter({ userAgent: 'weir tests', acceptsAnyCertificate }),
  )
  await expect(careful?.get(url, options)).rejects.toMatchObject({
    kind: 'network',
    message: 'DEPTH_ZERO_SELF_SIGNED_CERT (--insecure takes it all the same)',
  })
  expect(await trusting?.get(url, options)).toMatchObject({ sizeBytes: 3 })
  careful?.close()
  trusting?.close()
})
