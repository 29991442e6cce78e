import { expect, test } from 'vitest'
import { TcpConnection } from './connection.ts'
import { MaskedLink } from './test-support/masked-link.ts'

/** A response of 1 MB to an application that may have no room; packets of the uplink are lost from and to some moments. */
function openSlowReader(lostUplink: { readonly fromMs: number; readonly toMs: number } = { fromMs: 0, toMs: 0 }) {
  const profile = { seed: 1, downlink: { oneWayDelayMs: 20 }, uplink: { oneWayDelayMs: 20 } }
  const isLost = (direction: 'down' | 'up', _packet: unknown, atMs: number) =>
    direction === 'up' && atMs >= lostUplink.fromMs && atMs < lostUplink.toMs
  const link = new MaskedLink(profile, isLost)
  let arrivedBytes = 0
  const connection: TcpConnection = new TcpConnection(
    link,
    { congestionControl: 'cubic', tlsRoundTrips: 0 },
    {
      requestArrived: (_bytes, atMs) => connection.write(1_000_000, atMs),
      responseArrived: (bytes) => (arrivedBytes += bytes),
    },
  )
  connection.open(0)
  connection.request(100, 0)
  return { link, connection, arrived: () => arrivedBytes }
}

test('TcpConnection sends no more than the room that the client has told', () => {
  const { link, connection, arrived } = openSlowReader()
  connection.setReceiveRoom(50_000, 0)
  link.advance(5000)
  expect(arrived()).toBe(50_000) // the rest of the last segment that fits goes by the window probe
})

test('TcpConnection goes on at once when the window opens', () => {
  const { link, connection, arrived } = openSlowReader()
  connection.setReceiveRoom(50_000, 0)
  link.advance(5000)
  connection.setReceiveRoom(950_000, 5000)
  link.advance(5040)
  expect(arrived()).toBeGreaterThan(50_000)
  link.advance(10_000)
  expect(arrived()).toBe(1_000_000)
})

test('TcpConnection asks again when the window update was lost', () => {
  const { link, connection, arrived } = openSlowReader({ fromMs: 5000, toMs: 5001 })
  connection.setReceiveRoom(50_000, 0)
  link.advance(5000)
  connection.setReceiveRoom(950_000, 5000)
  link.advance(5100)
  expect(arrived()).toBe(50_000)
  link.advance(20_000)
  expect(arrived()).toBe(1_000_000)
})

test('TcpConnection asks seldom while the window stays closed: after one timeout, two, four, up to 120 s', () => {
  const { link, connection } = openSlowReader()
  connection.setReceiveRoom(0, 0)
  link.advance(600_000)
  const probes = link.entered.filter(({ packet }) => packet.kind === 'probe').length
  expect(probes).toBe(12) // nine in the first two minutes (0.24 s, doubled each time), then one each 120 s
})
