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
