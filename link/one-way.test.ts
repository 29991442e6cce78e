import { expect, test } from 'vitest'
import type { LinkPacket } from './link-packet.ts'
import { OneWay } from './one-way.ts'
import type { DirectionProfile } from './profile.ts'

type PacketFate = {
  readonly kind: 'accepted' | 'delivered' | 'loss' | 'queue' | 'blocked'
  readonly packet: LinkPacket
  readonly atMs: number
  readonly queueingDelayMs?: number
}
type Line = { readonly seed: number; readonly profile: DirectionProfile }

const packetOf = (id: number, sizeBytes: number): LinkPacket => ({ id, flow: 0, sizeBytes, traffic: 'rtp' })

function tellingWay(line: Line, told: PacketFate[]): OneWay {
  return new OneWay(
    { ...line, udpBlocked: false },
    {
      accepted: (packet, atMs) => told.push({ kind: 'accepted', packet, atMs }),
      dropped: (packet, atMs, kind) => told.push({ kind, packet, atMs }),
      delivered: (packet, atMs, queueingDelayMs) => told.push({ kind: 'delivered', packet, atMs, queueingDelayMs }),
    },
  )
}

/** 1000 packets of 1128 bytes, 4 ms apart: 2.256 Mbit/s. */
function fates(line: Line, change?: { readonly atPacket: number; readonly to: Line }): PacketFate[] {
  const told: PacketFate[] = []
  const way = tellingWay(line, told)
  for (let id = 0; id < 1000; id += 1) {
    if (id === change?.atPacket) way.change({ ...change.to, udpBlocked: false }, id * 4)
    way.accept(packetOf(id, 1128), id * 4)
  }
  way.advance(1e6)
  return told
}

const ids = (told: readonly PacketFate[], kind: PacketFate['kind']) =>
  told.filter((fate) => fate.kind === kind).map(({ packet }) => packet.id)

const random = (seed: number, lossRatio: number): Line => ({
  seed,
  profile: { loss: { kind: 'random', lossRatio } },
})

test('OneWay loses exactly these of 1000 packets at 5 % with seed 7', () => {
  expect(ids(fates(random(7, 0.05)), 'loss')).toEqual([
    0, 11, 22, 24, 32, 36, 39, 53, 74, 124, 142, 159, 161, 185, 204, 267, 271, 297, 387, 435, 445, 465, 486, 491, 494,
    499, 502, 542, 547, 576, 586, 621, 631, 673, 713, 798, 803, 841, 860, 881, 980, 995,
  ])
})

test('OneWay loses at 5 % all that it loses at 2 % with the same seed', () => {
  const atTwo = ids(fates(random(7, 0.02)), 'loss')
  const atFive = new Set(ids(fates(random(7, 0.05)), 'loss'))
  expect([atTwo.length, atFive.size]).toEqual([11, 42])
  expect(atTwo.every((id) => atFive.has(id))).toBe(true)
})

test('OneWay delivers after serialisation, queue and one-way delay, and tells the queueing delay', () => {
  const told: PacketFate[] = []
  const way = tellingWay({ seed: 1, profile: { rateBitsPerSecond: 1_000_000, oneWayDelayMs: 35 } }, told)
  for (const id of [0, 1]) way.accept(packetOf(id, 1000), 100)
  way.advance(150.9)
  const packet = (id: number) => packetOf(id, 1000)
  expect(told).toEqual([
    { kind: 'accepted', packet: packet(0), atMs: 100 },
    { kind: 'accepted', packet: packet(1), atMs: 100 },
    { kind: 'delivered', packet: packet(0), atMs: 143, queueingDelayMs: 0 },
  ])
  expect(way.nextEventMs()).toBe(151)
})

test('OneWay drops at the tail the share that a slow line cannot carry', () => {
  const told = fates({ seed: 1, profile: { rateBitsPerSecond: 1_128_000, queueMs: 100 } }) // half of what is offered
  const counts = [ids(told, 'accepted').length, ids(told, 'queue').length, ids(told, 'delivered').length]
  expect(counts).toEqual([511, 489, 511]) // 4000 ms / 8 ms, and 11 more that wait behind the one being sent
})

test('change of the loss ratio acts at the next packet and keeps the place in the sequence', () => {
  const all = ids(fates(random(7, 0.05)), 'loss')
  const told = fates(random(7, 0), { atPacket: 500, to: random(7, 0.05) })
  expect(ids(told, 'loss')).toEqual(all.filter((id) => id >= 500))
})

test('change of the seed begins its sequence at the next packet', () => {
  const begun = ids(fates(random(7, 0.05)), 'loss').filter((id) => id < 500)
  const told = fates(random(8, 0), { atPacket: 500, to: random(7, 0.05) })
  expect(ids(told, 'loss')).toEqual(begun.map((id) => id + 500))
})

test('change to a shorter delay does not reorder: no packet overtakes one that travels', () => {
  const told = fates(
    { seed: 1, profile: { oneWayDelayMs: 100 } },
    { atPacket: 500, to: { seed: 1, profile: { oneWayDelayMs: 10 } } },
  )
  expect(ids(told, 'delivered')).toEqual(Array.from({ length: 1000 }, (_, id) => id))
  const atMs = told.find((fate) => fate.kind === 'delivered' && fate.packet.id === 500)?.atMs
  expect(atMs).toBe(499 * 4 + 100)
})
