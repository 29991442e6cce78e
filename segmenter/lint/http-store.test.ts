import { once } from 'node:events'
import { createServer, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { expect, test, type TestContext } from 'vitest'
import { httpStore } from './http-store.ts'

const body = Buffer.from(Array.from({ length: 3000 }, (_, index) => index % 251))

/** A server that knows no ranges. */
async function serve(context: TestContext, answer: (response: ServerResponse) => void): Promise<URL> {
  const server = createServer((_, response) => answer(response))
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  context.onTestFinished(() => void server.close())
  context.onTestFinished(() => server.closeAllConnections())
  return new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}/file.ts`)
}

const store = () => httpStore({ timeoutMs: 5000, maxRequests: 10, maxRedirects: 2 }, 'weir tests')

test('httpStore cuts a range out of a whole answer', async (context) => {
  const url = await serve(context, (response) => response.end(body))
  const range = { offsetBytes: 1000, lengthBytes: 20 }
  const read = await store().read(url, { maxBytes: 100, range })
  expect(read).toMatchObject({ ok: true, status: 200 })
  expect(read.ok && Buffer.from(read.bytes)).toEqual(body.subarray(1000, 1020))
})

test('httpStore waits for nothing behind the range', async (context) => {
  const url = await serve(context, (response) => void response.write(body)) // and never ends
  const read = await store().read(url, { maxBytes: 100, range: { offsetBytes: 2000, lengthBytes: 20 } })
  expect(read).toMatchObject({ ok: true, wholeBytes: undefined })
  expect(read.ok && Buffer.from(read.bytes)).toEqual(body.subarray(2000, 2020))
})

test('httpStore keeps no more than it may, and knows the size of what it read to its end', async (context) => {
  const url = await serve(context, (response) => response.end(body))
  const rest = { offsetBytes: 2990, lengthBytes: Infinity }
  expect(await store().read(url, { maxBytes: 100, range: rest })).toMatchObject({ ok: true, wholeBytes: 3000 })
  expect(await store().read(url, { maxBytes: 100, range: { ...rest, offsetBytes: 2800 } })).toEqual({
    ok: false,
    why: 'larger than the limit of 100 bytes',
  })
  expect(await store().read(url, { maxBytes: 2999 })).toMatchObject({ ok: false })
})
