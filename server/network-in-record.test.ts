import { expect, test } from 'vitest'
import { AccessLink } from '../link/access-link.ts'
import type { LinkProfile } from '../link/profile.ts'
import type { RecordedEvent } from './link-watch.ts'
import { NetworkInRecord } from './network-in-record.ts'

const profile: LinkProfile = {
  seed: 1,
  downlink: { rateBitsPerSecond: 1_000_000 },
  changes: [
    { atSeconds: 1, set: { downlink: { rateBitsPerSecond: 2_000_000 } } },
    { atSeconds: 2, set: { downlink: { rateBitsPerSecond: 3_000_000 } } },
    { atSeconds: 9, set: { downlink: { rateBitsPerSecond: null } } },
  ],
}

const wordOf = (event: RecordedEvent) => (event.kind === 'rate-set' ? event.rateBitsPerSecond : event.kind)

function open(nowMs: number) {
  const line = new AccessLink(profile)
  const told: RecordedEvent[] = []
  const record = new NetworkInRecord(
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
    told.flatMap((event) => ('lane' in event && event.direction === 'down' ? [[event.atMs, wordOf(event)]] : []))
  return { line, packet, downlink }
}

test('NetworkInRecord tells the rate at the beginning and each change before the next packet, at its moment', () => {
  const { packet, downlink } = open(0)
  for (const atMs of [500, 2500, 2600]) packet(atMs)
  expect(downlink()).toEqual([
    [0, 1_000_000],
    [500, 'packet-accepted'],
    [1000, 'network-changed'],
    [1000, 2_000_000],
    [2000, 'network-changed'],
    [2000, 3_000_000],
    [2500, 'packet-accepted'],
    [2600, 'packet-accepted'],
  ])
})

test('NetworkInRecord begins in mid-run with the rate of that moment, and tells a PATCH', () => {
  const { line, packet, downlink } = open(1500)
  line.change({ ...profile, downlink: { rateBitsPerSecond: 500_000 } }, 1700)
  packet(1800)
  expect(downlink()).toEqual([
    [1500, 2_000_000],
    [1700, 'network-changed'],
    [1700, 500_000],
    [1800, 'packet-accepted'],
  ])
})

test('NetworkInRecord tells a change of a network that has two lines once, and of both the rates', () => {
  const lines = new Map([
    ['tcp', new AccessLink(profile)],
    ['udp', new AccessLink(profile)],
  ] as const)
  const told: RecordedEvent[] = []
  const record = new NetworkInRecord({ record: (event) => told.push(event), end: () => {} }, () => lines, 0)
  told.length = 0
  record.tellUntil(1000)
  const [changed, ...rates] = told
  const counts = { downlink: { rateBitsPerSecond: 2_000_000 } }
  expect(changed).toMatchObject({ kind: 'network-changed', atMs: 1000, lane: 'tcp', profile: counts })
  expect(rates.map((event) => 'lane' in event && [event.kind, event.lane, event.direction])).toEqual([
    ['rate-set', 'tcp', 'down'],
    ['rate-set', 'tcp', 'up'],
    ['rate-set', 'udp', 'down'],
    ['rate-set', 'udp', 'up'],
  ])
})

test('NetworkInRecord tells the rates of a line that a restart has put in the place of another', () => {
  let line = new AccessLink(profile)
  const told: RecordedEvent[] = []
  const recorder = { record: (event: RecordedEvent) => told.push(event), end: () => {} }
  const record = new NetworkInRecord(recorder, () => new Map([['udp', line]]), 0)
  told.length = 0
  line = new AccessLink({ seed: 1, downlink: { rateBitsPerSecond: 7_000_000 } })
  record.tellUntil(0)
  expect(told[0]).toEqual({ kind: 'rate-set', atMs: 0, lane: 'udp', direction: 'down', rateBitsPerSecond: 7_000_000 })
  expect(told.length).toBe(2)
})
