import { expect, test } from 'vitest'
import type { LinkPacket } from '../link/link-packet.ts'
import type { TcpState } from '../link/tcp/connection.ts'
import { LaneCounters } from './lane-counters.ts'

const packet = (flow: number): LinkPacket => ({ id: 1, flow, sizeBytes: 1000, traffic: 'tcp' })

test('LaneCounters counts all packets, and those of each announced flow apart until it is closed', () => {
  const counters = new LaneCounters()
  counters.openFlow(1, { what: 'http', tcp: () => ({ cwnd: 10 }) as TcpState })
  counters.openFlow(2, { what: 'rtp' })
  counters.accepted('down', packet(1), 1500)
  counters.accepted('up', packet(1), 1600)
  counters.duplicated('down', packet(1), 1700)
  counters.delivered('down', packet(1), 1700, 4)
  counters.dropped('down', packet(2), 1800, 'queue')
  counters.accepted('down', packet(3), 1900) // of nobody who announced it
  const { downlink, uplink, openFlows, flows } = counters.read()
  expect(downlink).toMatchObject({
    acceptedPackets: 2,
    deliveredBytes: 1000,
    duplicatedPackets: 1,
    tailDroppedPackets: 1,
  })
  expect([uplink.acceptedPackets, openFlows]).toEqual([1, 2])
  expect(flows).toMatchObject([
    { what: 'http', sinceSeconds: 1.5, downlink: { duplicatedPackets: 1, queueingDelayMsMax: 4 }, tcp: { cwnd: 10 } },
    { what: 'rtp', sinceSeconds: 1.8, downlink: { acceptedPackets: 0, tailDroppedPackets: 1 } },
  ])
  counters.closeFlow(1)
  expect(counters.read().flows.map(({ what }) => what)).toEqual(['rtp'])
  expect(counters.read().downlink.deliveredBytes).toBe(1000)
})

test('LaneCounters lists the newest 100 flows, however many are open', () => {
  const counters = new LaneCounters()
  for (let flow = 0; flow < 1000; flow += 1) counters.openFlow(flow, { what: flow < 900 ? 'http' : 'rtp' })
  const { openFlows, flows } = counters.read()
  expect([openFlows, flows.length, flows.every(({ what }) => what === 'rtp')]).toEqual([1000, 100, true])
})
