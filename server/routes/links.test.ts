import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { pino } from 'pino'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { linkPresets } from '../../link/presets.ts'
import { createApp } from '../app.ts'
import { Gate } from '../gate.ts'
import { Links } from '../links.ts'
import { linkRoutes } from './links.ts'

let server: Server
let address = ''
const links = new Links({ defaultProfile: { seed: 1, downlink: {} } })

beforeAll(async () => {
  const gate = new Gate({ host: '127.0.0.1', publicUrl: undefined, token: undefined })
  server = createServer(createApp({ gate, routes: [linkRoutes(links)], logger: pino({ level: 'silent' }) }))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  address = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
})
afterAll(() => {
  links.close()
  server.close()
})

async function ask(method: string, path: string, body?: unknown) {
  const response = await fetch(address + path, {
    method,
    headers: { 'Content-Type': 'application/json' },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  })
  const text = await response.text()
  return {
    status: response.status,
    location: response.headers.get('Location'),
    body: text === '' ? undefined : JSON.parse(text),
  }
}

test('a viewer makes a link of his own without the token, and does not change the default one', async (context) => {
  const guarded = new Gate({ host: '127.0.0.1', publicUrl: undefined, token: 'token-of-the-tests' })
  const app = createApp({ gate: guarded, routes: [linkRoutes(links)], logger: pino({ level: 'silent' }) })
  const own = createServer(app)
  await new Promise<void>((resolve) => own.listen(0, '127.0.0.1', resolve))
  context.onTestFinished(() => void own.close())
  const url = `http://127.0.0.1:${(own.address() as AddressInfo).port}/api/links`
  const asked = { headers: { 'Content-Type': 'application/json' }, body: '{"preset":"slow"}' }
  const statusOf = async (method: string, path: string): Promise<number> =>
    (await fetch(url + path, { method, ...asked })).status
  expect([await statusOf('POST', ''), await statusOf('PATCH', '/default')]).toEqual([201, 401])
})

test('GET /api/link-presets lists name, title, source of the numbers and profile', async () => {
  const { status, body } = await ask('GET', '/api/link-presets')
  expect([status, body]).toEqual([200, linkPresets])
})

test('POST /api/links makes a link of a preset, GET tells it, PATCH changes it, DELETE removes it', async () => {
  const made = await ask('POST', '/api/links', { preset: 'slow' })
  expect(made).toMatchObject({ status: 201, location: `/api/links/${made.body.id}` })
  const path = `/api/links/${made.body.id}`
  expect((await ask('GET', path)).body).toMatchObject({
    profile: { name: 'slow' },
    udp: { downlink: { acceptedPackets: 0 } },
  })
  const patched = await ask('PATCH', path, { downlink: { rateBitsPerSecond: null } })
  expect(patched.body.profile.downlink).toEqual({ queueMs: 200, oneWayDelayMs: 20 })
  expect((await ask('POST', `${path}/restart`)).status).toBe(200)
  expect((await ask('DELETE', path)).status).toBe(204)
  expect(await ask('GET', path)).toMatchObject({ status: 404, body: { code: 'unknown-link' } })
})

const refused: [method: string, path: string, body: unknown, status: number, code: string][] = [
  ['POST', '/api/links', {}, 400, 'bad-request'],
  ['POST', '/api/links', { preset: 'moon' }, 404, 'unknown-preset'],
  ['POST', '/api/links', { profile: { downlink: { speed: 1 } } }, 400, 'bad-profile'],
  ['PATCH', '/api/links/default', { seed: 'x' }, 400, 'bad-profile'],
  ['PATCH', '/api/links/none', {}, 404, 'unknown-link'],
  ['POST', '/api/links/none/restart', undefined, 404, 'unknown-link'],
  ['DELETE', '/api/links/default', undefined, 409, 'fixed-link'],
]
for (const [method, path, body, status, code] of refused) {
  test(`${method} ${path} with ${JSON.stringify(body)} answers ${status} ${code}`, async () => {
    expect(await ask(method, path, body)).toMatchObject({ status, body: { code } })
  })
}

test('POST /api/links takes a trace of 100,000 opportunities, and nothing beyond 1 MB', async () => {
  const linkOf = (opportunities: number) => {
    const trace = Array.from({ length: opportunities }, (_, index) => index)
    return ask('POST', '/api/links', { profile: { downlink: { trace } } })
  }
  expect((await linkOf(100_000)).status).toBe(201)
  expect((await linkOf(200_000)).status).toBe(413)
})

test('a refused profile is told with everything that is wrong with it', async () => {
  const { body } = await ask('POST', '/api/links', { profile: { seed: -1, downlink: { queueMs: '1s' } } })
  expect(body.detail).toBe(
    'profile.seed must be a whole number from 0 to 4294967295, got -1; ' +
      'profile.downlink.queueMs must be a number from 1 to 10000, got "1s"',
  )
})
