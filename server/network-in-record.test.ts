import { expect, test } from 'vitest'
import { AccessLink } from '../link/access-link.ts'
import type { LinkProfile } from '../link/profile.ts'
import type { LinkEvent } from '../stream/record.ts'
import { RatesInRecord } from './rates-in-record.ts'

const profile: LinkProfile = {
  seed: 1,
  downlink: { rateBitsPerSecond: 1_000_000 },
  changes: [
    { atSeconds: 1, set: { downlink: { rateBitsPerSecond: 2_000_000 } } },
    { atSeconds: 2, set: { downlink: { rateBitsPerSecond: 3_000_000 } } },
    { atSeconds: 9, set: { downlink: { rateBitsPerSecond: null } } },
  ],
}

function open(nowMs: number) {
  const line = new AccessLink(profile)
  const told: LinkEvent[] = []
  const record = new RatesInRecord(
    { record: (event) => told.push(event), end: () => {} },
    () => new Map([['udp', line]]),
    nowMs,
  )
  const packet = (atMs: number): void =>
    record.record({
      kind: 'packet-accepted',
      atMs,
      lane: 'udp',
      direction: 'down',
      flow: 1,
      packet: 1,
      traffic: 'rtp',
      sizeBytes: 1000,
    })
  const downlink = () =>
    told.flatMap((event) =>
      event.direction === 'down' ? [[event.atMs, event.kind === 'rate-set' ? event.rateBitsPerSecond : 'packet']] : [],
    )
  return { line, packet, downlink }
}

test('RatesInRecord tells the rate at the beginning and each one that changed before the next packet, at its moment', () => {
  const { packet, downlink } = open(0)
  for (const atMs of [500, 2500, 2600]) packet(atMs)
  expect(downlink()).toEqual([
    [0, 1_000_000],
    [500, 'packet'],
    [1000, 2_000_000],
    [2000, 3_000_000],
    [2500, 'packet'],
    [2600, 'packet'],
  ])
})

test('RatesInRecord begins in mid-run with the rate of that moment, and tells a PATCH', () => {
  const { line, packet, downlink } = open(1500)
  line.change({ ...profile, downlink: { rateBitsPerSecond: 500_000 } }, 1700)
  packet(1800)
  expect(downlink()).toEqual([
    [1500, 2_000_000],
    [1700, 500_000],
    [1800, 'packet'],
  ])
})
