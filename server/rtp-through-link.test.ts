import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import type { LinkProfile } from '../link/profile.ts'
import { LiveLink } from './live-link.ts'
import { RtpThroughLink } from './rtp-through-link.ts'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

function through(downlink: LinkProfile['downlink']) {
  const link = new LiveLink('a', { seed: 7, downlink }, { nowMs: () => performance.now(), unixMs: () => Date.now() })
  const told: string[] = []
  const sink = new RtpThroughLink(link, {
    sink: {
      send: (kind, trackIndex, packet) => told.push(`${kind} ${trackIndex}:${packet[0]}`),
      close: () => told.push('closed'),
    },
    onDropped: (packet, cause) => told.push(`${cause} ${packet[0]}`),
  })
  const send = (kind: 'rtp' | 'rtcp', name: number) => sink.send(kind, name % 2, Uint8Array.of(name), performance.now())
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

test('RtpThroughLink lets RTCP and the end follow the packet before them, and takes no draw for them', () => {
  const { sink, send, told } = through({ oneWayDelayMs: 20, loss: { kind: 'random', lossRatio: 0.05 } })
  send('rtcp', 9)
  expect(told).toEqual(['rtcp 1:9']) // nothing is under way
  send('rtp', 1)
  send('rtp', 2)
  send('rtcp', 9)
  sink.afterNewest(performance.now(), () => told.push('end'))
  vi.advanceTimersByTime(19)
  expect(told).toEqual(['rtcp 1:9', 'loss 1'])
  vi.advanceTimersByTime(1)
  expect(told).toEqual(['rtcp 1:9', 'loss 1', 'rtp 0:2', 'rtcp 1:9', 'end'])
})

test('close discards what is still inside the link', () => {
  const { sink, send, told } = through({ oneWayDelayMs: 20 })
  send('rtp', 1)
  sink.close()
  vi.advanceTimersByTime(100)
  expect(told).toEqual(['closed'])
})
