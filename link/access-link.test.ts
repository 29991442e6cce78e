import { expect, test } from 'vitest'
import { AccessLink, type Direction } from './access-link.ts'
import type { LinkPacket, Traffic } from './link-packet.ts'
import type { LinkProfile } from './profile.ts'

type Told = readonly [what: string, id: number, atMs: number]

/** A link whose one flow tells everything; `send` is at the moment, of 1000 bytes. */
function tellingLink(profile: LinkProfile) {
  const told: Told[] = []
  const ends = (direction: Direction) => ({
    accepted: ({ id }: LinkPacket, atMs: number) => told.push([`${direction} accepted`, id, atMs]),
    dropped: ({ id }: LinkPacket, atMs: number, cause: string) => told.push([`${direction} ${cause}`, id, atMs]),
    delivered: ({ id }: LinkPacket, atMs: number) => told.push([`${direction} delivered`, id, atMs]),
    duplicated: ({ id }: LinkPacket, atMs: number) => told.push([`${direction} duplicated`, id, atMs]),
  })
  const line = new AccessLink(profile)
  const flow = line.openFlow({ down: ends('down'), up: ends('up') })
  const send = (id: number, atMs: number, traffic: Traffic = 'rtp', direction: Direction = 'down') =>
    line.send(direction, { id, flow, sizeBytes: 1000, traffic }, atMs)
  const momentsOf = (what: string) => told.filter(([kind]) => kind === what).map(([, , atMs]) => atMs)
  return { line, flow, send, told, momentsOf }
}

test('AccessLink has its own numbers in each direction', () => {
  const { line, send, told } = tellingLink({
    seed: 1,
    downlink: { rateBitsPerSecond: 1_000_000, oneWayDelayMs: 10 },
    uplink: { rateBitsPerSecond: 500_000, oneWayDelayMs: 30 },
  })
  send(0, 0)
  send(1, 0, 'rtcp', 'up')
  line.advance(100)
  expect(told.slice(2)).toEqual([
    ['down delivered', 0, 18],
    ['up delivered', 1, 46],
  ])
})

test('AccessLink blocks RTP and RTCP where UDP is blocked, and lets TCP through', () => {
  const { line, send, told } = tellingLink({ seed: 1, downlink: {}, uplink: {}, udpBlocked: true })
  send(0, 5)
  send(1, 5, 'rtcp', 'up')
  send(2, 5, 'tcp')
  line.advance(5)
  expect(told).toEqual([
    ['down blocked', 0, 5],
    ['up blocked', 1, 5],
    ['down accepted', 2, 5],
    ['down delivered', 2, 5],
  ])
})

test('AccessLink tells a second copy before the packet is delivered', () => {
  const { line, send, told } = tellingLink({ seed: 1, downlink: { duplicateRatio: 1, oneWayDelayMs: 10 } })
  send(0, 0)
  line.advance(10)
  expect(told.slice(1)).toEqual([
    ['down duplicated', 0, 10],
    ['down delivered', 0, 10],
  ])
})

const changing: LinkProfile = {
  seed: 1,
  downlink: { rateBitsPerSecond: 1_000_000, queueMs: 10_000 },
  changes: [
    { atSeconds: 0.02, set: { downlink: { rateBitsPerSecond: 2_000_000 } } },
    { atSeconds: 0.1, set: { downlink: { oneWayDelayMs: 50 } } },
  ],
}

test('the changes of a profile act at their moments by themselves', () => {
  const { line, send, momentsOf } = tellingLink(changing)
  for (let id = 0; id < 5; id += 1) send(id, 0)
  send(5, 99)
  send(6, 200)
  line.advance(1000)
  expect(momentsOf('down delivered')).toEqual([8, 16, 24, 28, 32, 153, 254]) // 103 and 204 leave after the second one
})

test('a packet that comes late, entering before a change, meets the line of before', () => {
  const { line, send, momentsOf } = tellingLink(changing)
  line.advance(30)
  send(0, 19)
  line.advance(100)
  expect(momentsOf('down delivered')).toEqual([27])
})

