import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { pino } from 'pino'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { readRecord } from '../../stream/run-record.ts'
import { createApp } from '../app.ts'
import { Gate } from '../gate.ts'
import { Links } from '../links.ts'
import { PlacesByAddress } from '../places-by-address.ts'
import { RtpThroughLink } from '../rtp-through-link.ts'
import { linkRecordRoutes } from './link-record.ts'

let server: Server
let address = ''
const links = new Links({ defaultProfile: { seed: 1, downlink: {} } })

beforeAll(async () => {
  const gate = new Gate({ host: '127.0.0.1', publicUrl: undefined, token: undefined })
  const places = new PlacesByAddress(8, 'records at once')
  const routes = [linkRecordRoutes({ links, places, versions: { weir: '0.1.0' } })]
  server = createServer(createApp({ gate, routes, logger: pino({ level: 'silent' }) }))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  address = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
})
afterAll(() => {
  links.close()
  server.closeAllConnections()
  server.close()
})

const profile = { seed: 7, downlink: { rateBitsPerSecond: 1_000_000, oneWayDelayMs: 200 } }

test('GET /api/links/:id/record.jsonl tells head, rates, changes and every packet, and ends when the link begins anew', async () => {
  const { id } = links.create(profile)
  const response = await fetch(`${address}/api/links/${id}/record.jsonl`)
  const lane = new RtpThroughLink(links.find(id), { sink: { send: () => {}, close: () => {} }, onDropped: () => {} })
  lane.send('rtp', 0, new Uint8Array(972), performance.now())
  links.patch(id, { downlink: { rateBitsPerSecond: null } })
  await expect.poll(() => links.get(id).udp.downlink.deliveredPackets).toBe(1)
  links.restart(id)
  lane.send('rtp', 0, new Uint8Array(972), performance.now())
  const record = readRecord(await response.text())
  if (!record.ok) throw new Error(JSON.stringify(record.fault))
  const { head, events } = record.value
  expect(head).toMatchObject({ seed: 7, scenario: { link: id, profile }, versions: { weir: '0.1.0' } })
  expect(events.map(({ kind }) => kind)).toEqual([
    ...Array<string>(4).fill('rate-set'),
    'clock',
    'packet-accepted',
    'network-changed',
    ...Array<string>(4).fill('rate-set'),
    'packet-delivered',
  ])
  expect(events[0]).toEqual({ kind: 'rate-set', atMs: 0, lane: 'tcp', direction: 'down', rateBitsPerSecond: 1_000_000 })
  expect(events[5]).toMatchObject({ atMs: 0, lane: 'udp', direction: 'down', traffic: 'rtp', sizeBytes: 1000 })
  lane.close()
})

test('a record that was opened before the first packet goes on over a restart, and ends with its link', async () => {
  const { id } = links.create(profile)
  const response = await fetch(`${address}/api/links/${id}/record.jsonl`)
  links.restart(id)
  const lane = new RtpThroughLink(links.find(id), { sink: { send: () => {}, close: () => {} }, onDropped: () => {} })
  lane.send('rtp', 0, new Uint8Array(972), performance.now())
  links.remove(id)
  expect(await response.text()).toMatch(/"kind":"packet-accepted"/)
  lane.close()
})

test('GET /api/links/:id/record.jsonl answers 404 unknown-link, and 429 for the ninth record from one address', async () => {
  expect((await fetch(`${address}/api/links/none/record.jsonl`)).status).toBe(404)
  const ending = new AbortController()
  const path = `${address}/api/links/default/record.jsonl`
  for (let count = 1; count <= 8; count += 1) await fetch(path, { signal: ending.signal })
  const ninth = await fetch(path)
  expect([ninth.status, ((await ninth.json()) as { code: string }).code]).toEqual([429, 'too-many-requests'])
  ending.abort()
  await expect.poll(async () => (await fetch(path)).status).toBe(200)
})
