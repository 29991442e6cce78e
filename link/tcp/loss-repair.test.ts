import { expect, test } from 'vitest'
import type { CongestionControl } from '../profile.ts'
import { TcpConnection } from './connection.ts'
import { MSS_BYTES } from './tcp-packet.ts'
import { MaskedLink } from './test-support/masked-link.ts'

const RTT_MS = 100
const controls: CongestionControl[] = ['cubic', 'reno', 'bbr']

/** A response of so many segments over a line without a rate, on which the first transmissions of some are lost: a segment
 *  named twice is lost twice. */
function respond(segments: number, lost: readonly number[], congestionControl: CongestionControl = 'cubic') {
  const toLose = [...lost]
  const profile = { seed: 1, downlink: { oneWayDelayMs: RTT_MS / 2 }, uplink: { oneWayDelayMs: RTT_MS / 2 } }
  const link = new MaskedLink(profile, (direction, { segment }) => {
    const place = direction === 'down' && segment >= 0 ? toLose.indexOf(segment) : -1
    if (place >= 0) toLose.splice(place, 1)
    return place >= 0
  })
  const arrivals: { readonly bytes: number; readonly atMs: number }[] = []
  const connection: TcpConnection = new TcpConnection(
    link,
    { congestionControl, tlsRoundTrips: 0 },
    {
      requestArrived: (_bytes, atMs) => connection.write(segments * MSS_BYTES, atMs),
      responseArrived: (bytes, atMs) => arrivals.push({ bytes, atMs }),
    },
  )
  connection.open(0)
  connection.request(100, 0)
  link.advance(60_000)
  return { link, connection, arrivals }
}

test('TcpConnection grows its window 10, 20, 40 segments, one round trip after the other', () => {
  const { link } = respond(70, [])
  const sentMs = link.entered.filter(({ packet }) => packet.payloadBytes === MSS_BYTES).map(({ atMs }) => atMs)
  const perRoundTrip = [150, 250, 350].map((startMs) => sentMs.filter((atMs) => atMs === startMs).length)
  expect(perRoundTrip).toEqual([10, 20, 40])
})

test.each(controls)(
  '%s sends a lost segment again one round trip later, once three later ones are SACKed',
  (control) => {
    const { link, connection } = respond(10, [4], control)
    expect(link.sentMs(4)).toEqual([150, 250])
    expect(connection.state()).toMatchObject({ retransmittedSegments: 1, timeouts: 0 })
  },
)

test('TcpConnection waits a reordering window before it sends again a segment with two SACKed after it', () => {
  const { link } = respond(10, [7])
  // the second SACK comes at 250; a quarter of the RTT is 25 ms, TCP_TIMEOUT_MIN 2 ms: 7 ticks, and the wheel's one more
  expect(link.sentMs(7)).toEqual([150, 280])
})

test('TcpConnection probes for a lost last segment after two round trips, delayed ACK allowed for', () => {
  const { link, connection } = respond(10, [9])
  // at 250 one segment is out: 2 × RTT + 200 ms is later than the timeout, RTT + 200 ms = 75 ticks; the wheel: 552 → 576
  expect(link.sentMs(9)).toEqual([150, 576])
  expect(connection.state()).toMatchObject({ timeouts: 0 })
})

test('TcpConnection probes for a lost tail of two after two round trips, and then knows both', () => {
  const { link, connection } = respond(10, [8, 9])
  expect(link.sentMs(9)).toEqual([150, 456]) // 250 + 2 × RTT + 2 ms: tick 62 + 51, and the wheel's one more
  expect(link.sentMs(8)).toEqual([150, 556])
  expect(connection.state()).toMatchObject({ retransmittedSegments: 2, timeouts: 0 })
})

test('TcpConnection mends a lost flight with one probe and without a timeout', () => {
  const { link, connection } = respond(10, [0, 1, 2, 3, 4, 5, 6, 7, 8, 9])
  expect(link.sentMs(9)).toEqual([150, 356])
  expect(link.sentMs(0)).toEqual([150, 456])
  expect(connection.state()).toMatchObject({ timeouts: 0 })
})

test('TcpConnection times out when the probe is lost too, and begins again with one segment', () => {
  const { link, connection } = respond(10, [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 9])
  expect(link.sentMs(9)[1]).toBe(356)
  expect(link.sentMs(0)).toEqual([150, 672]) // 356 + RTT + 200 ms: tick 89 + 75 in slots of eight ticks
  expect(link.sentMs(1)).toEqual([150, 772])
  expect(connection.state()).toMatchObject({ timeouts: 1 })
})

test('TcpConnection tells each byte once, in order, whichever segment is lost', () => {
  for (let segment = 0; segment < 30; segment += 1) {
    const { arrivals } = respond(30, [segment])
    expect(arrivals.reduce((sum, { bytes }) => sum + bytes, 0)).toBe(30 * MSS_BYTES)
  }
})
