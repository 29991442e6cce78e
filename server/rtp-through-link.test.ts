import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import type { LinkProfile } from '../link/profile.ts'
import type { PacketKind } from '../udp-relay/packet-sink.ts'
import { LiveLink } from './live-link.ts'
import { RtpThroughLink } from './rtp-through-link.ts'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

function through(downlink: LinkProfile['downlink'], more: Partial<LinkProfile> = {}) {
  const link = new LiveLink(
    'a',
    { seed: 7, downlink, ...more },
    { nowMs: () => performance.now(), unixMs: () => Date.now() },
  )
  const told: string[] = []
  const sink = new RtpThroughLink(link, {
    sink: {
      send: (kind, trackIndex, packet) => told.push(`${kind} ${trackIndex}:${packet[0]}`),
      close: () => told.push('closed'),
    },
    onDropped: (packet, cause) => told.push(`${cause} ${packet[0]}`),
  })
  const send = (kind: PacketKind, name: number) => sink.send(kind, name % 2, Uint8Array.of(name), performance.now())
  return { link, sink, send, told }
}

test('RtpThroughLink counts 28 bytes of headers to each packet', () => {
  const { link, send } = through({})
  send('rtp', 1)
  expect(link.summary().udp.downlink.deliveredBytes).toBe(29)
})

test('RtpThroughLink passes on what arrives, and tells what was lost', () => {
  const { send, told } = through({ loss: { kind: 'random', lossRatio: 0.05 } })
  for (const name of [1, 2, 3]) send('rtp', name) // seed 7 loses the first at 5 %
  expect(told).toEqual(['loss 1', 'rtp 0:2', 'rtp 1:3'])
})

test('RtpThroughLink tells what the full queue dropped', () => {
  const { send, told } = through({ rateBitsPerSecond: 8000, queueMs: 1 }) // a full packet of queue, 51 small ones
  for (let name = 0; name < 53; name += 1) send('rtp', name)
  expect(told).toEqual(['queue 51', 'queue 52'])
})

test('RtpThroughLink queues RTCP with RTP, and the end follows the newest packet', () => {
  const { link, sink, send, told } = through({ rateBitsPerSecond: 8000 * 29, oneWayDelayMs: 20 }) // 1 ms a packet
  send('rtp', 1)
  send('rtcp', 9)
  send('rtp', 2)
  sink.afterNewest(performance.now(), () => told.push('end'))
  vi.advanceTimersByTime(22)
  expect(told).toEqual(['rtp 1:1', 'rtcp 1:9'])
  vi.advanceTimersByTime(1)
  expect(told).toEqual(['rtp 1:1', 'rtcp 1:9', 'rtp 0:2', 'end'])
  expect(link.summary().udp.downlink.deliveredPackets).toBe(3)
})

test.for(['rtcp', 'rtx', 'fec'] as const)(
  'RtpThroughLink loses the same RTP packets whatever %s is sent between them',
  (kind) => {
    const lost = (between: boolean) => {
      const { send, told } = through({ loss: { kind: 'random', lossRatio: 0.2 } })
      for (let name = 0; name < 40; name += 1) {
        if (between) send(kind, name)
        send('rtp', name)
      }
      return told.filter((what) => what.startsWith('loss'))
    }
    expect(lost(false).length).toBe(12)
    expect(lost(true)).toEqual(lost(false))
  },
)

test('RtpThroughLink lets what the viewer sends cross the uplink, and drops it where UDP is blocked', () => {
  const uplink = { oneWayDelayMs: 30 }
  const { sink, told } = through({}, { uplink })
  const startMs = performance.now()
  sink.sendUp(new Uint8Array(8), (atMs) => told.push(`up ${atMs - startMs}`))
  vi.advanceTimersByTime(29)
  expect(told).toEqual([])
  vi.advanceTimersByTime(1)
  expect(told).toEqual(['up 30'])

  const blocked = through({}, { uplink, udpBlocked: true })
  for (const kind of ['rtp', 'rtcp'] as const) blocked.send(kind, 1)
  blocked.sink.sendUp(new Uint8Array(8), () => blocked.told.push('up'))
  vi.advanceTimersByTime(100)
  expect(blocked.told).toEqual(['blocked 1'])
  const { downlink, uplink: up } = blocked.link.summary().udp
  expect([downlink.blockedPackets, up.blockedPackets]).toEqual([2, 1])
})

