import { connect, type Socket } from 'node:net'
import { expect, test, type TestContext } from 'vitest'
import { patternBytes } from './test-support/link-server.ts'
import { startOriginServer, type OriginServerOptions } from './test-support/origin-server.ts'
import { RawHttp } from './test-support/raw-http.ts'

const BIG = 16_000_000 // more than the system's buffers of both ends take
const files = { 'big.ts': Buffer.alloc(BIG), 'small.ts': patternBytes(1000) }

async function make(context: TestContext, limits: { idleMs: number; slowestBitsPerSecond: number }, hotBytes = 0) {
  const options: OriginServerOptions = { files, origin: { hotBytes, limits } }
  return startOriginServer(context, options)
}

/** A client that has asked, and reads nothing until it is told to. */
function askWithoutReading(context: TestContext, port: number, path: string): Socket {
  const socket = connect(port, '127.0.0.1').pause()
  context.onTestFinished(() => void socket.destroy())
  socket.on('error', () => undefined)
  socket.write(`GET ${path} HTTP/1.1\r\nHost: a\r\n\r\n`)
  return socket
}

for (const [from, hotBytes] of [
  ['the disk', 0],
  ['memory', 1_000_000_000],
] as const) {
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

test('SlowAnswers ends an answer that is taken too slowly, though something is taken all the time', async (context) => {
  const server = await make(context, { idleMs: 500, slowestBitsPerSecond: BIG * 8 * 10 }) // a tenth of a second more
  const socket = askWithoutReading(context, server.port, '/hls/v7/big.ts')
  const reading = setInterval(() => socket.read(50_000), 20) // at most 2.5 MB/s, of what the system's buffers do not take
  context.onTestFinished(() => clearInterval(reading))
  await expect.poll(() => server.origin.slowAnswers.ended, { timeout: 5000 }).toEqual({ idle: 0, total: 1 })
  await expect.poll(() => server.listener.openConnections).toBe(0)
})

test('SlowAnswers leaves a connection alone between two answers', async (context) => {
  const server = await make(context, { idleMs: 200, slowestBitsPerSecond: 1 })
  const client = await RawHttp.open(context, server.port)
  await client.ask('/hls/v7/small.ts')
  const startedMs = performance.now()
  await expect.poll(() => performance.now() - startedMs).toBeGreaterThan(500)
  expect((await client.ask('/hls/v7/small.ts')).status).toBe(200)
  expect(server.origin.slowAnswers.ended).toEqual({ idle: 0, total: 0 })
})
