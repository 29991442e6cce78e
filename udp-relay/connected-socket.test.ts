import { once } from 'node:events'
import type { Socket } from 'node:dgram'
import { expect, test, type TestContext } from 'vitest'
import { BurstWriter, type PacketBurst } from './burst-writer.ts'
import { ConnectedSocket } from './connected-socket.ts'
import { Departures } from './departures.ts'
import { loadDirectSending } from './direct-send.ts'
import { PacketArena } from './packet-arena.ts'
import { fileDescriptor } from './file-descriptor.ts'
import type { SendOutcome } from './libc.ts'
import { loadSegmentationOffload, type SendBurst } from './segmentation-offload.ts'
import { bindUdp, closeUdp, connectUdp } from './udp-sockets.ts'

async function openPair(context: TestContext): Promise<{ readonly sender: Socket; readonly came: Buffer[] }> {
  const [receiver, sender] = [await bindUdp('127.0.0.1', 0, false), await bindUdp('127.0.0.1', 0, false)]
  context.onTestFinished(() => closeUdp([receiver, sender]))
  await connectUdp(sender, receiver.address().port, '127.0.0.1')
  const came: Buffer[] = []
  receiver.on('message', (datagram) => came.push(datagram))
  return { sender, came }
}

/** Bursts of packets that are each filled with their number. */
function burstsOf(sizesBytes: readonly number[], memory = new PacketArena()): PacketBurst[] {
  const bursts: PacketBurst[] = []
  const writer = new BurstWriter(memory, (burst) => void bursts.push(burst))
  for (const [index, sizeBytes] of sizesBytes.entries()) {
    const at = writer.place(sizeBytes, index)
    writer.chunk.fill(index, at, at + sizeBytes)
  }
  writer.flush()
  writer.flush() // nothing is left
  return bursts
}

async function untilCame(came: readonly Buffer[], count: number): Promise<void> {
  while (came.length < count) await new Promise(setImmediate)
}

const BURST_SIZES = [1328, 1328, 1328, 576, 1328, 1328]

test('ConnectedSocket sends packets of one size as one piece, of which the kernel makes the same datagrams', async (context) => {
  const offload = await loadSegmentationOffload()
  if (offload === undefined) return context.skip('koffi or UDP segmentation offload is missing here')
  const { sender, came } = await openPair(context)
  const departures = new Departures()
  const sendAsOne = offload.open(sender)
  const socket = new ConnectedSocket(sender, { departures, sendAsOne, onRefused: () => {} })
  for (const burst of burstsOf(BURST_SIZES)) socket.sendBurst(burst)
  await untilCame(came, BURST_SIZES.length)
  expect(came.map((datagram) => datagram.toString('hex'))).toEqual(
    BURST_SIZES.map((sizeBytes, index) => Buffer.alloc(sizeBytes, index).toString('hex')),
  )
  expect(departures.summary()).toMatchObject({ bursts: 2, burstPackets: 6 }) // the smaller one ends the first
})

test('ConnectedSocket sends a packet whole that is larger than those of the burst before it', async (context) => {
  const offload = await loadSegmentationOffload()
  const direct = await loadDirectSending()
  if (offload === undefined || direct === undefined) return context.skip('koffi is missing here')
  const { sender, came } = await openPair(context)
  const ways = { sendAsOne: offload.open(sender), sendPacket: direct.open(sender) }
  const socket = new ConnectedSocket(sender, { departures: new Departures(), onRefused: () => {}, ...ways })
  for (const burst of burstsOf([200, 200, 1328])) socket.sendBurst(burst)
  await untilCame(came, 3)
  expect(came.map(({ length }) => length)).toEqual([200, 200, 1328])
})

/** Tells what it was given, and fails in a way of its own. */
function failing(outcome: SendOutcome) {
  const pieces: { readonly bytes: number; readonly sizeBytes: number }[] = []
  const sendAsOne: SendBurst = ({ startByte, endByte, sizeBytes }) => {
    pieces.push({ bytes: endByte - startByte, sizeBytes })
    return outcome
  }
  return { pieces, sendAsOne }
}

for (const { outcome, tries } of [
  { outcome: 'failed', tries: 1 }, // it is not tried again
  { outcome: 'full', tries: 2 },
] as const) {
  test(`ConnectedSocket sends packet by packet where the answer to a burst is: ${outcome}`, async (context) => {
    const { sender, came } = await openPair(context)
    const { pieces, sendAsOne } = failing(outcome)
    const socket = new ConnectedSocket(sender, { departures: new Departures(), sendAsOne, onRefused: () => {} })
    for (const burst of burstsOf(BURST_SIZES)) socket.sendBurst(burst)
    await untilCame(came, BURST_SIZES.length)
    expect(came.map(({ length }) => length)).toEqual(BURST_SIZES)
    expect(pieces).toEqual(
      [
        { bytes: 3 * 1328 + 576, sizeBytes: 1328 },
        { bytes: 2 * 1328, sizeBytes: 1328 },
      ].slice(0, tries),
    )
  })
}

test('ConnectedSocket tells of a viewer who is gone', async (context) => {
  const { sender } = await openPair(context)
  let refusals = 0
  const { sendAsOne } = failing('refused')
  const onRefused = () => void (refusals += 1)
  const socket = new ConnectedSocket(sender, { departures: new Departures(), sendAsOne, onRefused })
  for (const burst of burstsOf([100, 100])) socket.sendBurst(burst)
  expect(refusals).toBe(1)
})

test('ConnectedSocket lets no burst overtake what Node keeps, and is full when that is too much', async (context) => {
  const { sender, came } = await openPair(context)
  const { pieces, sendAsOne } = failing('sent')
  let keptBytes = 100
  sender.getSendQueueSize = () => keptBytes
  const departures = new Departures()
  const sendPacket = () => 'kept' as const
  const socket = new ConnectedSocket(sender, { departures, sendAsOne, sendPacket, onRefused: () => {} })
  const [burst] = burstsOf([100, 100])
  expect(socket.sendBurst(burst!)).toBe(true)
  expect([socket.send(new Uint8Array(1)), socket.isFull]).toEqual([false, false])
  expect(socket.sendBurst(burst!)).toBe(false)
  keptBytes = 1_000_001
  expect(socket.isFull).toBe(true)
  keptBytes = 0
  expect([socket.isFull, socket.sendBurst(burst!)]).toEqual([false, true])
  expect([pieces.length, came.length]).toEqual([2, 0])
})

test('BurstWriter keeps within what the kernel cuts, and joins nothing that stands apart in memory', () => {
  const memory = new PacketArena()
  const bursts: PacketBurst[] = []
  const writer = new BurstWriter(memory, (burst) => void bursts.push(burst))
  for (let index = 0; index < 60; index += 1) writer.place(1328, index)
  memory.take(10) // of somebody else
  for (let index = 60; index < 62; index += 1) writer.place(1328, index)
  memory.abandon()
  writer.place(1328, 62)
  writer.flush()
  expect(bursts.map(({ packets }) => packets.length)).toEqual([48, 12, 2, 1])
  expect(bursts.flatMap(({ scheduledMs }) => scheduledMs)).toEqual(Array.from({ length: 63 }, (_, index) => index))
})

test('fileDescriptor knows an open socket, and tells none of a closed one', async () => {
  const socket = await bindUdp('127.0.0.1', 0, false)
  if (process.platform === 'linux') expect(fileDescriptor(socket)).toBeGreaterThan(2)
  const closed = once(socket, 'close')
  socket.close()
  await closed
  expect(fileDescriptor(socket)).toBeUndefined()
})
