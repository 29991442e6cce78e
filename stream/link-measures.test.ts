import { expect, test } from 'vitest'
import { LinkMeasuresFold } from './link-measures.ts'
import type { LinkEvent, PacketEvent } from './record.ts'

const line = { lane: 'udp', direction: 'down' } as const
const packet = { ...line, flow: 1, packet: 1, traffic: 'rtp', sizeBytes: 1250 } as const
const accepted = (atMs: number): PacketEvent => ({ ...packet, kind: 'packet-accepted', atMs })
const dropped = (atMs: number, cause: 'loss' | 'queue' | 'blocked'): PacketEvent => ({
  ...packet,
  kind: 'packet-dropped',
  atMs,
  cause,
})
const delivered = (atMs: number, queueingDelayMs: number): PacketEvent => ({
  ...packet,
  kind: 'packet-delivered',
  atMs,
  queueingDelayMs,
})

function measuresAt(nowMs: number, events: readonly LinkEvent[]) {
  const fold = new LinkMeasuresFold()
  events.forEach((event) => fold.add(event))
  return fold.at(nowMs)
}

test('a packet is offered once, whether it is delivered, lost, tail-dropped or blocked', () => {
  const events = [
    accepted(0),
    accepted(0),
    dropped(0, 'queue'),
    dropped(0, 'blocked'),
    delivered(10, 0),
    dropped(20, 'loss'),
  ]
  expect(measuresAt(100, events)).toEqual([
    {
      ...line,
      offeredPackets: 4,
      offeredBytes: 5000,
      lostPackets: 1,
      tailDroppedPackets: 1,
      blockedPackets: 1,
      deliveredPackets: 1,
      deliveredBytes: 1250,
      queueingDelayMsMean: 0,
      queueingDelayMsP95: 0,
    },
  ])
})

test('the queueing delay is that of delivered packets', () => {
  const events = [...Array.from({ length: 19 }, () => delivered(1, 2)), delivered(2, 64)]
  expect(measuresAt(2, events)).toMatchObject([{ queueingDelayMsMean: 5.1, queueingDelayMsP95: 2 }])
})

test('lost packets have used the rate, tail-dropped ones have not', () => {
  const rateSet = { ...line, kind: 'rate-set', atMs: 0, rateBitsPerSecond: 1_000_000 } as const
  const events = [rateSet, accepted(0), accepted(0), dropped(0, 'queue'), delivered(10, 0), dropped(20, 'loss')]
  expect(measuresAt(40, events)).toMatchObject([{ utilisationRatio: 0.5 }]) // 20,000 of 40,000 bits
})

test('a change of the rate counts from its moment on', () => {
  const rateSet = (atMs: number, rateBitsPerSecond: number) =>
    ({ ...line, kind: 'rate-set', atMs, rateBitsPerSecond }) as const
  const events = [rateSet(0, 1_000_000), rateSet(10, 2_000_000), accepted(10), delivered(15, 0)]
  expect(measuresAt(15, events)).toMatchObject([{ utilisationRatio: 0.5 }]) // 10,000 of 10,000 + 10,000 bits
})

test('once the rate was unknown there is no utilisation', () => {
  const rateSet = { ...line, kind: 'rate-set', rateBitsPerSecond: 1_000_000 } as const
  const events = [{ ...rateSet, atMs: 0 }, { ...line, kind: 'rate-set', atMs: 5 } as const, { ...rateSet, atMs: 10 }]
  expect(measuresAt(20, events)[0]).not.toHaveProperty('utilisationRatio')
})

test('each direction of each lane is measured apart', () => {
  const events = [accepted(0), { ...accepted(0), direction: 'up' as const }, { ...accepted(0), lane: 'tcp' as const }]
  expect(measuresAt(1, events)).toMatchObject([
    { lane: 'udp', direction: 'down', offeredPackets: 1 },
    { lane: 'udp', direction: 'up', offeredPackets: 1 },
    { lane: 'tcp', direction: 'down', offeredPackets: 1 },
  ])
})
