import fc from 'fast-check'
import { expect, test } from 'vitest'
import { fuzzRuns } from '../lab/test-support/long-run.ts'
import { encodeRtx } from '../protocol/rtp-rtx.ts'
import { ParityGroup } from '../protocol/rtp-ulpfec.ts'
import { encodeRtp } from '../protocol/rtp.ts'
import type { SdpTrack } from '../protocol/sdp.ts'
import type { ViewerEvent } from '../stream/record.ts'
import { RepairRequests } from '../stream/repair-requests.ts'
import { ReceivedTrack } from './received-track.ts'

const description: SdpTrack = {
  kind: 'video',
  payloadType: 96,
  encoding: 'H264',
  clockRateHz: 90_000,
  formatParameters: new Map(),
  controlUrl: 'rtsp://host/v/trackID=0',
  repair: { rtxPayloadType: 98 },
  parityPayloadType: 100,
}
const SSRC = 7
const packet = (sequenceNumber: number, changes: { readonly ssrc?: number; readonly payloadType?: number } = {}) =>
  encodeRtp({
    marker: false,
    payloadType: 96,
    sequenceNumber: sequenceNumber & 0xffff,
    timestampTicks: 3600 * sequenceNumber,
    ssrc: SSRC,
    payload: Uint8Array.of(sequenceNumber),
    ...changes,
  })
const again = (sequenceNumber: number) =>
  encodeRtx(packet(sequenceNumber), { payloadType: 98, ssrc: 8, sequenceNumber: 1 })

/** A track with a buffer of 100 ms; `released` are the packets as they came out, and `-n` for n that were given up. */
function open(first?: number) {
  const released: number[] = []
  const losses: number[] = [] // the packets that a loss was before
  const told: ViewerEvent['kind'][] = []
  const track = new ReceivedTrack({
    description,
    waitMs: 100,
    first: first === undefined ? undefined : { sequenceNumber: first },
    repairs: new RepairRequests({ waitMs: 100, roundTripMs: 20 }),
    media: {
      push: (item) => {
        released.push(item.kind === 'lost' ? -item.packets : item.packet.sequenceNumber)
        if (item.kind === 'packet' && item.lostBefore) losses.push(item.sequenceNumber)
      },
      finish: () => {},
    },
    tell: ({ kind }) => void told.push(kind),
    onFirst: () => {},
  })
  return { track, released, losses, told }
}

test('ReceivedTrack gives the first packet too where no RTP-Info told it, once the second follows it', () => {
  const { track, released } = open()
  track.takeRtp(packet(0xffff), 0)
  expect(released).toEqual([])
  track.takeRtp(packet(0x10000), 1)
  expect(released).toEqual([0xffff, 0])
  expect(track.figures()).toMatchObject({ receivedPackets: 1, expectedPackets: 1, lostPackets: 0 }) // RFC 3550 A.1
})

test('ReceivedTrack counts a lost first packet where RTP-Info told it', () => {
  const { track, released } = open(10)
  track.takeRtp(packet(12), 0)
  expect(track.takeRequests(0)).toEqual([10, 11])
  track.advance(101)
  expect(released).toEqual([-2, 12])
  expect(track.figures()).toMatchObject({ expectedPackets: 3, lostPackets: 2, missingPackets: 2, requestedPackets: 2 })
})

test('ReceivedTrack puts a repair in its place; the network has lost the packet all the same', () => {
  const { track, released } = open(1)
  for (const number of [1, 3]) track.takeRtp(packet(number), 0)
  expect(track.takeRequests(0)).toEqual([2])
  track.takeRtp(again(2), 20)
  expect(released).toEqual([1, 2, 3])
  expect(track.takeRequests(200)).toEqual([])
  expect(track.figures()).toMatchObject({
    receivedPackets: 2,
    lostPackets: 1,
    repairPackets: 1,
    repairBytes: 15,
    repairedPackets: 1,
    missingPackets: 0,
  })
})

test('ReceivedTrack gives a packet once, whether its repair or the packet itself comes first', () => {
  const { track, released, told } = open(1)
  for (const number of [1, 4]) track.takeRtp(packet(number), 0)
  track.takeRequests(0)
  track.takeRtp(again(2), 20)
  track.takeRtp(packet(2), 30) // was merely late
  track.takeRtp(packet(3), 40)
  track.takeRtp(again(3), 50)
  expect(released).toEqual([1, 2, 3, 4])
  expect(track.figures()).toMatchObject({
    receivedPackets: 4,
    lostPackets: 0,
    reorderedPackets: 2,
    repairedPackets: 1,
    latePackets: 0,
  })
  expect(told.filter((kind) => kind !== 'media-received')).toEqual(['repair-received', 'repair-received'])
})

test('ReceivedTrack tells what was given up, and what of it came after all', () => {
  const { track, released, told } = open(1)
  for (const number of [1, 3]) track.takeRtp(packet(number), 0)
  track.advance(100)
  track.takeRtp(packet(2), 101)
  track.takeRtp(packet(3), 102)
  expect(released).toEqual([1, -1, 3])
  expect(told).toEqual([
    'media-received',
    'media-received',
    'packets-given-up',
    'media-received',
    'packet-late',
    'media-received',
  ])
  expect(track.figures()).toMatchObject({ lostPackets: 0, missingPackets: 1, latePackets: 1, duplicatePackets: 1 })
})

