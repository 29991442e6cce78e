import { expect, test } from 'vitest'
import { AccessLink, type PacketFate } from './access-link.ts'
import type { LinkProfile } from './profile.ts'

/** 1000 packets of 1128 bytes, 4 ms apart: 2.256 Mbit/s. */
function fates(
  profile: LinkProfile,
  change?: { readonly atPacket: number; readonly profile: LinkProfile },
): PacketFate[] {
  const told: PacketFate[] = []
  const link = new AccessLink(profile, (fate) => told.push(fate))
  for (let id = 0; id < 1000; id += 1) {
    if (id === change?.atPacket) link.change(change.profile, id * 4)
    link.accept({ id, flow: 0, sizeBytes: 1128 }, id * 4)
  }
  link.advance(1e6)
  return told
}

const ids = (told: readonly PacketFate[], kind: PacketFate['kind']) =>
  told.filter((fate) => fate.kind === kind).map(({ packet }) => packet.id)

const random = (seed: number, lossRatio: number): LinkProfile => ({
  seed,
  downlink: { loss: { kind: 'random', lossRatio } },
})

test('AccessLink loses exactly these of 1000 packets at 5 % with seed 7', () => {
  expect(ids(fates(random(7, 0.05)), 'lost')).toEqual([
    0, 11, 22, 24, 32, 36, 39, 53, 74, 124, 142, 159, 161, 185, 204, 267, 271, 297, 387, 435, 445, 465, 486, 491, 494,
    499, 502, 542, 547, 576, 586, 621, 631, 673, 713, 798, 803, 841, 860, 881, 980, 995,
  ])
})

test('AccessLink loses at 5 % all that it loses at 2 % with the same seed', () => {
  const atTwo = ids(fates(random(7, 0.02)), 'lost')
  const atFive = new Set(ids(fates(random(7, 0.05)), 'lost'))
  expect([atTwo.length, atFive.size]).toEqual([11, 42])
  expect(atTwo.every((id) => atFive.has(id))).toBe(true)
})

test('AccessLink delivers after serialisation, queue and one-way delay, and tells the queueing delay', () => {
  const told: PacketFate[] = []
  const link = new AccessLink({ seed: 1, downlink: { rateBitsPerSecond: 1_000_000, oneWayDelayMs: 35 } }, (fate) =>
    told.push(fate),
  )
  for (const id of [0, 1]) link.accept({ id, flow: 0, sizeBytes: 1000 }, 100)
  link.advance(150.9)
  const packet = (id: number) => ({ id, flow: 0, sizeBytes: 1000 })
  expect(told).toEqual([
    { kind: 'accepted', packet: packet(0), atMs: 100 },
    { kind: 'accepted', packet: packet(1), atMs: 100 },
    { kind: 'delivered', packet: packet(0), atMs: 143, queueingDelayMs: 0 },
  ])
  expect(link.nextEventMs()).toBe(151)
})

test('AccessLink drops at the tail the share that a slow line cannot carry', () => {
  const told = fates({ seed: 1, downlink: { rateBitsPerSecond: 1_128_000, queueMs: 100 } }) // half of what is offered
  const counts = [ids(told, 'accepted').length, ids(told, 'tail-dropped').length, ids(told, 'delivered').length]
  expect(counts).toEqual([511, 489, 511]) // 4000 ms / 8 ms, and 11 more that wait behind the one being sent
})

test('change of the loss ratio acts at the next packet and keeps the place in the sequence', () => {
  const all = ids(fates(random(7, 0.05)), 'lost')
  const told = fates(random(7, 0), { atPacket: 500, profile: random(7, 0.05) })
  expect(ids(told, 'lost')).toEqual(all.filter((id) => id >= 500))
})

test('change of the seed begins its sequence at the next packet', () => {
  const begun = ids(fates(random(7, 0.05)), 'lost').filter((id) => id < 500)
  const told = fates(random(8, 0), { atPacket: 500, profile: random(7, 0.05) })
  expect(ids(told, 'lost')).toEqual(begun.map((id) => id + 500))
})

test('change to a shorter delay does not reorder: no packet overtakes one that travels', () => {
  const told = fates(
    { seed: 1, downlink: { oneWayDelayMs: 100 } },
    { atPacket: 500, profile: { seed: 1, downlink: { oneWayDelayMs: 10 } } },
  )
  expect(ids(told, 'delivered')).toEqual(Array.from({ length: 1000 }, (_, id) => id))
  const atMs = told.find((fate) => fate.kind === 'delivered' && fate.packet.id === 500)?.atMs
  expect(atMs).toBe(499 * 4 + 100)
})
