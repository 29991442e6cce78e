import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test, vi } from 'vitest'
import { AccessLink } from '../link/access-link.ts'
import { FULL_PACKET_BYTES, TCP_IPV4_HEADER_BYTES } from '../link/link-packet.ts'
import type { LinkProfile } from '../link/profile.ts'
import { TcpConnection, type TcpState } from '../link/tcp/connection.ts'
import { MSS_BYTES } from '../link/tcp/tcp-packet.ts'
import type { FlowSummary } from '../protocol/weir-api.ts'
import type { Links } from '../server/links.ts'
import { watchCrossings, type Crossing } from '../server/test-support/link-crossing.ts'
import { patternBytes, startLinkServer } from '../server/test-support/link-server.ts'
import { RawHttp } from '../server/test-support/raw-http.ts'
import { needs } from './test-support/clients.ts'
import { inLongRun, matrix } from './test-support/long-run.ts'
import { runClient } from './test-support/run-client.ts'
import { heldMemory } from './test-support/held-memory.ts'
import { temporaryFolder } from './test-support/temporary-folder.ts'

const line = {
  seed: 3,
  downlink: { rateBitsPerSecond: 8_000_000, oneWayDelayMs: 20, queueMs: 200 },
  uplink: { rateBitsPerSecond: 2_000_000, oneWayDelayMs: 20 },
} satisfies LinkProfile
const answerBytes = [30_000, 250_000, 400_000, 5_000, 250_000]

type Request = Crossing & { readonly requestBytes: number; readonly responseBytes: number }

