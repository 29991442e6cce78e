import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { TcpConnection } from '../link/tcp/connection.ts'
import type { RecordedEvent } from './link-watch.ts'
import { LiveLink } from './live-link.ts'

beforeEach(() => void vi.useFakeTimers({ now: 1_000_000 }))
afterEach(() => void vi.useRealTimers())

const clock = { nowMs: () => performance.now(), unixMs: () => Date.now() }

function open(sharing: 'separate' | 'shared' = 'separate') {
  const link = new LiveLink('a', { seed: 1, sharing, downlink: {}, uplink: {} }, clock)
  const told: RecordedEvent[] = []
  const stop = link.record({ record: (event) => told.push(event), end: () => {} })
  const toldOf = (kind: RecordedEvent['kind']) => told.filter((event) => event.kind === kind)
  return { link, stop, toldOf }
}

function connect(link: LiveLink): TcpConnection {
  const use = link.join('tcp')
  const options = { congestionControl: 'cubic', tlsRoundTrips: 0 } as const
  const tcp = new TcpConnection(use.line, options, { responseArrived: () => {} })
  use.counters.openFlow(tcp.flow, { what: 'http', tcp: () => tcp.state() })
  use.act(use.nowMs(), (_line, linkMs) => tcp.open(linkMs))
  return tcp
}

test('a record of a link tells where link time 0 is once it is known, and where link time stands when it begins later', () => {
  const { link, toldOf } = open()
  vi.advanceTimersByTime(250)
  expect(toldOf('clock')).toEqual([])
  connect(link)
  expect(toldOf('clock')).toEqual([{ kind: 'clock', of: 'link', atMs: 0, unixMs: 1_000_250 }])
  vi.advanceTimersByTime(40)
  const late: RecordedEvent[] = []
  link.record({ record: (event) => late.push(event), end: () => {} })
  expect(late[0]).toEqual({ kind: 'clock', of: 'link', atMs: 40, unixMs: 1_000_290 })
})

test('a record of a link looks at the modelled senders ten times a second, and no timer is left when nobody records', () => {
  const { link, stop, toldOf } = open()
  connect(link)
  vi.advanceTimersByTime(100)
  expect(toldOf('tcp-state')).toMatchObject([{ lane: 'tcp', cwnd: 10, atMs: 100 }])
  stop()
  vi.advanceTimersByTime(1000)
  expect([toldOf('tcp-state').length, vi.getTimerCount()]).toEqual([1, 0])
})

test('a record of a link tells a change at once, without a packet', () => {
  const { link, toldOf } = open('shared')
  connect(link)
  vi.advanceTimersByTime(30)
  link.change({ ...link.profile, downlink: { oneWayDelayMs: 9 } })
  expect(toldOf('network-changed')).toMatchObject([
    { atMs: 30, lane: 'shared', profile: { downlink: { oneWayDelayMs: 9 } } },
  ])
})

test('a record of a link tells receiver reports in link time', () => {
  const { link, toldOf } = open()
  const reported = { ssrc: 9, lossRatio: 0.25, cumulativeLostPackets: 3, jitterMs: 1.5 }
  link.noteReception({ ...reported, arrivedUnixMs: 0 }, performance.now())
  connect(link)
  link.noteReception({ ...reported, arrivedUnixMs: 5 }, performance.now() + 5)
  expect(toldOf('receiver-report')).toEqual([
    { kind: 'receiver-report', atMs: 5, lane: 'udp', direction: 'up', ...reported },
  ])
})
