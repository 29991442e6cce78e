import { expect, test } from 'vitest'
import { packetEvents } from './packet-events.ts'
import type { PacketEvent } from './record.ts'

test('packetEvents tells each fate of a packet with its lane and direction', () => {
  const told: PacketEvent[] = []
  const observer = packetEvents('udp', (event) => told.push(event))
  const packet = { id: 5, flow: 2, traffic: 'rtp', sizeBytes: 1128 } as const
  observer.accepted('down', packet, 1)
  observer.dropped('up', packet, 2, 'loss')
  observer.delivered('down', packet, 3, 0.5)
  const about = { lane: 'udp', flow: 2, packet: 5, traffic: 'rtp', sizeBytes: 1128 }
  expect(told).toEqual([
    { kind: 'packet-accepted', atMs: 1, direction: 'down', ...about },
    { kind: 'packet-dropped', atMs: 2, direction: 'up', cause: 'loss', ...about },
    { kind: 'packet-delivered', atMs: 3, direction: 'down', queueingDelayMs: 0.5, ...about },
  ])
})

test('packetEvents names the RTP packet where it is accepted or dropped', () => {
  const told: PacketEvent[] = []
  const rtpOf = ({ id }: { readonly id: number }) => ({ ssrc: 9, sequenceNumber: id + 300 })
  const observer = packetEvents('udp', (event) => told.push(event), rtpOf)
  const packet = { id: 5, flow: 2, traffic: 'rtp', sizeBytes: 1128 } as const
  observer.accepted('down', packet, 1)
  observer.dropped('down', packet, 2, 'loss')
  observer.delivered('down', packet, 3, 0.5)
  expect(told.map((event) => 'sequenceNumber' in event && [event.ssrc, event.sequenceNumber])).toEqual([
    [9, 305],
    [9, 305],
    false,
  ])
})
