import { once } from 'node:events'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import type { LinkProfile } from '../link/profile.ts'
import type { LinkSummary } from '../protocol/weir-api.ts'
import { LinkSummarySockets } from './link-summary-sockets.ts'
import { Links } from './links.ts'
import { openUpgradeServer, type UpgradeServer } from './test-support/upgrade-server.ts'

let links: Links
let sockets: LinkSummarySockets
let server: UpgradeServer

beforeEach(async () => {
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] })
  links = new Links({ defaultProfile: { seed: 7, downlink: {} } })
  sockets = new LinkSummarySockets({ links, connectionsPerAddress: 1 })
  server = await openUpgradeServer(sockets.handleUpgrade.bind(sockets))
})
afterEach(() => {
  sockets.close()
  links.close()
  server.close()
  vi.useRealTimers()
})

test('WebSocket /api/links/:id/ws tells the link’s summary at once, and as it is each second, until it has gone', async () => {
  const { id } = links.create({ seed: 1, downlink: {} })
  const socket = server.open(id)
  const told: LinkSummary<LinkProfile>[] = []
  socket.on('message', (text: Buffer) => told.push(JSON.parse(text.toString()) as LinkSummary<LinkProfile>))
  await expect.poll(() => told.length).toBe(1)
  expect(told[0]).toEqual(JSON.parse(JSON.stringify(links.get(id))))

  links.patch(id, { seed: 2 })
  vi.advanceTimersByTime(999)
  vi.advanceTimersByTime(1)
  await expect.poll(() => told.map(({ profile }) => profile.seed)).toEqual([1, 2])

  const closed = once(socket, 'close')
  links.remove(id)
  vi.advanceTimersByTime(1000)
  const [code, reason] = (await closed) as [number, Buffer]
  expect([code, reason.toString()]).toEqual([1008, 'unknown-link'])
})

test('WebSocket /api/links/:id/ws tells a client that does not read nothing more until it does', async () => {
  const socket = server.open('default')
  let told = 0
  socket.on('message', () => (told += 1))
  await expect.poll(() => told).toBe(1)
  socket.pause()
  const get = vi.spyOn(links, 'get')
  const summary = links.get('default')
  get.mockReturnValue({ ...summary, warning: 'x'.repeat(8_000_000) }) // more than the system takes
  vi.advanceTimersByTime(1000)
  const asked = get.mock.calls.length
  vi.advanceTimersByTime(20_000) // the first ping would come after 30
  expect(get.mock.calls.length).toBe(asked)

  socket.resume()
  await expect.poll(() => told, { timeout: 10_000 }).toBe(2)
  vi.advanceTimersByTime(1000)
  await expect.poll(() => told, { timeout: 10_000 }).toBe(3)
})

test('WebSocket /api/links/:id/ws refuses an unknown link, and more than an address may have', async () => {
  expect(await server.refusalOf('none')).toBe('unknown-link')
  await once(server.open('default'), 'open')
  expect(await server.refusalOf('default')).toBe('too-many-requests')
})
