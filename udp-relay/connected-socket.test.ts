import { once } from 'node:events'
import type { Socket } from 'node:dgram'
import { expect, test, type TestContext } from 'vitest'
import { BurstSocket } from './burst-socket.ts'
import { BurstWriter, type PacketBurst } from './burst-writer.ts'
import { Departures } from './departures.ts'
import { PacketArena } from './packet-arena.ts'
import { fileDescriptor, loadSegmentationOffload, type BurstOutcome, type SendBurst } from './segmentation-offload.ts'
import { bindUdp, closeUdp, connectUdp } from './udp-sockets.ts'

async function openPair(context: TestContext): Promise<{ readonly sender: Socket; readonly came: Buffer[] }> {
  const [receiver, sender] = [await bindUdp('127.0.0.1', 0, false), await bindUdp('127.0.0.1', 0, false)]
  context.onTestFinished(() => closeUdp([receiver, sender]))
  await connectUdp(sender, receiver.address().port, '127.0.0.1')
  const came: Buffer[] = []
  receiver.on('message', (datagram) => came.push(datagram))
  return { sender, came }
}

/** Packets as a sender writes them: one right behind the other, each filled with its number. */
function packetsOf(sizesBytes: readonly number[]): Uint8Array[] {
  const arena = new PacketArena()
  return sizesBytes.map((sizeBytes, index) => arena.take(sizeBytes).fill(index))
}

function burstsOf(packets: readonly Uint8Array[]): PacketBurst[] {
  const bursts: PacketBurst[] = []
  const writer = new BurstWriter((burst) => void bursts.push(burst))
  for (const [index, packet] of packets.entries()) writer.add(packet, index)
  writer.flush()
  writer.flush() // nothing is left
  return bursts
}

async function untilCame(came: readonly Buffer[], count: number): Promise<void> {
  while (came.length < count) await new Promise(setImmediate)
}

const BURST_SIZES = [1328, 1328, 1328, 576, 1328, 1328]

test('BurstSocket sends packets of one size as one piece, of which the kernel makes the same datagrams', async (context) => {
  const offload = await loadSegmentationOffload()
  if (offload === undefined) return context.skip('koffi or UDP segmentation offload is missing here')
  const { sender, came } = await openPair(context)
  const departures = new Departures()
  const burst = new BurstSocket(sender, offload.open(sender)!, departures, () => {})
  const packets = packetsOf(BURST_SIZES)
  for (const gathered of burstsOf(packets)) burst.send(gathered)
  await untilCame(came, packets.length)
  expect(came.map((datagram) => datagram.toString('hex'))).toEqual(
    packets.map((packet) => Buffer.from(packet).toString('hex')),
  )
  expect(departures.summary()).toMatchObject({ bursts: 2, burstPackets: 6 }) // the smaller one ends the first
})

/** Tells what it was given, and fails in a way of its own. */
function failing(outcome: BurstOutcome) {
  const pieces: { readonly bytes: number; readonly sizeBytes: number }[] = []
  const send: SendBurst = ({ length: bytes }, sizeBytes) => {
    pieces.push({ bytes, sizeBytes })
    return outcome
  }
  return { pieces, send }
}

for (const { outcome, tries } of [
  { outcome: 'impossible', tries: 1 }, // it is not tried again
  { outcome: 'full', tries: 2 },
] as const) {
  test(`BurstSocket sends packet by packet where a burst is ${outcome}`, async (context) => {
    const { sender, came } = await openPair(context)
    const offload = failing(outcome)
    const burst = new BurstSocket(sender, offload.send, new Departures(), () => {})
    for (const gathered of burstsOf(packetsOf(BURST_SIZES))) burst.send(gathered)
    await untilCame(came, BURST_SIZES.length)
    expect(came.map(({ length }) => length)).toEqual(BURST_SIZES)
    expect(offload.pieces).toEqual(
      [
        { bytes: 3 * 1328 + 576, sizeBytes: 1328 },
        { bytes: 2 * 1328, sizeBytes: 1328 },
      ].slice(0, tries),
    )
  })
}

test('BurstSocket tells of a viewer who is gone', async (context) => {
  const { sender } = await openPair(context)
  let refusals = 0
  const burst = new BurstSocket(sender, failing('refused').send, new Departures(), () => void (refusals += 1))
  for (const gathered of burstsOf(packetsOf([100, 100]))) burst.send(gathered)
  expect(refusals).toBe(1)
})

test('BurstWriter keeps within what the kernel cuts, and joins nothing that stands apart in memory', () => {
  const packets = packetsOf(Array.from({ length: 60 }, () => 1328))
  const memory = new Uint8Array(300) // with a hole between the two
  const apart = [memory.subarray(0, 100), memory.subarray(200, 300)]
  const bursts = burstsOf([...packets, ...apart])
  expect(bursts.map(({ bytes, sizeBytes }) => bytes.length / sizeBytes)).toEqual([48, 12, 1, 1])
  expect(bursts.flatMap(({ scheduledMs }) => scheduledMs)).toEqual(Array.from({ length: 62 }, (_, index) => index))
})

test('fileDescriptor knows an open socket, and tells none of a closed one', async () => {
  const socket = await bindUdp('127.0.0.1', 0, false)
  if (process.platform === 'linux') expect(fileDescriptor(socket)).toBeGreaterThan(2)
  const closed = once(socket, 'close')
  socket.close()
  await closed
  expect(fileDescriptor(socket)).toBeUndefined()
})
