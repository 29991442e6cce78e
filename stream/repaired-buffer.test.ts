import fc from 'fast-check'
import { expect, test } from 'vitest'
import { fuzzRuns } from '../lab/test-support/long-run.ts'
import { encodeRtx } from '../protocol/rtp-rtx.ts'
import { decodeRtp, encodeRtp, type RtpPacket } from '../protocol/rtp.ts'
import { ParityGroup } from '../protocol/rtp-ulpfec.ts'
import type { Released } from './jitter-buffer.ts'
import { RepairedBuffer, type RepairNews } from './repaired-buffer.ts'
import { RepairRequests } from './repair-requests.ts'

const [MEDIA, RTX, PARITY, SSRC] = [96, 98, 100, 7]
const WAIT_MS = 100

function packet(
  sequenceNumber: number,
  payloadType = MEDIA,
  payload: Uint8Array = Uint8Array.of(sequenceNumber),
): RtpPacket {
  return { marker: false, payloadType, sequenceNumber, timestampTicks: 3000 * sequenceNumber, ssrc: SSRC, payload }
}

/** A buffer of one track whose first packet is number 0. */
function open(repair: 'rtx' | 'fec') {
  const news: RepairNews[] = []
  const requests = repair === 'rtx' ? new RepairRequests({ waitMs: WAIT_MS, roundTripMs: 40 }) : undefined
  const buffer = new RepairedBuffer({
    payloadType: MEDIA,
    parityPayloadType: repair === 'fec' ? PARITY : undefined,
    requests,
    waitMs: WAIT_MS,
    firstSequenceNumber: 0,
    tellRepair: (told) => void news.push(told),
  })
  let highest = -1
  const push = (sent: RtpPacket, nowMs: number) => {
    const number = sent.sequenceNumber
    buffer.notice(number, number - highest - 1, nowMs)
    highest = Math.max(highest, number)
    return shown(buffer.push(number, sent, encodeRtp(sent), nowMs))
  }
  const pushAgain = (number: number, nowMs: number) => {
    const again = encodeRtx(encodeRtp(packet(number)), { payloadType: RTX, ssrc: 9, sequenceNumber: 1 })
    const read = decodeRtp(again)
    if (!read.ok) throw new Error('a retransmission that cannot be read')
    return shown(buffer.pushAgain(read.value, { ssrc: SSRC, highest, sizeBytes: again.length }, nowMs))
  }
  return { buffer, news, push, pushAgain }
}

/** Numbers that came; what was lost in brackets. */
const shown = (released: readonly Released<RtpPacket>[]) =>
  released.map((item) => (item.kind === 'lost' ? [item.firstSequenceNumber, item.packets] : item.packet.sequenceNumber))

test('RepairedBuffer asks for what was passed over, and puts the retransmission in its place', () => {
  const { buffer, news, push, pushAgain } = open('rtx')
  expect(push(packet(0), 0)).toEqual([0])
  expect(push(packet(2), 10)).toEqual([])
  expect(buffer.takeRequests(10)).toEqual([1])
  expect(pushAgain(1, 50)).toEqual([1, 2])
  expect(news).toEqual([{ sizeBytes: 15, repairedPackets: 1, repairedBytes: 13, delayMs: 40 }])
})

test('RepairedBuffer gives a packet once, whether its repair or the packet itself comes first', () => {
  const { news, push, pushAgain } = open('rtx')
  push(packet(0), 0)
  push(packet(2), 10)
  expect(pushAgain(1, 50)).toEqual([1, 2])
  expect(push(packet(1), 60)).toEqual([])
  expect(pushAgain(1, 70)).toEqual([])
  expect(news.map(({ repairedPackets, latePackets }) => [repairedPackets, latePackets])).toEqual([
    [1, undefined],
    [0, undefined],
  ])
})

test('RepairedBuffer tells once of a packet that was repaired after it had been given up', () => {
  const { buffer, news, push, pushAgain } = open('rtx')
  push(packet(0), 0)
  push(packet(2), 10)
  expect(buffer.nextEventMs()).toBe(10)
  buffer.takeRequests(10)
  expect(shown(buffer.advance(10 + WAIT_MS))).toEqual([[1, 1], 2])
  expect([pushAgain(1, 120), pushAgain(1, 130)]).toEqual([[], []])
  expect(news.map(({ repairedPackets, latePackets }) => [repairedPackets, latePackets])).toEqual([
    [0, 1],
    [0, undefined],
  ])
})

test('RepairedBuffer recovers what parity can give back, and passes no parity on', () => {
  const { news, push } = open('fec')
  const group = new ParityGroup()
  for (const number of [0, 1, 2]) group.add(encodeRtp(packet(number)))
  expect(push(packet(0), 0)).toEqual([0])
  expect(push(packet(2), 10)).toEqual([])
  expect(push(packet(3, PARITY, group.take()), 15)).toEqual([1, 2])
  expect(push(packet(4), 20)).toEqual([4])
  expect(news).toEqual([{ sizeBytes: 0, repairedPackets: 1, repairedBytes: 13, delayMs: 5 }])
})

test('RepairedBuffer takes any packets in any order, and gives each number once, rising', () => {
  const packets = fc.array(fc.tuple(fc.nat(40), fc.constantFrom('media', 'parity', 'again'), fc.nat(60)))
  const property = fc.property(packets, fc.constantFrom('rtx' as const, 'fec' as const), (all, repair) => {
    const { buffer, push, pushAgain } = open(repair)
    const group = new ParityGroup()
    let nowMs = 0
    let next = -1
    const check = (given: ReturnType<typeof shown>) => {
      for (const item of given) {
        const number = typeof item === 'number' ? item : (item[0] as number)
        expect(number).toBeGreaterThan(next)
        next = typeof item === 'number' ? item : number + (item[1] as number) - 1
      }
    }
    for (const [number, kind, ms] of all) {
      nowMs += ms
      buffer.takeRequests(nowMs)
      if (kind === 'again') check(pushAgain(number, nowMs))
      else if (kind === 'media') check(push(packet(number), nowMs))
      else {
        group.add(encodeRtp(packet(number)))
        check(push(packet(number + 1, PARITY, group.take()), nowMs))
      }
      check(shown(buffer.advance(nowMs)))
    }
  })
  fc.assert(property, { numRuns: fuzzRuns(100), seed: 7 })
})
