import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import type { PacketFate } from '../link/access-link.ts'
import type { LinkProfile } from '../link/profile.ts'
import { LiveLink } from './live-link.ts'

beforeEach(() => void vi.useFakeTimers({ now: 1_000_000 }))
afterEach(() => void vi.useRealTimers())

const clock = { nowMs: () => performance.now(), unixMs: () => Date.now() }

function open(profile: LinkProfile) {
  const link = new LiveLink('a', profile, clock)
  const told: PacketFate[] = []
  const flow = link.openFlow((fate) => told.push(fate))
  const enter = (scheduledMs: number, sizeBytes = 1000) => flow.enter(flow.newPacketId(), sizeBytes, scheduledMs)
  const delivered = () => told.filter(({ kind }) => kind === 'delivered')
  return { link, flow, enter, told, delivered }
}

test('LiveLink delivers without a timer what needs no time', () => {
  const { enter, delivered } = open({ seed: 1, downlink: {} })
  enter(performance.now())
  expect(delivered().length).toBe(1)
})

test('LiveLink rings when a packet is due, and stamps it with its own moment', () => {
  const { enter, delivered } = open({ seed: 1, downlink: { rateBitsPerSecond: 1_000_000, oneWayDelayMs: 20 } })
  const startMs = performance.now()
  enter(startMs)
  enter(startMs)
  vi.advanceTimersByTime(27)
  expect(delivered().length).toBe(0)
  vi.advanceTimersByTime(1)
  vi.advanceTimersByTime(100)
  expect(delivered().map(({ atMs }) => atMs - startMs)).toEqual([28, 36])
  expect(vi.getTimerCount()).toBe(0)
})

test('LiveLink lets packets in at their scheduled times, also when they are brought late', () => {
  const { enter, delivered } = open({ seed: 1, downlink: { rateBitsPerSecond: 1_000_000 } })
  const startMs = performance.now()
  vi.advanceTimersByTime(50)
  enter(startMs)
  enter(startMs + 4)
  enter(startMs + 30)
  vi.advanceTimersByTime(100)
  expect(delivered().map(({ atMs }) => atMs - startMs)).toEqual([8, 16, 38])
})

test('LiveLink decides alike wherever the clock stands, also at the very moment a packet has left', () => {
  const tailDropped = (startMs: number) => {
    const { enter, told } = open({ seed: 7, downlink: { rateBitsPerSecond: 1_000_000, queueMs: 40 } })
    for (let packet = 0; packet < 5; packet += 1) enter(startMs) // the queue is full, and a packet leaves every 8 ms
    for (let packet = 1; packet < 200; packet += 1) enter(startMs + packet * 8)
    vi.advanceTimersByTime(5000)
    return told.filter(({ kind }) => kind === 'tail-dropped').length
  }
  for (const offsetMs of [0, 0.1, 0.7, 123.456, 9999.999]) expect(tailDropped(performance.now() + offsetMs)).toBe(0)
})

test('restart begins the seed’s sequence and the counters anew', () => {
  const profile = { seed: 7, downlink: { loss: { kind: 'random', lossRatio: 0.05 } } } as const
  const { link, enter, told } = open(profile)
  const lostOf = () => {
    const firstId = Math.min(...told.map(({ packet }) => packet.id))
    const lost = told.filter(({ kind }) => kind === 'lost').map(({ packet }) => packet.id - firstId)
    told.length = 0
    return lost
  }
  for (let packet = 0; packet < 100; packet += 1) enter(performance.now())
  const first = lostOf()
  expect(first).toEqual([0, 11, 22, 24, 32, 36, 39, 53, 74])
  expect(link.summary().udp).toMatchObject({ acceptedPackets: 100, lostPackets: 9, deliveredPackets: 91 })
  link.restart()
  expect(link.summary().startedUnixMs).toBeUndefined()
  expect(link.summary().udp.acceptedPackets).toBe(0)
  for (let packet = 0; packet < 100; packet += 1) enter(performance.now())
  expect(lostOf()).toEqual(first)
})

test('change acts on the packets that wait and on those to come', () => {
  const { link, enter, delivered } = open({ seed: 1, downlink: { rateBitsPerSecond: 1_000_000 } })
  const startMs = performance.now()
  for (let packet = 0; packet < 3; packet += 1) enter(startMs)
  link.change({ seed: 1, downlink: {} })
  vi.advanceTimersByTime(8)
  expect(delivered().map(({ atMs }) => atMs - startMs)).toEqual([8, 8, 8])
})

test('summary tells delays, the start in civil time, and how late the timer rang', () => {
  const { link, enter } = open({ seed: 1, downlink: { rateBitsPerSecond: 1_000_000 } })
  const startMs = performance.now()
  enter(startMs)
  enter(startMs)
  vi.advanceTimersByTime(16)
  expect(link.summary()).toMatchObject({
    id: 'a',
    startedUnixMs: 1_000_000,
    timerLagMsP99: 1,
    udp: { deliveredPackets: 2, deliveredBytes: 2000, queueingDelayMsMean: 4, queueingDelayMsMax: 8 },
  })
})

test('a link is unused from the moment its last flow leaves', () => {
  const { link, flow } = open({ seed: 1, downlink: {} })
  vi.advanceTimersByTime(5000)
  expect(link.unusedMs(performance.now())).toBe(0)
  flow.leave()
  vi.advanceTimersByTime(700)
  expect(link.unusedMs(performance.now())).toBe(700)
})
