import { expect, test } from 'vitest'
import { AccessLink } from '../link/access-link.ts'
import type { LinkProfile } from '../link/profile.ts'
import { TcpConnection } from '../link/tcp/connection.ts'
import { watchCrossings, type Crossing } from '../server/test-support/link-crossing.ts'
import { patternBytes, startLinkServer } from '../server/test-support/link-server.ts'
import { RawHttp } from '../server/test-support/raw-http.ts'
import { matrix } from './test-support/long-run.ts'

const line = {
  seed: 3,
  downlink: { rateBitsPerSecond: 8_000_000, oneWayDelayMs: 20, queueMs: 200 },
  uplink: { rateBitsPerSecond: 2_000_000, oneWayDelayMs: 20 },
} satisfies LinkProfile
const segmentBytes = [30_000, 250_000, 400_000, 5_000, 250_000]

type Request = Crossing & { readonly requestBytes: number; readonly responseBytes: number }

const profiles: [LinkProfile, ...LinkProfile[]] = [
  line,
  { ...line, tcp: { congestionControl: 'reno' } },
  { ...line, tcp: { congestionControl: 'bbr', tlsRoundTrips: 1 } },
  { ...line, downlink: { rateBitsPerSecond: 3_000_000, oneWayDelayMs: 60, queueMs: 100 } },
]
for (const profile of matrix(profiles)) {
  test(`segments take the time live that they take in virtual time: ${JSON.stringify(profile)}`, async (context) => {
    const files = Object.fromEntries(segmentBytes.map((size, index) => [`${index}.ts`, patternBytes(size)]))
    const server = await startLinkServer(context, files)
    const { id } = server.links.create(profile)
    const crossing = watchCrossings(server.links, id)
    const client = await RawHttp.open(context, server.port)
    const live: Request[] = []
    for (const name of Object.keys(files)) {
      const [sentBytes, receivedBytes] = [client.socket.bytesWritten, client.wireBytes]
      await client.ask(server.through(id, name))
      const requestBytes = client.socket.bytesWritten - sentBytes
      live.push({ ...crossing(), requestBytes, responseBytes: client.wireBytes - receivedBytes })
    }
    const virtual = crossVirtually(profile, live)
    for (const [index, { startMs, endMs }] of live.entries()) {
      const expectedMs = (virtual[index] as number) - startMs
      expect(Math.abs(endMs - startMs - expectedMs)).toBeLessThan(Math.max(0.03 * expectedMs, 5))
    }
  })
}

/** The moments at which the same requests end on a fresh line without sockets, files and timers. */
function crossVirtually(profile: LinkProfile, requests: readonly Request[]): number[] {
  const fresh = new AccessLink(profile)
  const { congestionControl = 'cubic', tlsRoundTrips = 0 } = profile.tcp ?? {}
  let [arrivedBytes, arrivedMs, askedMs] = [0, 0, Infinity]
  const tcp = new TcpConnection(
    fresh,
    { congestionControl, tlsRoundTrips },
    {
      requestArrived: (_bytes, atMs) => (askedMs = atMs),
      responseArrived: (bytes, atMs) => {
        arrivedBytes += bytes
        arrivedMs = atMs
      },
    },
  )
  tcp.open(0)
  return requests.map(({ startMs, serverMs, requestBytes, responseBytes }) => {
    fresh.advance(startMs)
    ;[arrivedBytes, askedMs] = [0, Infinity]
    tcp.request(requestBytes, startMs)
    while (askedMs === Infinity) fresh.advance(fresh.nextEventMs())
    const writtenMs = askedMs + serverMs
    fresh.advance(writtenMs)
    tcp.write(responseBytes, writtenMs)
    while (arrivedBytes < responseBytes) fresh.advance(fresh.nextEventMs())
    return arrivedMs
  })
}
