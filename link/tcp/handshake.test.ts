import { expect, test } from 'vitest'
import { TcpConnection } from './connection.ts'
import { MaskedLink } from './test-support/masked-link.ts'

/** A connection whose first SYNs or SYN-ACKs are lost; the server answers with 20 kB. */
function openWith(lost: { readonly syns?: number; readonly synAcks?: number }, tlsRoundTrips: 0 | 1 | 2 = 0) {
  const left = { syn: lost.syns ?? 0, 'syn-ack': lost.synAcks ?? 0 }
  const profile = { seed: 1, downlink: { oneWayDelayMs: 50 }, uplink: { oneWayDelayMs: 50 } }
  const link = new MaskedLink(profile, (_direction, { kind }) => {
    if (kind !== 'syn' && kind !== 'syn-ack') return false
    left[kind] -= 1
    return left[kind] >= 0
  })
  const establishedMs: number[] = []
  const responses: number[] = []
  const connection: TcpConnection = new TcpConnection(
    link,
    { congestionControl: 'cubic', tlsRoundTrips },
    {
      established: (atMs) => establishedMs.push(atMs),
      requestArrived: (_bytes, atMs) => connection.write(20_000, atMs),
      responseArrived: (_bytes, atMs) => responses.push(atMs),
    },
  )
  connection.open(0)
  connection.request(100, 0)
  link.advance(30_000)
  return { link, establishedMs, responses }
}

test.each([
  { lost: {}, atMs: 100 },
  { lost: { syns: 1 }, atMs: 1100 },
  { lost: { synAcks: 1 }, atMs: 1100 },
  { lost: { syns: 2 }, atMs: 3100 },
  { lost: { syns: 1, synAcks: 2 }, atMs: 7100 },
])('TcpConnection with $lost lost is established at $atMs ms', ({ lost, atMs }) => {
  expect(openWith(lost).establishedMs).toEqual([atMs])
})

test.each([
  { tlsRoundTrips: 1, atMs: 200 },
  { tlsRoundTrips: 2, atMs: 300 },
] as const)('TcpConnection with $tlsRoundTrips round trips of TLS is established at $atMs ms', (row) => {
  expect(openWith({}, row.tlsRoundTrips).establishedMs).toEqual([row.atMs])
})

test('TcpConnection begins with one segment after a lost SYN, with ten otherwise', () => {
  const firstFlight = ({ link, responses }: ReturnType<typeof openWith>) =>
    link.entered.filter(({ packet, atMs }) => packet.payloadBytes > 100 && atMs === (responses[0] as number) - 50)
      .length
  expect(firstFlight(openWith({}))).toBe(10)
  expect(firstFlight(openWith({ syns: 1 }))).toBe(1)
})
