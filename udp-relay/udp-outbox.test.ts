import type { Socket } from 'node:dgram'
import { once } from 'node:events'
import { setImmediate } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { ConnectedSocket } from './connected-socket.ts'
import { Departures } from './departures.ts'
import { UdpOutbox } from './udp-outbox.ts'
import { bindUdp, closeUdp, connectUdp } from './udp-sockets.ts'

test('UdpOutbox sends when the turn ends, in order, and at once what waits when a socket is to be closed', async () => {
  const receiver = await bindUdp('127.0.0.1', 0, false)
  const sender = await bindUdp('127.0.0.1', 0, false)
  await connectUdp(sender, receiver.address().port, '127.0.0.1')
  const came: number[] = []
  receiver.on('message', (datagram) => came.push(datagram[0] ?? -1))
  const departures = new Departures()
  const outbox = new UdpOutbox(departures)
  const socket = new ConnectedSocket(sender, { departures, onRefused: () => {} })
  for (const name of [1, 2]) outbox.add(socket, new Uint8Array([name]), 0)
  while (came.length < 2) await once(receiver, 'message')
  outbox.add(socket, new Uint8Array([3]), 0)
  outbox.flush()
  await closeUdp([sender])
  while (came.length < 3) await once(receiver, 'message')
  expect(came).toEqual([1, 2, 3])
  await closeUdp([receiver])
})

test('UdpOutbox frees its memory when the turn ends and not before, and leaves it to what Node still holds', async () => {
  const memory: string[] = []
  const departures = new Departures()
  const outbox = new UdpOutbox(departures)
  outbox.memory.reuse = () => void memory.push('reused')
  outbox.memory.abandon = () => void memory.push('abandoned')
  const socketWith = (keptBytes: number) => {
    const socket = { send: () => {}, getSendQueueSize: () => keptBytes } as unknown as Socket
    return new ConnectedSocket(socket, { departures, onRefused: () => {} })
  }
  outbox.add(socketWith(0), new Uint8Array(1), 0)
  outbox.flush()
  expect(memory).toEqual([])
  await setImmediate()
  expect(memory).toEqual(['reused'])
  const slow = socketWith(1_000_001)
  expect(outbox.add(slow, new Uint8Array(1), 0)).toBe(true)
  outbox.flush()
  await setImmediate()
  expect(memory).toEqual(['reused', 'abandoned'])
  expect(outbox.add(slow, new Uint8Array(1), 0)).toBe(false) // its queue is full
})
