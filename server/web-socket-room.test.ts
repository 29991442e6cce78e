import { once } from 'node:events'
import { afterEach, expect, test, vi } from 'vitest'
import type { WebSocket } from 'ws'
import { PlacesByAddress } from './places-by-address.ts'
import { openUpgradeServer } from './test-support/upgrade-server.ts'
import { WebSocketRoom } from './web-socket-room.ts'

afterEach(() => void vi.useRealTimers())

test('WebSocketRoom cuts off who does not answer a ping, keeps who does, and tells those when it closes', async () => {
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] })
  const room = new WebSocketRoom(new PlacesByAddress(2, 'clients'))
  const joined: WebSocket[] = []
  const server = await openUpgradeServer((request, socket, head) =>
    room.open(request, socket, head, (client) => joined.push(client)),
  )
  const [silent, lively] = [server.open('a', { autoPong: false }), server.open('b')]
  await Promise.all([once(silent, 'open'), once(lively, 'open')])
  expect(await server.refusalOf('c')).toBe('too-many-requests')

  const answered = Promise.any(joined.map((client) => once(client, 'pong')))
  vi.advanceTimersByTime(30_000)
  await answered
  const cutOff = once(silent, 'close')
  vi.advanceTimersByTime(30_000)
  expect((await cutOff)[0]).toBe(1006) // without a closing handshake

  const told = once(lively, 'close')
  room.close()
  expect((await told)[0]).toBe(1001)
  server.close()
})
