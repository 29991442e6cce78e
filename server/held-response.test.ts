import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import express from 'express'
import { expect, test, vi, type TestContext } from 'vitest'
import { HeldResponse, requestBytesOf } from './held-response.ts'
import { RawHttp } from './test-support/raw-http.ts'

type Answer = (request: IncomingMessage, response: ServerResponse) => void

/** A server whose responses are held until the test lets bytes arrive. */
async function holding(context: TestContext, answer: Answer) {
  const way = { sentBytes: 0, ended: 0, hasRoom: true }
  const held: HeldResponse[] = []
  const server = createServer((request, response) => {
    held.push(
      new HeldResponse(response, {
        send: (bytes) => {
          way.sentBytes += bytes
          return way.hasRoom
        },
        end: () => void (way.ended += 1),
        taken: () => {},
      }),
    )
    answer(request, response)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  context.onTestFinished(() => void server.close())
  const client = await RawHttp.open(context, (server.address() as AddressInfo).port)
  return { way, held, client }
}

const answers: Readonly<Record<string, Answer>> = {
  'writeHead, then parts': (_request, response) => {
    response.writeHead(200, { 'Content-Length': 10 })
    response.write('01234')
    response.end('56789')
  },
  'end alone': (_request, response) => void response.end('whole'),
  'no body': (_request, response) => void response.writeHead(404, { 'Content-Length': 0 }).end(),
  'HEAD of something': (_request, response) => void response.writeHead(200, { 'Content-Length': 99 }).end(),
  'Express’s json': express().use((_request, response) => void response.json({ answer: 'é' })),
  'Express’s 404': express(),
}

for (const [name, answer] of Object.entries(answers)) {
  test(`HeldResponse counts just the bytes that come to the client: ${name}`, async (context) => {
    const { way, held, client } = await holding(context, answer)
    const asked = client.ask('/', [], name.startsWith('HEAD') ? 'HEAD' : 'GET')
    await vi.waitFor(() => expect(way.ended).toBe(1), { interval: 5 })
    expect(client.wireBytes).toBe(0)
    expect([held[0]?.arrive(way.sentBytes), held[0]?.isComplete]).toEqual([way.sentBytes, true])
    await asked
    expect(client.wireBytes).toBe(way.sentBytes)
  })
}

test('HeldResponse gives the client what has arrived, and no byte more', async (context) => {
  const { way, held, client } = await holding(context, answers['writeHead, then parts'] as Answer)
  const asked = client.ask('/')
  await vi.waitFor(() => expect(way.ended).toBe(1), { interval: 5 })
  expect(held[0]?.arrive(way.sentBytes - 4)).toBe(way.sentBytes - 4)
  await vi.waitFor(() => expect(client.wireBytes).toBe(way.sentBytes - 4), { interval: 5 })
  expect(held[0]?.isComplete).toBe(false)
  expect(held[0]?.arrive(100)).toBe(4) // the rest is of the next response
  expect((await asked).body.toString()).toBe('0123456789')
})

test('HeldResponse asks for a pause when the way does, and only its drain goes on', async (context) => {
  const written: (boolean | undefined)[] = []
  let drains = 0
  const { way, held, client } = await holding(context, (_request, response) => {
    response.on('drain', () => (drains += 1))
    written.push(response.write(Buffer.alloc(400_000)))
    way.hasRoom = false
    written.push(response.write(Buffer.alloc(400_000)))
  })
  void client.ask('/').catch(() => undefined)
  await vi.waitFor(() => expect(written).toEqual([true, false]), { interval: 5 })
  held[0]?.arrive(way.sentBytes) // more than a socket takes at once
  await vi.waitFor(() => expect(client.wireBytes).toBeGreaterThan(800_000), { interval: 5 })
  expect(drains).toBe(0)
  held[0]?.drain()
  expect(drains).toBe(1)
})

test('requestBytesOf counts the bytes of a request’s head', async (context) => {
  let counted = 0
  const { held, way, client } = await holding(context, (request, response) => {
    counted = requestBytesOf(request)
    response.end()
  })
  const asked = client.ask('/some/path?x=1', ['X-Long: 0123456789'])
  await vi.waitFor(() => expect(way.ended).toBe(1), { interval: 5 })
  held[0]?.arrive(way.sentBytes)
  await asked
  expect(counted).toBe(client.socket.bytesWritten)
})

test('isMidBodyAfter is true between the first and the last byte that was sent', async (context) => {
  const { way, held, client } = await holding(context, answers['writeHead, then parts'] as Answer)
  const asked = client.ask('/')
  await vi.waitFor(() => expect(way.ended).toBe(1), { interval: 5 })
  const headBytes = way.sentBytes - 10
  const response = held[0] as HeldResponse
  expect(response.isMidBodyAfter(headBytes)).toBe(false) // nothing has come yet
  response.arrive(headBytes + 4)
  expect([1, 5, 6].map((bytes) => response.isMidBodyAfter(bytes))).toEqual([true, true, false])
  response.arrive(6)
  await asked
})
