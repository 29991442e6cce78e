import { request as ask } from 'node:http'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { EventLog } from '../event-log.ts'
import { httpAnswers, httpWay } from './http-way.ts'
import { WayCounters } from './way-counters.ts'
import { WayGate } from './way-gate.ts'
import { WayListener } from './way-listener.ts'
import { Refusal } from '../refusal.ts'

const PAGE = 'localhost:8080'
let log: EventLog<string>
let counters: WayCounters
let listener: WayListener
let said: string[]

beforeEach(async () => {
  log = new EventLog<string>(3)
  counters = new WayCounters()
  said = []
  const onMessage = (text: string): void => {
    if (text === '') throw new Refusal('bad-request', 'expected something')
    said.push(text)
  }
  const way = httpWay(httpAnswers['long-polling'], { log, counters, gate: new WayGate(PAGE), onMessage })
  listener = new WayListener({ host: '127.0.0.1', counters, link: undefined, onConnection: way.take })
  await listener.open()
})
afterEach(() => listener.close())

type Answer = { readonly status: number; readonly allowed: string | undefined; readonly body: string }

function send(method: string, path: string, headers: Record<string, string> = {}, body = ''): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const asked = ask({
      port: listener.port,
      method,
      path,
      headers: { Host: `localhost:${listener.port}`, ...headers },
    })
    asked.on('error', reject)
    asked.on('response', (response) => {
      let text = ''
      response.setEncoding('utf8').on('data', (part: string) => (text += part))
      response.on('end', () =>
        resolve({
          status: response.statusCode ?? 0,
          allowed: response.headers['access-control-allow-origin'],
          body: text,
        }),
      )
    })
    asked.end(body)
  })
}

test('a poll gives what is kept after the cursor, and the next cursor', async () => {
  for (const text of ['1', '2', '3', '4']) log.append(text)
  expect((await send('GET', '/events?since=2')).body).toBe('{"sequence":4,"events":[3,4]}')
  expect((await send('GET', '/events?since=0')).body).toBe('{"sequence":4,"events":[2,3,4]}') // 1 is gone
  expect((await send('GET', '/events')).body).toBe('{"sequence":4,"events":[]}')
  expect(counters.read()).toMatchObject({ requests: 3, emptyResponses: 1, sentEvents: 5, payloadBytes: 5 })
})

test('a long poll waits for the next event, and not longer than it was told to', async () => {
  let isAnswered = false
  const answer = send('GET', '/events?since=0&wait=5').finally(() => (isAnswered = true))
  await expect.poll(() => counters.read().requests).toBe(1)
  expect(isAnswered).toBe(false)
  log.append('1')
  expect((await answer).body).toBe('{"sequence":1,"events":[1]}')
  expect((await send('GET', '/events?since=1&wait=0.1')).body).toBe('{"sequence":1,"events":[]}')
})

const callers: readonly (readonly [name: string, headers: Record<string, string>, status: number])[] = [
  ['the page', { Origin: `http://${PAGE}` }, 200],
  ['a program', {}, 200],
  ['a page of another port', { Origin: 'http://localhost:9999' }, 403],
  ['a page of another name', { Origin: 'http://evil.example' }, 403],
  ['who calls this machine by another name', { Host: 'evil.example' }, 403],
]
for (const [name, headers, status] of callers) {
  test(`${name} is answered ${status}`, async () => {
    const answer = await send('GET', '/events', headers)
    expect(answer.status).toBe(status)
    expect(answer.allowed).toBe(status === 200 ? headers['Origin'] : undefined)
  })
}

test('messages come in whole; what is none, too long, or elsewhere is refused, and nothing else suffers', async () => {
  expect((await send('POST', '/messages', {}, 'hello')).status).toBe(204)
  expect(said).toEqual(['hello'])
  expect((await send('POST', '/messages')).status).toBe(400)
  await expect(send('POST', '/messages', {}, 'x'.repeat(100_000))).rejects.toThrow()
  expect((await send('GET', '/elsewhere')).status).toBe(404)
  expect((await send('GET', '/now')).status).toBe(204)
  expect(said).toEqual(['hello'])
})