test('ReceivedTrack counts strangers apart, and takes nothing from them', () => {
  const { track, released } = open(1)
  track.takeRtp(packet(1), 0)
  for (const bytes of [packet(2, { ssrc: 9 }), packet(2, { payloadType: 0 }), new Uint8Array(5)])
    track.takeRtp(bytes, 1)
  expect(released).toEqual([1])
  expect(track.figures()).toMatchObject({ receivedPackets: 1, strangePackets: 3 })
})

test('ReceivedTrack begins anew with a sender that does', () => {
  const { track, released } = open()
  for (const number of [1, 2, 3]) track.takeRtp(packet(number), 0)
  for (const number of [40_000, 40_001, 40_002]) track.takeRtp(packet(number), 10)
  expect(released).toEqual([1, 2, 3, 40_001, 40_002])
  expect(track.figures()).toMatchObject({ restarts: 1, receivedPackets: 2, lostPackets: 0, missingPackets: 0 })
})

test('ReceivedTrack counts what was lost at the very end, where the sender has told its last packet', () => {
  const { track, released } = open(1)
  track.takeRtp(packet(1), 0)
  track.finish(10, 3)
  expect(released).toEqual([1, -2])
  expect(track.figures()).toMatchObject({ expectedPackets: 3, lostPackets: 2, missingPackets: 2 })
  track.takeRtp(packet(2), 20)
  expect(track.figures()).toMatchObject({ receivedPackets: 1, strangePackets: 1 })
})

/** Sequence numbers 1 2 3 [4] 5 6 7 [8]: those of parity are multiples of four. */
const parity = (sequenceNumber: number): Uint8Array => {
  const group = new ParityGroup()
  for (const before of [3, 2, 1]) group.add(packet(sequenceNumber - before))
  return encodeRtp({
    marker: false,
    payloadType: 100,
    sequenceNumber,
    timestampTicks: 3600 * (sequenceNumber - 1),
    ssrc: SSRC,
    payload: group.take(),
  })
}
const withParity = (sequenceNumber: number): Uint8Array =>
  sequenceNumber % 4 === 0 ? parity(sequenceNumber) : packet(sequenceNumber)

test('ReceivedTrack recovers what parity can give back, and passes no parity on', () => {
  const { track, released, told } = open(1)
  for (const number of [1, 3, 4, 5]) track.takeRtp(withParity(number), 0)
  expect(released).toEqual([1, 2, 3, 5])
  expect(track.figures()).toMatchObject({
    receivedPackets: 4, // network's figures, parity among them
    lostPackets: 1,
    repairPackets: 1,
    repairBytes: parity(4).length,
    repairedPackets: 1,
    missingPackets: 0,
    strangePackets: 0,
  })
  // The parity's own bytes, and what it gave back.
  expect(told).toEqual(['media-received', 'media-received', 'repair-received', 'repair-received', 'media-received'])
  track.takeRtp(packet(2), 1) // was merely late
  expect(released).toEqual([1, 2, 3, 5])
  expect(track.figures()).toMatchObject({ lostPackets: 0, latePackets: 0 })
})

test('ReceivedTrack misses nothing where only parity was lost, once the next one tells so', () => {
  const { track, released } = open(1)
  for (const number of [1, 2, 3, 5, 6, 7]) track.takeRtp(withParity(number), 0)
  expect(released).toEqual([1, 2, 3])
  track.takeRtp(withParity(8), 10)
  expect(released).toEqual([1, 2, 3, 5, 6, 7])
  track.advance(500)
  expect(track.figures()).toMatchObject({ lostPackets: 1, missingPackets: 0, repairedPackets: 0 })
})

test('ReceivedTrack gives up two lost packets of a group; what follows knows of it', () => {
  const { track, released, losses } = open(1)
  for (const number of [1, 4, 5, 6]) track.takeRtp(withParity(number), 0)
  track.advance(100)
  expect(released).toEqual([1, -2, 5, 6])
  expect(losses).toEqual([5]) // parity was the first after the loss
  expect(track.figures()).toMatchObject({ missingPackets: 2, repairedPackets: 0 })
})

test('ReceivedTrack puts nothing back that has been given up', () => {
  const { track, released } = open(1)
  for (const number of [1, 3]) track.takeRtp(packet(number), 0)
  track.advance(100)
  track.takeRtp(parity(4), 101)
  expect(released).toEqual([1, -1, 3])
  expect(track.figures()).toMatchObject({ missingPackets: 1, repairedPackets: 0, latePackets: 0 })
})

test('ReceivedTrack takes any bytes, also in place of parts of its own packets', () => {
  const own = fc.tuple(fc.nat(40), fc.boolean(), fc.uint8Array({ maxLength: 14 })).map(([number, isAgain, junk]) => {
    const bytes = isAgain ? again(number) : withParity(number + 3)
    bytes.set(junk.subarray(0, Math.max(0, bytes.length - 1)), 1)
    return bytes
  })
  const datagrams = fc.array(
    fc.oneof(
      fc.uint8Array({ maxLength: 40 }),
      own,
      fc.nat(80).map((number) => packet(number)),
    ),
  )
  const property = fc.property(datagrams, (all) => {
    const { track, released } = open()
    all.forEach((datagram, index) => {
      track.takeRtp(datagram, 10 * index)
      track.takeRequests(10 * index)
      track.advance(10 * index)
    })
    track.finish(10_000, undefined)
    const { missingPackets } = track.figures()
    expect(missingPackets).toBeGreaterThanOrEqual(0)
    expect(released.filter((number) => number >= 0).length).toBeLessThanOrEqual(2 * all.length) // one for each parity
  })
  fc.assert(property, { seed: 5, numRuns: fuzzRuns(5000) })
})
