import { once } from 'node:events'
import { createServer } from 'node:http'
import { connect, type AddressInfo, type Socket } from 'node:net'
import { expect, test, type TestContext } from 'vitest'
import { inLongRun, matrix } from '../lab/test-support/long-run.ts'
import { patternBytes } from './test-support/link-server.ts'
import { startOriginServer, type OriginServerOptions } from './test-support/origin-server.ts'
import { RawHttp } from './test-support/raw-http.ts'

const BIG = 16_000_000 // more than the system's buffers of both ends take
const SHORT = 10_000
const files = { 'big.ts': Buffer.alloc(BIG), 'small.ts': patternBytes(1000), 'short.m3u8': '#'.repeat(SHORT) }

async function make(context: TestContext, limits: { idleMs: number; slowestBitsPerSecond: number }, hotBytes = 0) {
  const options: OriginServerOptions = { files, origin: { hotBytes, limits } }
  return startOriginServer(context, options)
}

/** A client that has asked, and reads nothing until it is told to. */
function askWithoutReading(context: TestContext, port: number, path: string, times = 1): Socket {
  const socket = connect(port, '127.0.0.1').pause()
  context.onTestFinished(() => void socket.destroy())
  socket.on('error', () => undefined)
  socket.write(`GET ${path} HTTP/1.1\r\nHost: a\r\n\r\n`.repeat(times))
  return socket
}

for (const [from, hotBytes] of matrix<[string, number]>([
  ['memory', 1_000_000_000],
  ['the disk', 0],
])) {
  test(`SlowAnswers ends an answer from ${from} of which nothing is taken, and no other`, async (context) => {
    const server = await make(context, { idleMs: 250, slowestBitsPerSecond: 1 }, hotBytes)
    const client = await RawHttp.open(context, server.port)
    const isHeated = (): boolean => hotBytes === 0 || server.origin.answers.memory > 0
    while (!isHeated()) await client.ask('/hls/v7/big.ts', ['Range: bytes=0-9'])
    askWithoutReading(context, server.port, '/hls/v7/big.ts')
    await expect.poll(() => server.origin.slowAnswers.ended, { timeout: 5000 }).toEqual({ idle: 1, total: 0 })
    await expect.poll(() => server.listener.openConnections).toBe(1)
    expect((await client.ask('/hls/v7/big.ts')).body.length).toBe(BIG)
  })
}

test('SlowAnswers ends a short answer of which nothing is taken, after many that the system’s buffers took', async (context) => {
  const { origin } = await make(context, { idleMs: 250, slowestBitsPerSecond: 1 }, 1_000_000_000)
  const server = createServer((request, response) => {
    const options = { path: '/hls/v7/short.m3u8', isCacheable: true, requestId: 'r' }
    if (!origin.answerHot(request, response, options)) void origin.answer(request, response, options)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  context.onTestFinished(() => void server.close())
  const { port } = server.address() as AddressInfo
  const client = await RawHttp.open(context, port)
  while (origin.answers.memory === 0) await client.ask('/')
  askWithoutReading(context, port, '/', BIG / SHORT)
  await expect.poll(() => origin.slowAnswers.ended, { timeout: 5000 }).toEqual({ idle: 1, total: 0 })
})

test('SlowAnswers ends an answer that is taken too slowly, though something is taken all the time', async (context) => {
  const server = await make(context, { idleMs: 500, slowestBitsPerSecond: BIG * 8 * 10 }) // a tenth of a second more
  const socket = askWithoutReading(context, server.port, '/hls/v7/big.ts')
  const reading = setInterval(() => socket.read(50_000), 20) // at most 2.5 MB/s, of what the system's buffers do not take
  context.onTestFinished(() => clearInterval(reading))
  await expect.poll(() => server.origin.slowAnswers.ended, { timeout: 5000 }).toEqual({ idle: 0, total: 1 })
  await expect.poll(() => server.listener.openConnections).toBe(0)
})

if (inLongRun)
  test('SlowAnswers leaves a connection alone between two answers', async (context) => {
    const server = await make(context, { idleMs: 200, slowestBitsPerSecond: 1 })
    const client = await RawHttp.open(context, server.port)
    await client.ask('/hls/v7/small.ts')
    const startedMs = performance.now()
    await expect.poll(() => performance.now() - startedMs).toBeGreaterThan(500)
    expect((await client.ask('/hls/v7/small.ts')).status).toBe(200)
    expect(server.origin.slowAnswers.ended).toEqual({ idle: 0, total: 0 })
  })