test('change keeps what a change of before has made of the other numbers', () => {
  const { line, send, momentsOf } = tellingLink(changing)
  line.change({ ...changing, downlink: { ...changing.downlink, jitterMs: 0, oneWayDelayMs: 5 } }, 30)
  send(0, 40)
  send(1, 200)
  line.advance(1000)
  expect(momentsOf('down delivered')).toEqual([49, 254]) // still 2 Mbit/s; at 0.1 s the delay changes as planned
})

test('change of the changes begins with the told profile and those of them that are past', () => {
  const { line, send, momentsOf } = tellingLink(changing)
  line.change({ ...changing, changes: [{ atSeconds: 0.01, set: { downlink: { rateBitsPerSecond: 4_000_000 } } }] }, 30)
  send(0, 40)
  send(1, 200)
  line.advance(1000)
  expect(momentsOf('down delivered')).toEqual([42, 202])
})

test('change to what contradicts a change of before takes the told profile with its changes', () => {
  const trace: LinkProfile = {
    ...changing,
    changes: [{ atSeconds: 0.02, set: { downlink: { rateBitsPerSecond: null, trace: [[4000, 1]] } } }],
  }
  const { line, send, momentsOf } = tellingLink(trace)
  line.change({ ...trace, downlink: { rateBitsPerSecond: 500_000 } }, 30)
  send(0, 40)
  line.advance(1000)
  expect(momentsOf('down delivered')).toEqual([42])
})

test('change in an outage sends the packet that it holds, and those behind it', () => {
  const outage: LinkProfile = {
    seed: 1,
    downlink: {
      trace: [
        [1000, 0.01],
        [0, 60],
      ],
      queueBytes: 10_000,
    },
  }
  const { line, send, momentsOf } = tellingLink(outage)
  for (let id = 0; id < 4; id += 1) send(id, 0)
  line.change({ seed: 1, downlink: { rateBitsPerSecond: 1_000_000, queueBytes: 10_000 } }, 1000)
  line.advance(2000)
  expect(momentsOf('down delivered')).toEqual([8, 1008, 1016, 1024])
})

test('two lanes with the same seed lose the same moments and have the same rates', () => {
  const profile: LinkProfile = {
    seed: 7,
    downlink: { generator: { kind: 'markov' }, loss: { kind: 'bad-moments', lossRatio: 0.1, meanBurstMs: 100 } },
  }
  const lanes = (['rtp', 'tcp'] as const).map((traffic) => {
    const { line, send, told } = tellingLink(profile)
    for (let id = 0; id < 2000; id += 1) send(id, id * 10, traffic)
    line.advance(1e6)
    return told
  })
  expect(lanes[0]).toEqual(lanes[1])
  expect(lanes[0]?.filter(([what]) => what === 'down loss').length).toBe(186)
})

test('10,000 flows opened and closed are all forgotten, their packets under way included', () => {
  const line = new AccessLink({ seed: 1, downlink: { oneWayDelayMs: 50 } })
  let delivered = 0
  for (let id = 0; id < 10_000; id += 1) {
    const flow = line.openFlow({ down: { delivered: () => (delivered += 1) } })
    line.send('down', { id, flow, sizeBytes: 1000, traffic: 'tcp' }, id)
    line.closeFlow(flow)
  }
  line.advance(1e6)
  expect([delivered, line.nextEventMs()]).toEqual([0, Infinity])
})

test('AccessLink.closeFlow ends what is told of a flow that has just been told of, and of no other', () => {
  const { line, flow, send, told } = tellingLink({ seed: 1, downlink: { oneWayDelayMs: 20 } })
  let ofOther = 0
  const other = line.openFlow({ down: { delivered: () => (ofOther += 1) } })
  send(0, 0)
  line.send('down', { id: 1, flow: other, sizeBytes: 1000, traffic: 'rtp' }, 0)
  send(2, 0)
  line.closeFlow(flow)
  line.advance(100)
  expect([told.map(([what]) => what), ofOther]).toEqual([['down accepted', 'down accepted'], 1])
})