test('RtpThroughLink holds no more of a flooding viewer than 256 datagrams', () => {
  const { sink, told } = through({}, { uplink: { oneWayDelayMs: 10_000 } })
  for (let sent = 0; sent < 1000; sent += 1) sink.sendUp(new Uint8Array(8), () => told.push('up'))
  vi.advanceTimersByTime(10_000)
  expect(told.length).toBe(256)
  sink.sendUp(new Uint8Array(8), () => told.push('up'))
  vi.advanceTimersByTime(10_000)
  expect(told.length).toBe(257)
})

test('after a restart the next packet is the first on the new line, and those under way still arrive', () => {
  const { link, send, told } = through({ oneWayDelayMs: 20, loss: { kind: 'random', lossRatio: 0.05 } })
  for (const name of [1, 2]) send('rtp', name)
  vi.advanceTimersByTime(5)
  link.restart()
  for (const name of [3, 4]) send('rtp', name) // seed 7 loses the first at 5 %
  vi.advanceTimersByTime(20)
  expect(told).toEqual(['loss 1', 'loss 3', 'rtp 0:2', 'rtp 0:4'])
  expect(link.summary().udp.downlink).toMatchObject({ acceptedPackets: 2, lostPackets: 1 })
})

test('closeWhenEmpty lets what is under way arrive first', () => {
  const { link, sink, send, told } = through({ oneWayDelayMs: 20 })
  send('rtcp', 1)
  sink.closeWhenEmpty(() => told.push('told'))
  vi.advanceTimersByTime(20)
  expect(told).toEqual(['rtcp 1:1', 'closed', 'told'])
  vi.advanceTimersByTime(500)
  expect(link.unusedMs(performance.now())).toBe(500)
})

test('close discards what is still inside the link', () => {
  const { sink, send, told } = through({ oneWayDelayMs: 20 })
  send('rtp', 1)
  sink.close()
  vi.advanceTimersByTime(100)
  expect(told).toEqual(['closed'])
})

test('RtpThroughLink lets a report that follows a restart cross the old line: link time 0 is a packet of the media’s', () => {
  const { link, sink, send } = through({})
  send('rtp', 1)
  link.restart()
  let isArrived = false
  sink.sendUp(new Uint8Array(100), () => (isArrived = true))
  expect([isArrived, link.summary().startedUnixMs]).toEqual([true, undefined])
  send('rtp', 2)
  expect(link.summary().startedUnixMs).toBe(Date.now())
})

test('RtpThroughLink lets what a viewer sends before PLAY cross a line of its own: the run begins with media', () => {
  const { link, sink, send, told } = through({}, { uplink: { oneWayDelayMs: 30 } })
  sink.sendUp(new Uint8Array(8), () => told.push('up'))
  vi.advanceTimersByTime(30)
  expect([told, link.summary().startedUnixMs, link.summary().udp.uplink.acceptedPackets]).toEqual([
    ['up'],
    undefined,
    0,
  ])
  send('rtp', 1)
  expect(link.summary().startedUnixMs).toBe(Date.now())
  sink.sendUp(new Uint8Array(8), () => told.push('up'))
  vi.advanceTimersByTime(30)
  expect([told.length, link.summary().udp.uplink.acceptedPackets]).toEqual([3, 1])
  sink.close()
  vi.advanceTimersByTime(500)
  expect(link.unusedMs(performance.now())).toBe(500)
})
