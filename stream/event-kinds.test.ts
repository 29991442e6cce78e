import { expect, test } from 'vitest'
import { isOfViewer, listensTo, receiverOf, viewerOf } from './event-kinds.ts'
import type { PacketEvent, RunEvent } from './record.ts'

const packet: PacketEvent = {
  kind: 'packet-accepted',
  atMs: 0,
  lane: 'shared',
  direction: 'down',
  flow: 1,
  packet: 1,
  traffic: 'rtcp',
  sizeBytes: 92,
}
const events: readonly RunEvent[] = [
  { kind: 'paused', atMs: 0, side: 'udp' },
  { kind: 'ended', atMs: 1 },
  packet,
  { kind: 'clock', of: 'hls', atMs: 2, unixMs: 3 },
  { kind: 'events-left-out', atMs: 4, events: 5 },
]

test('listensTo hears the kinds it names and no others', () => {
  expect(events.filter(listensTo('ended', 'packet-accepted')).map(({ kind }) => kind)).toEqual([
    'ended',
    'packet-accepted',
  ])
})

test('a viewer’s event without a side is HLS’', () => {
  expect(events.filter(isOfViewer).map(viewerOf)).toEqual(['udp', 'hls'])
})

test('a packet is for whoever has the lane to himself, on a shared one by what it carries', () => {
  const of = (changes: Partial<PacketEvent>) => receiverOf({ ...packet, ...changes } as PacketEvent)
  expect([of({}), of({ traffic: 'tcp' }), of({ lane: 'udp', traffic: 'tcp' }), of({ lane: 'tcp' })]).toEqual([
    'udp',
    'hls',
    'udp',
    'hls',
  ])
})