const profiles: [LinkProfile, ...LinkProfile[]] = [
  line,
  { ...line, tcp: { congestionControl: 'reno' } },
  { ...line, tcp: { congestionControl: 'bbr', tlsRoundTrips: 1 } },
  { ...line, downlink: { rateBitsPerSecond: 3_000_000, oneWayDelayMs: 60, queueMs: 100 } },
]
for (const profile of matrix(profiles)) {
  test(`answers take the time live that they take in virtual time: ${JSON.stringify(profile)}`, async (context) => {
    // Of a kind that the origin writes in one piece: a disk that is slow in the middle of a file is no matter of the link.
    const files = Object.fromEntries(answerBytes.map((size, index) => [`${index}.json`, patternBytes(size)]))
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

test('byte ranges of one file take the time live that they take in virtual time, and are those bytes', async (context) => {
  const wholeBytes = answerBytes.reduce((sum, bytes) => sum + bytes, 0)
  const whole = patternBytes(wholeBytes)
  const server = await startLinkServer(context, { 'single.ts': whole })
  const { id } = server.links.create(line)
  const crossing = watchCrossings(server.links, id)
  const client = await RawHttp.open(context, server.port)
  const live: Request[] = []
  let at = 0
  for (const sizeBytes of answerBytes) {
    const [sentBytes, receivedBytes] = [client.socket.bytesWritten, client.wireBytes]
    const range = `Range: bytes=${at}-${at + sizeBytes - 1}`
    const { status, head, body } = await client.ask(server.through(id, 'single.ts'), [range])
    expect([status, /content-range: (.*)/i.exec(head)?.[1]]).toEqual([
      206,
      `bytes ${at}-${at + sizeBytes - 1}/${wholeBytes}`,
    ])
    expect(body.equals(whole.subarray(at, at + sizeBytes))).toBe(true)
    const requestBytes = client.socket.bytesWritten - sentBytes
    live.push({ ...crossing(), requestBytes, responseBytes: client.wireBytes - receivedBytes })
    at += sizeBytes
  }
  const virtual = crossVirtually(line, live)
  for (const [index, { startMs, endMs }] of live.entries()) {
    const expectedMs = (virtual[index] as number) - startMs
    expect(Math.abs(endMs - startMs - expectedMs)).toBeLessThan(Math.max(0.03 * expectedMs, 5))
  }
})

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

const downloads: [
  row: { readonly profile: LinkProfile; readonly seconds: number },
  ...{ profile: LinkProfile; seconds: number }[],
] = [
  { profile: line, seconds: 4 },
  { profile: line, seconds: 20 },
  { profile: { ...line, tcp: { congestionControl: 'reno' } }, seconds: 20 },
  { profile: { ...line, tcp: { congestionControl: 'bbr' } }, seconds: 20 },
  { profile: { ...line, downlink: { ...line.downlink, rateBitsPerSecond: 30_000_000 } }, seconds: 20 },
  { profile: { ...line, downlink: { rateBitsPerSecond: 2_000_000, oneWayDelayMs: 50, queueMs: 200 } }, seconds: 20 },
]
for (const { profile, seconds } of matrix(downloads)) {
  test(`a download of ${seconds} s gets rate × 1448/1500: ${JSON.stringify(profile)}`, async (context) => {
    const { rateBitsPerSecond = 0 } = profile.downlink
    const goodBytesPerMs = ((rateBitsPerSecond / 8000) * MSS_BYTES) / FULL_PACKET_BYTES
    const server = await startLinkServer(context, { 'long.ts': Buffer.alloc(goodBytesPerMs * 1000 * (seconds + 0.5)) })
    const { id } = server.links.create(profile)
    const arrivals = watchArrivals(server.links, id)
    const client = await RawHttp.open(context, server.port)
    const startedMs = performance.now()
    const { endMs } = await client.ask(server.through(id, 'long.ts'))
    const lastMs = arrivals.at(-1)?.atMs ?? 0
    expect(lastMs).toBeGreaterThan(1000 * seconds)
    expect(endMs - startedMs).toBeGreaterThan(lastMs) // real bytes come no earlier than modelled ones
    const ratio = bytesPerMs(arrivals, 2000, lastMs) / goodBytesPerMs // slow start and its losses are over
    expect(Math.abs(ratio - 1)).toBeLessThan(0.03)
  })
}

test('another rate acts at once in the middle of a download', async (context) => {
  const server = await startLinkServer(context, { 'long.ts': Buffer.alloc(5_000_000) })
  const { id } = server.links.create(line)
  const arrivals = watchArrivals(server.links, id)
  const client = await RawHttp.open(context, server.port)
  client.ask(server.through(id, 'long.ts')).catch(() => undefined)
  const lastMs = () => arrivals.at(-1)?.atMs ?? 0
  await vi.waitFor(() => expect(lastMs()).toBeGreaterThan(1000), { timeout: 10_000 })
  const { linkTimeSeconds = 0 } = server.links.patch(id, { downlink: { rateBitsPerSecond: 2_000_000 } })
  const atMs = 1000 * linkTimeSeconds
  await vi.waitFor(() => expect(lastMs()).toBeGreaterThan(atMs + 600), { timeout: 10_000 })
  const travelMs = line.downlink.oneWayDelayMs // of what had left the queue
  expect((bytesPerMs(arrivals, 300, atMs) * FULL_PACKET_BYTES) / MSS_BYTES / 1000).toBeCloseTo(1, 1)
  expect((bytesPerMs(arrivals, atMs + travelMs + 6, atMs + 600) * FULL_PACKET_BYTES) / MSS_BYTES / 250).toBeCloseTo(
    1,
    1,
  )
})

type Arrival = { readonly atMs: number; readonly payloadBytes: number }

/** The data packets that arrive at the client from now on, at their modelled moments. */
function watchArrivals(links: Links, id: string): Arrival[] {
  const arrivals: Arrival[] = []
  links.record(id, {
    record: (event) => {
      if (event.kind !== 'packet-delivered' || event.direction !== 'down') return
      arrivals.push({ atMs: event.atMs, payloadBytes: event.sizeBytes - TCP_IPV4_HEADER_BYTES })
    },
    end: () => {},
  })
  return arrivals
}

function bytesPerMs(arrivals: readonly Arrival[], fromMs: number, untilMs: number): number {
  const within = arrivals.filter(({ atMs }) => atMs > fromMs && atMs <= untilMs)
  return within.reduce((sum, { payloadBytes }) => sum + payloadBytes, 0) / (untilMs - fromMs)
}

test('connections of one link share its bottleneck, and together get no more than one would', async (context) => {
  const seconds = inLongRun ? 20 : 2
  const server = await startLinkServer(context, { 'long.ts': Buffer.alloc(seconds * 500_000) })
  const { id } = server.links.create(line)
  const clients = await Promise.all([1, 2, 3].map(() => RawHttp.open(context, server.port)))
  const asked = clients.map((client) => client.ask(server.through(id, 'long.ts')).catch(() => undefined))
  await Promise.race(asked)
  const { linkTimeSeconds = 0, tcp } = server.links.get(id)
  const { downlink, flows } = tcp
  const shares = flows.map((flow) => flow.downlink.deliveredBytes / downlink.deliveredBytes)
  expect(shares.length).toBe(3)
  expect(shares.reduce((sum, share) => sum + share)).toBeCloseTo(1, 6)
  for (const share of shares) expect(share).toBeGreaterThan(inLongRun ? 0.2 : 0.1)
  expect(downlink.deliveredBytes).toBeLessThan(linkTimeSeconds * 1_000_000)
  expect(downlink.deliveredBytes).toBeGreaterThan(0.85 * linkTimeSeconds * 1_000_000) // what is left is the start
  for (const { socket } of clients) socket.destroy()
})

const STALLED_CLIENTS = 6
const FILE_BYTES = 30_000_000

test('clients that do not read stop the sender: at most 8 MB a connection are held, however large the file', async (context) => {
  const server = await startLinkServer(context, { 'huge.ts': Buffer.alloc(FILE_BYTES) })
  const { id } = server.links.create({ seed: 1, downlink: {} })
  const clients = await Promise.all(Array.from({ length: STALLED_CLIENTS }, () => RawHttp.open(context, server.port)))
  const startBytes = heldMemory().bufferBytes
  const asked = clients.map((client) => {
    client.socket.pause()
    return client.ask(server.through(id, 'huge.ts')).catch(() => undefined)
  })
  const stateOf = ({ tcp }: FlowSummary) => tcp as TcpState
  let lastDeliveredBytes = -1
  await vi.waitFor(
    () => {
      const { deliveredBytes } = server.links.get(id).tcp.downlink
      const before = lastDeliveredBytes
      lastDeliveredBytes = deliveredBytes
      expect(deliveredBytes).toBe(before) // else the clients' kernels still take some
      const states = server.links.get(id).tcp.flows.map(stateOf)
      expect(states.length).toBe(STALLED_CLIENTS)
      for (const { peerRoomBytes, inFlight, unacknowledgedBytes } of states) {
        expect(peerRoomBytes).toBeLessThan(MSS_BYTES) // else it only pauses between two turns
        expect(inFlight).toBe(0) // it may not send what it has
        expect(unacknowledgedBytes).toBeGreaterThan(0)
      }
    },
    { timeout: 20_000, interval: 100 },
  )
  const { deliveredBytes } = server.links.get(id).tcp.downlink
  expect(deliveredBytes).toBeLessThan((STALLED_CLIENTS * FILE_BYTES) / 2)
  const heldBytes = (heldMemory().bufferBytes - startBytes) / STALLED_CLIENTS
  expect(heldBytes).toBeGreaterThan(2_000_000) // else this measures nothing
  expect(heldBytes).toBeLessThan(8_000_000)

  for (const { socket } of clients.slice(1)) socket.destroy()
  clients[0]?.socket.resume()
  expect((await asked[0])?.body.length).toBe(FILE_BYTES)
  await vi.waitFor(() => expect(server.links.get(id).tcp.openFlows).toBe(1))
})

test('ffmpeg plays through a link of 300 ms and pays its round trips, also where UDP is blocked', async (context) => {
  const ffmpeg = needs(context, 'ffmpeg')
  const folder = temporaryFolder(context)
  const source = [
    '-f',
    'lavfi',
    '-i',
    'testsrc2=s=160x90:r=25:d=8',
    '-c:v',
    'libx264',
    '-preset',
    'ultrafast',
    '-g',
    '50',
  ]
  const packaged = ['-f', 'hls', '-hls_time', '2', '-hls_playlist_type', 'vod', join(folder, 'index.m3u8')]
  await runClient(ffmpeg, ['-nostdin', '-v', 'error', ...source, ...packaged], { timeoutMs: 30_000 })
  const names = readdirSync(folder)
  const server = await startLinkServer(
    context,
    Object.fromEntries(names.map((name) => [name, readFileSync(join(folder, name))])),
  )
  const oneWay = { oneWayDelayMs: 150 }
  const { id } = server.links.create({ seed: 1, downlink: oneWay, uplink: oneWay, udpBlocked: true })
  const startedMs = performance.now()
  const args = ['-nostdin', '-v', 'error', '-i', server.url + server.through(id, 'index.m3u8'), '-f', 'framemd5', '-']
  const { status, stdout, stderr } = await runClient(ffmpeg, args, { timeoutMs: 30_000 })
  const frames = stdout.split('\n').filter((text) => text !== '' && !text.startsWith('#')).length
  expect([status, stderr, frames]).toEqual([0, '', 200])
  const { http, downlink } = server.links.get(id).tcp
  expect(http.requests).toBe(names.length) // the playlist, and each segment once
  expect([http.handshakes, downlink.blockedPackets]).toEqual([http.connections, 0])
  expect(performance.now() - startedMs).toBeGreaterThan((1 + 2) * 300) // a handshake, the playlist, the first segment
})

const CONNECTIONS = inLongRun ? 10_000 : 200

test('connections that were opened and closed leave nothing', async (context) => {
  const server = await startLinkServer(context, { 'small.ts': patternBytes(3000) })
  const { id } = server.links.create({ seed: 1, downlink: { rateBitsPerSecond: 100_000_000 } })
  const visit = async (isPolite: boolean) => {
    const client = await RawHttp.open(context, server.port)
    const asked = client.ask(server.through(id, 'small.ts')).catch(() => undefined)
    if (isPolite) expect((await asked)?.status).toBe(200)
    client.socket.destroy()
  }
  for (let opened = 0; opened < CONNECTIONS; opened += 20) {
    await Promise.all(Array.from({ length: 20 }, (_, index) => visit(index % 4 > 0)))
  }
  await vi.waitFor(() => expect(server.links.get(id).tcp.openFlows).toBe(0))
  const link = server.links.find(id)
  await vi.waitFor(() => expect(link.unusedMs(performance.now() + 1000)).toBeGreaterThan(0))
  const use = link.join('tcp')
  await vi.waitFor(() => expect(use.line.nextEventMs()).toBe(Infinity)) // no packet, no alarm
  use.leave()
})
