import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { pino } from 'pino'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { WebSocket } from 'ws'
import type { ServerEvent } from '../protocol/weir-api.ts'
import { EventLog } from './event-log.ts'
import { EventSockets, type FeedEvent } from './event-sockets.ts'
import { Links } from './links.ts'

let server: Server
let address = ''
const log = new EventLog<FeedEvent>(100)
const links = new Links({ defaultProfile: { seed: 1, downlink: {} }, onNotice: (notice) => log.append(notice) })
const sockets = new EventSockets({
  log,
  addresses: { publicUrl: undefined, rtspPort: 8554 },
  connectionsPerAddress: 4,
  logger: pino({ level: 'silent' }),
})

beforeAll(async () => {
  server = createServer().on('upgrade', (request, socket, head) => sockets.handleUpgrade(request, socket, head))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  address = `ws://127.0.0.1:${(server.address() as AddressInfo).port}/api/events/ws`
})
afterAll(() => {
  links.close()
  sockets.close()
  server.close()
})

type Told = ServerEvent & { readonly sequence: number }

async function follow(query = ''): Promise<readonly Told[]> {
  const told: Told[] = []
  const socket = new WebSocket(address + query)
  socket.on('message', (text: Buffer) => told.push(JSON.parse(text.toString()) as Told))
  await new Promise((resolve) => socket.once('open', resolve))
  return told
}

test('/api/events/ws tells what happens to links, in its order, and again to who comes later with a cursor', async () => {
  const told = await follow()
  const { id } = links.create({ seed: 7, downlink: {} })
  links.patch(id, { seed: 8 })
  links.restart(id)
  links.remove(id)
  const events = ['link-created', 'link-changed', 'link-restarted', 'link-removed'].map((kind, index) => ({
    sequence: index + 1,
    kind,
    id,
  }))
  await expect.poll(() => told).toEqual(events)
  const later = await follow('?since=2')
  await expect.poll(() => later).toEqual(events.slice(2))
})

test('/api/events/ws?since=now begins with the cursor, so that who comes back loses nothing', async () => {
  const told = await follow('?since=now')
  await expect.poll(() => told).toEqual([{ sequence: log.lastSequence, kind: 'cursor' }])
  const cursor = log.lastSequence
  const { id } = links.create({ seed: 7, downlink: {} })
  const later = await follow(`?since=${cursor}`)
  await expect.poll(() => later).toEqual([{ sequence: cursor + 1, kind: 'link-created', id }])
})
