import { expect, test } from 'vitest'
import { AccessLink } from '../access-link.ts'
import type { CongestionControl } from '../profile.ts'
import { TcpConnection } from './connection.ts'
import { openEndlessDownload, totalBytes } from './test-support/download.ts'

const downlink = { rateBitsPerSecond: 8_000_000, oneWayDelayMs: 10, loss: { kind: 'random', lossRatio: 0.02 } } as const
const uplink = { oneWayDelayMs: 10 }

test('TcpConnection: ten thousand opened and closed leave nothing on the link', () => {
  const link = new AccessLink({ seed: 1, downlink, uplink })
  let nowMs = 0
  for (let connections = 0; connections < 10_000; connections += 1) {
    const connection: TcpConnection = new TcpConnection(
      link,
      { congestionControl: 'cubic', tlsRoundTrips: 0 },
      { requestArrived: (_bytes, atMs) => connection.write(100_000, atMs), responseArrived: () => {} },
    )
    connection.open(nowMs)
    connection.request(100, nowMs)
    nowMs += connections % 10 === 9 ? 90 : 25 // some are closed with a delayed ACK pending
    link.advance(nowMs)
    connection.close()
  }
  expect(link.alarms.nextEventMs()).toBe(Infinity)
  link.advance(nowMs + 1000)
  expect(link.nextEventMs()).toBe(Infinity)
})

test('TcpConnection says nothing once closed in the midst of a callback', () => {
  const link = new AccessLink({ seed: 1, downlink, uplink })
  let told = 0
  const connection: TcpConnection = new TcpConnection(
    link,
    { congestionControl: 'bbr', tlsRoundTrips: 0 },
    {
      requestArrived: (_bytes, atMs) => connection.write(1_000_000, atMs),
      responseArrived: () => {
        told += 1
        connection.close()
      },
    },
  )
  connection.open(0)
  connection.request(100, 0)
  link.advance(10_000)
  expect(told).toBe(1)
  expect(link.nextEventMs()).toBe(Infinity)
})

test.each(['cubic', 'reno', 'bbr'] as CongestionControl[])('%s: the same seed gives the same log', (control) => {
  const log = () => {
    const { link, responses } = openEndlessDownload({ downlink, uplink, seed: 7, congestionControl: control })
    link.advance(3000)
    return JSON.stringify(responses)
  }
  expect(log()).toBe(log())
})

test('TcpConnection keeps what is in flight, not what is written', () => {
  const { link, connection, responses } = openEndlessDownload({ downlink, uplink })
  link.advance(1000)
  connection.write(50_000_000_000, 1000) // 50 GB
  link.advance(5000)
  expect(connection.state().inFlight).toBeLessThan(100)
  expect(totalBytes(responses)).toBeGreaterThan(1_000_000)
  connection.close()
})
