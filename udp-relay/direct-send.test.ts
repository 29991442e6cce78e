import { once } from 'node:events'
import { expect, test, type TestContext } from 'vitest'
import { learnDirectSending, type SendPacket } from './direct-send.ts'
import { handleOf } from './socket-handle.ts'
import { bindUdp, closeUdp, connectUdp } from './udp-sockets.ts'

async function openDirect(context: TestContext) {
  const [receiver, sender] = [await bindUdp('127.0.0.1', 0, false), await bindUdp('127.0.0.1', 0, false)]
  context.onTestFinished(() => closeUdp([sender]))
  await connectUdp(sender, receiver.address().port, '127.0.0.1')
  const direct = await learnDirectSending()
  if (direct === undefined) throw new Error('this Node sends in a way that is not known here')
  return { receiver, sender, send: direct.open(sender)! }
}

test('learnDirectSending finds how this Node sends: the very datagrams arrive, in order', async (context) => {
  const { receiver, send } = await openDirect(context)
  const came: string[] = []
  receiver.on('message', (datagram) => came.push(datagram.toString()))
  const texts = Array.from({ length: 20 }, (_, index) => `packet ${index}`)
  const memory = Buffer.alloc(100)
  for (const text of texts) {
    const packet = memory.subarray(0, memory.write(text)) // the kernel has taken the one before
    expect(send(packet)).toBe('sent')
  }
  while (came.length < texts.length) await once(receiver, 'message')
  expect(came).toEqual(texts)
  await closeUdp([receiver])
})

test('a direct send tells when nobody listens at the other end', async (context) => {
  const { receiver, sender, send } = await openDirect(context)
  sender.on('error', () => {}) // the same, told to who reads
  await closeUdp([receiver])
  expect(untilRefused(send)).toBe(true)
})

function untilRefused(send: SendPacket): boolean {
  return Array.from({ length: 10 }, () => send(new Uint8Array(1))).includes('refused')
}

test('a direct send leaves its request and its packet to Node when the kernel has no room', async (context) => {
  const { receiver, sender, send } = await openDirect(context)
  const requests: { readonly request: object; readonly packet: unknown }[] = []
  const handle: { send?: unknown } = handleOf(sender)!
  let taken = 0
  handle.send = (request: object, packets: readonly Uint8Array[]) => {
    requests.push({ request, packet: packets[0] })
    return taken
  }
  const packets = [1, 2, 3].map((byte) => new Uint8Array([byte]))
  expect(send(packets[0]!)).toBe('kept')
  taken = 2
  expect([send(packets[1]!), send(packets[2]!)]).toEqual(['sent', 'sent'])
  const [kept, second, third] = requests
  expect(kept!.request).toMatchObject({ list: [packets[0]] })
  expect(second!.request).not.toBe(kept!.request)
  expect(third!.request).toBe(second!.request)
  taken = -1
  expect(send(packets[0]!)).toBe('failed')
  await closeUdp([receiver])
})
