import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { pino } from 'pino'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { WebSocket } from 'ws'
import type { ExtraOrigin, RealtimeRun } from '../../protocol/realtime-api.ts'
import { createApp } from '../app.ts'
import { Gate } from '../gate.ts'
import { Links } from '../links.ts'
import { OpenedSockets } from '../realtime/opened-sockets.ts'
import { RealtimeRuns } from '../realtime/realtime-runs.ts'
import { RunSockets } from '../realtime/run-sockets.ts'
import { realtimeRoutes } from './realtime.ts'

let server: Server
let host = ''
const links = new Links({ defaultProfile: { seed: 1, downlink: {} } })
const runs = new RealtimeRuns({ links, host: '127.0.0.1', publicUrl: undefined })
const sockets = new RunSockets(runs, 4)

beforeAll(async () => {
  const gate = new Gate({ host: '127.0.0.1', publicUrl: undefined, token: 'of the tests' }) // which no run needs
  const routes = [realtimeRoutes(runs, new OpenedSockets())]
  server = createServer(createApp({ gate, routes, logger: pino({ level: 'silent' }) }))
  server.on('upgrade', (request, socket, head) =>
    sockets.handleUpgrade(request, socket, head, request.url?.split('/').at(-1) ?? ''),
  )
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  host = `127.0.0.1:${(server.address() as AddressInfo).port}`
})
afterAll(() => {
  sockets.close()
  runs.close()
  links.close()
  server.close()
})

async function ask<Body>(method: string, path: string, body?: unknown) {
  const response = await fetch(`http://${host}${path}`, {
    method,
    headers: { 'Content-Type': 'application/json' },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  })
  const text = await response.text()
  return { status: response.status, body: (text === '' ? undefined : JSON.parse(text)) as Body }
}

const quiet = { eventsPerSecond: 0, eventBytes: 100, seed: 1 }

test('a run begins, is told of with its origins, changes, and ends with its links', async () => {
  const { status, body: run } = await ask<RealtimeRun>('POST', '/api/realtime', { ...quiet, preset: 'lossy' })
  expect([status, run.settings, run.newestSequence]).toEqual([201, quiet, 0])
  const { body: origins } = await ask<readonly ExtraOrigin[]>('GET', '/api/origins')
  expect(origins.filter((origin) => origin.run === run.id)).toHaveLength(9)
  expect(new Set(origins.map(({ port }) => port)).size).toBe(origins.length)
  const changed = await ask<RealtimeRun>('PATCH', `/api/realtime/${run.id}`, { eventBytes: 400 })
  expect(changed.body.settings).toEqual({ ...quiet, eventBytes: 400 })
  const linkIds = Object.values(run.ways).map(({ link }) => link ?? '')
  expect(linkIds.map((id) => links.has(id))).toEqual(Array(11).fill(true))
  expect((await ask('DELETE', `/api/realtime/${run.id}`)).status).toBe(204)
  expect((await ask('GET', `/api/realtime/${run.id}`)).status).toBe(404)
  expect(linkIds.some((id) => links.has(id))).toBe(false)
})

test('no more than four runs at once', async () => {
  const begun: string[] = []
  for (let run = 0; run < 4; run += 1) {
    begun.push((await ask<RealtimeRun>('POST', '/api/realtime', quiet)).body.id)
  }
  expect(await ask('POST', '/api/realtime', quiet)).toMatchObject({ status: 429, body: { code: 'too-many-requests' } })
  for (const id of begun) await ask('DELETE', `/api/realtime/${id}`)
})

test('who watches a run is told of it, and of its end', async () => {
  const { body: run } = await ask<RealtimeRun>('POST', '/api/realtime', quiet)
  const socket = new WebSocket(`ws://${host}/${run.id}`)
  const told = new Promise<RealtimeRun>((resolve) =>
    socket.once('message', (text: Buffer) => resolve(JSON.parse(text.toString()) as RealtimeRun)),
  )
  expect((await told).id).toBe(run.id)
  const closed = new Promise<number>((resolve) => socket.once('close', resolve))
  await ask('DELETE', `/api/realtime/${run.id}`)
  expect(await closed).toBe(1008)
})

const refused: readonly (readonly [method: string, path: string, body: unknown, code: string, detail: string])[] = [
  ['POST', '', { eventsPerSecond: 201 }, 'bad-request', 'eventsPerSecond must be a whole number from 0 to 200'],
  [
    'POST',
    '',
    { eventBytes: 99, seed: -1 },
    'bad-request',
    'eventBytes must be a whole number from 100 to 4000; seed must',
  ],
  ['POST', '', { events: 1 }, 'bad-request', 'Unrecognized key'],
  ['POST', '', [1], 'bad-request', 'Unrecognized key'],
  ['POST', '', { preset: 'none such' }, 'unknown-preset', 'got "none such"'],
  ['POST', '', { profile: { seed: 'x' } }, 'bad-profile', 'seed'],
  ['PATCH', '/ID', { seed: 2 }, 'bad-request', 'Unrecognized key'],
  ['POST', '/ID/away', { seconds: 31 }, 'bad-request', 'seconds must be a whole number from 1 to 30'],
  ['POST', '/ID/messages', { way: 'udp', id: '', text: '' }, 'bad-request', 'expected {"id"'],
  ['POST', '/ID/messages', { way: 'sms', id: '1', text: '' }, 'bad-request', 'way'],
  ['POST', '/ID/data-channel', {}, 'unsupported-media-type', 'application/sdp'],
  ['GET', '/nobody', undefined, 'unknown-run', 'nobody'],
]
for (const [method, path, body, code, detail] of refused) {
  test(`${method} /api/realtime${path} with ${JSON.stringify(body)} is refused with ${code}`, async () => {
    const { id } = (await ask<RealtimeRun>('POST', '/api/realtime', quiet)).body
    const answer = await ask<{ code: string; detail: string }>(method, `/api/realtime${path.replace('ID', id)}`, body)
    expect(answer.body.code).toBe(code)
    expect(answer.body.detail).toContain(detail)
    expect((await ask('DELETE', `/api/realtime/${id}`)).status).toBe(204) // it goes on as before
  })
}
