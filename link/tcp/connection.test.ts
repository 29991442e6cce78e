import { expect, test } from 'vitest'
import { goodputKbitPerSecond, openDownload, totalBytes } from './test-support/download.ts'

const line = { downlink: { rateBitsPerSecond: 8_000_000, oneWayDelayMs: 20 }, uplink: { oneWayDelayMs: 20 } }

test('TcpConnection is established after one round trip, asks, and gets the answer in order', () => {
  const { link, connection, established, requests, responses } = openDownload(line, () => 100_000)
  connection.open(0)
  connection.request(300, 0)
  link.advance(10_000)
  expect(established).toEqual([40.06]) // the SYN-ACK's 60 bytes take 0.06 ms at 8 Mbit/s
  expect(requests).toEqual([{ bytes: 300, atMs: 60.06 }])
  expect(responses[0]).toEqual({ bytes: 1448, atMs: 60.06 + 0.052 + 1.5 + 20 }) // behind the ACK of the request
  expect(totalBytes(responses)).toBe(100_000)
})

test('TcpConnection fills the line: payload per packet of 1500 bytes', () => {
  expect(goodputKbitPerSecond(line, 10)).toBeCloseTo(7709, -2) // 8000 × 1448 / 1500 = 7723
})

test('TcpConnection takes more writes after drained', () => {
  const { link, connection, responses } = openDownload(line, () => 1)
  connection.open(0)
  link.advance(100)
  expect(connection.write(60_000, 100)).toBe(true)
  expect(connection.write(60_000, 100)).toBe(false)
  link.advance(1000)
  expect(totalBytes(responses)).toBe(120_000)
})

test('TcpConnection leaves nothing on the link once closed', () => {
  const { link, connection } = openDownload(line, () => 1_000_000)
  connection.open(0)
  connection.request(100, 0)
  link.advance(200)
  connection.close()
  link.advance(Infinity)
  expect(link.nextEventMs()).toBe(Infinity)
})
