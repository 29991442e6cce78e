import { once } from 'node:events'
import { expect, test } from 'vitest'
import { UdpOutbox } from './udp-outbox.ts'
import { bindUdp, closeUdp, connectUdp } from './udp-sockets.ts'

test('UdpOutbox sends when the turn ends, in order, and at once what waits when a socket is to be closed', async () => {
  const receiver = await bindUdp('127.0.0.1', 0, false)
  const sender = await bindUdp('127.0.0.1', 0, false)
  await connectUdp(sender, receiver.address().port, '127.0.0.1')
  const came: number[] = []
  receiver.on('message', (datagram) => came.push(datagram[0] ?? -1))
  const outbox = new UdpOutbox()
  for (const name of [1, 2]) outbox.add(sender, new Uint8Array([name]))
  while (came.length < 2) await once(receiver, 'message')
  outbox.add(sender, new Uint8Array([3]))
  outbox.flush()
  await closeUdp([sender])
  while (came.length < 3) await once(receiver, 'message')
  expect(came).toEqual([1, 2, 3])
  await closeUdp([receiver])
})
