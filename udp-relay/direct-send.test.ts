import { once } from 'node:events'
import { expect, test, type TestContext } from 'vitest'
import { directSending, loadDirectSending, type SendPacket } from './direct-send.ts'
import { bindUdp, closeUdp, connectUdp } from './udp-sockets.ts'

async function openDirect(context: TestContext) {
  const direct = await loadDirectSending()
  if (direct === undefined) return context.skip('koffi is missing here')
  const [receiver, sender] = [await bindUdp('127.0.0.1', 0, false), await bindUdp('127.0.0.1', 0, false)]
  context.onTestFinished(() => closeUdp([sender]))
  await connectUdp(sender, receiver.address().port, '127.0.0.1')
  return { receiver, sender, send: direct.open(sender)! }
}

test('a direct send has left when it returns: the very datagrams arrive, in order, from wherever in memory they stand', async (context) => {
  const { receiver, send } = await openDirect(context)
  const came: string[] = []
  receiver.on('message', (datagram) => came.push(datagram.toString()))
  const texts = Array.from({ length: 20 }, (_, index) => `packet ${index}`)
  const memories = [Buffer.alloc(100), Buffer.alloc(100)]
  for (const [index, text] of texts.entries()) {
    const memory = memories[index % 3 === 0 ? 0 : 1]! // now the one of before, now another
    const packet = memory.subarray(index, index + memory.write(text, index))
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

test('a direct send tells what the kernel does not take', async (context) => {
  const { receiver, send } = await openDirect(context)
  expect(send(new Uint8Array(70_000))).toBe('failed') // longer than a datagram can be
  await closeUdp([receiver])
})

test('a direct send leaves to Node what there is no room for', async (context) => {
  const { receiver, sender } = await openDirect(context)
  const send = directSending({ send: () => 'full' }).open(sender)! // no loopback is ever full
  const came = once(receiver, 'message')
  expect(send(Buffer.from('waits'))).toBe('sent') // by Node, for which there is
  expect(String((await came)[0])).toBe('waits')
  await closeUdp([receiver])
})
