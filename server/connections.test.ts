import { once } from 'node:events'
import { connect } from 'node:net'
import { expect, test, type TestContext } from 'vitest'
import type { ConnectionLimit } from './connections.ts'
import { startOriginServer } from './test-support/origin-server.ts'
import { RawHttp } from './test-support/raw-http.ts'

const start = (context: TestContext, connectionLimit: ConnectionLimit) =>
  startOriginServer(context, { files: { 'a.ts': 'a' }, connectionLimit })

test('Connections answers 429 to the first request of one beyond, and lets it in when another has gone', async (context) => {
  const server = await start(context, { perAddress: 2, beyond: 'answer' })
  const clients = [await RawHttp.open(context, server.port), await RawHttp.open(context, server.port)]
  const third = await RawHttp.open(context, server.port)
  const { status, head } = await third.ask('/hls/v7/a.ts')
  expect([status, /retry-after: 10/i.test(head), /connection: close/i.test(head)]).toEqual([429, true, true])
  expect((await clients[0]!.ask('/hls/v7/a.ts')).status).toBe(200)
  expect(server.listener.refusedConnections).toBe(1)
  clients[1]!.socket.destroy()
  await expect.poll(() => server.listener.openConnections).toBe(1)
  expect((await (await RawHttp.open(context, server.port)).ask('/hls/v7/a.ts')).status).toBe(200)
})

for (const { name, limit, open } of [
  { name: 'one beyond at once where it is to be refused', limit: { perAddress: 2, beyond: 'refuse' }, open: 2 },
  { name: 'those beyond twice as many', limit: { perAddress: 1, beyond: 'answer' }, open: 2 },
] as const) {
  test(`Connections closes ${name}`, async (context) => {
    const server = await start(context, limit)
    for (let count = 0; count < open; count += 1) await RawHttp.open(context, server.port)
    const one = connect(server.port, '127.0.0.1')
    one.on('error', () => undefined)
    await once(one, 'close')
    expect(server.listener.openConnections).toBe(open)
  })
}

test('Connections ends one that sends requests without end before any is answered', async (context) => {
  const server = await startOriginServer(context, { files: { 'big.ts': Buffer.alloc(20_000_000) } })
  const one = connect(server.port, '127.0.0.1').resume()
  one.on('error', () => undefined)
  one.write('GET /hls/v7/big.ts HTTP/1.1\r\nHost: a\r\n\r\n'.repeat(66))
  await once(one, 'close')
  expect(one.bytesRead).toBe(0)
})
