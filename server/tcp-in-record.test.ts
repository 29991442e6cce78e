import { expect, test } from 'vitest'
import { AccessLink } from '../link/access-link.ts'
import { TcpConnection } from '../link/tcp/connection.ts'
import type { TcpStateEvent } from '../stream/record.ts'
import { LaneCounters } from './lane-counters.ts'
import { TcpInRecord } from './tcp-in-record.ts'

function open() {
  const counters = new LaneCounters()
  const line = new AccessLink({ seed: 1, downlink: { oneWayDelayMs: 25 }, uplink: { oneWayDelayMs: 25 } }, counters)
  const options = { congestionControl: 'cubic', tlsRoundTrips: 0 } as const
  const tcp = new TcpConnection(line, options, { responseArrived: () => {} })
  counters.openFlow(tcp.flow, { what: 'http', tcp: () => tcp.state() })
  const told: TcpStateEvent[] = []
  const record = new TcpInRecord((event) => told.push(event))
  const look = (atMs: number): TcpStateEvent[] => {
    line.advance(atMs)
    record.look(new Map([['tcp', counters]]), atMs)
    return told.splice(0)
  }
  return { counters, tcp, look }
}

test('TcpInRecord tells a modelled sender’s window, and the same one not again', () => {
  const { tcp, look } = open()
  const about = { kind: 'tcp-state', lane: 'tcp', direction: 'down', flow: 1 }
  const fresh = { recovery: 'open', cwnd: 10, inFlight: 0, srttMs: 0, retransmittedSegments: 0 }
  expect(look(0)).toEqual([{ ...about, ...fresh, atMs: 0 }])
  expect(look(100)).toEqual([])
  tcp.open(100)
  tcp.write(1_000_000, 100)
  expect(look(100)).toMatchObject([{ atMs: 100, inFlight: 10 }])
})

test('TcpInRecord forgets a connection that has closed', () => {
  const { counters, tcp, look } = open()
  look(0)
  counters.closeFlow(tcp.flow)
  look(100)
  counters.openFlow(tcp.flow, { what: 'http', tcp: () => tcp.state() })
  expect(look(200).length).toBe(1)
})
