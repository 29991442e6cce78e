import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { pino } from 'pino'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createApp } from '../app.ts'
import { EventLog } from '../event-log.ts'
import type { FeedEvent } from '../event-sockets.ts'
import { Gate } from '../gate.ts'
import { PlacesByAddress } from '../places-by-address.ts'
import { eventRoutes } from './events.ts'

const FIRST = 1001
const log = new EventLog<FeedEvent>(3, FIRST - 1)
let server: Server
let address = ''

const linkEvent = (id: string): FeedEvent => ({ kind: 'link-created', id })
const told = (sequence: number, id: string) => ({ sequence, kind: 'link-created', id })

beforeAll(async () => {
  const gate = new Gate({ host: '127.0.0.1', publicUrl: undefined, token: undefined })
  const places = new PlacesByAddress(2, 'of the tests')
  const routes = [eventRoutes({ log, addresses: { publicUrl: undefined, rtspPort: 8554 }, places })]
  server = createServer(createApp({ gate, routes, logger: pino({ level: 'silent' }) }))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  address = `http://127.0.0.1:${(server.address() as AddressInfo).port}/api/events`
  for (const id of ['a', 'b', 'c', 'd']) log.append(linkEvent(id)) // the first one is gone
})
afterAll(() => void server.close())

const poll = async (query: string): Promise<unknown> => (await fetch(address + query)).json()

test('GET /api/events gives what has happened since the cursor', async () => {
  expect(await poll('?since=1003')).toEqual({ sequence: 1004, events: [told(1004, 'd')] })
  expect(await poll('?since=1004')).toEqual({ sequence: 1004, events: [] })
})

test('GET /api/events tells at once where the feed stands to who has no cursor that fits', async () => {
  expect(await poll('?since=now&wait=25')).toEqual({ sequence: 1004, events: [] })
  expect(await poll('?since=9999&wait=25')).toEqual({ sequence: 1004, events: [] })
  expect(await poll('?since=5')).toEqual({
    sequence: 1004,
    events: [told(1002, 'b'), told(1003, 'c'), told(1004, 'd')],
  })
})

test('GET /api/events waits when it is asked to, for the next event', async () => {
  const waiting = poll('?since=1004&wait=10')
  setTimeout(() => log.append(linkEvent('e')), 50)
  expect(await waiting).toEqual({ sequence: 1005, events: [told(1005, 'e')] })
})

/** The beginning of a stream, up to its first data; it goes on until it is ended. */
async function openStream(query: string, headers: Record<string, string> = {}) {
  const ending = new AbortController()
  const response = await fetch(address + query, {
    headers: { Accept: 'text/event-stream', ...headers },
    signal: ending.signal,
  })
  const reader = response.body!.pipeThrough(new TextDecoderStream()).getReader()
  let text = ''
  while (response.ok && !text.includes('data:')) text += (await reader.read()).value
  return { status: response.status, text, end: () => ending.abort() }
}

test('GET /api/events streams, and goes on after the id that a browser had last; so many at once from one address', async () => {
  const last = `id: 1005\ndata: ${JSON.stringify(told(1005, 'e'))}\n\n`
  const first = await openStream('?since=1004')
  const second = await openStream('?since=1', { 'Last-Event-ID': '1004' })
  expect([first.text.endsWith(last), second.text.endsWith(last)]).toEqual([true, true])
  expect((await openStream('')).status).toBe(429)
  first.end()
  second.end()
  await expect
    .poll(async () => {
      const { text, end } = await openStream('?since=now')
      end()
      return text
    })
    .toContain('data: {"sequence":1005,"kind":"cursor"}')
})
