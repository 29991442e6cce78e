import { AccessLink } from '../link/access-link.ts'
import type { CongestionControl, DirectionProfile } from '../link/profile.ts'
import { TcpConnection } from '../link/tcp/connection.ts'
import { MSS_BYTES } from '../link/tcp/tcp-packet.ts'

/** A line and how TCP sends over it. */
export type SteadyLine = {
  readonly downlink: DirectionProfile
  readonly uplink: DirectionProfile
  readonly congestionControl: CongestionControl
}

/** A medium of constant bitrate over one connection, without segments and requests. `live`: each packet is written when
 *  it is made; `stored`: all are there from the beginning, and TCP sends as fast as it can. */
export type SteadyStream = {
  readonly kind: 'live' | 'stored'
  readonly line: SteadyLine
  readonly bitsPerSecond: number
  readonly seconds: number
  readonly seed: number
}

const REQUEST_BYTES = 100
const AFTER_END_MS = 600_000 // what has not come by then never comes

/** How long after its own place in the stream each packet arrives, in order: a viewer who begins so long after the
 *  stream has all packets up to it in time. Packets of one segment (1448 bytes); counted from the moment at which the
 *  server begins, so the way to the client is in it. Infinity for what has not come ten minutes after the end. */
export function packetDelaysMs({ kind, line, bitsPerSecond, seconds, seed }: SteadyStream): Float64Array {
  const intervalMs = (MSS_BYTES * 8000) / bitsPerSecond
  const packets = Math.max(1, Math.floor((seconds * 1000) / intervalMs))
  const delaysMs = new Float64Array(packets).fill(Infinity)
  const link = new AccessLink({ seed, downlink: line.downlink, uplink: line.uplink })
  let startMs = 0
  let written = 0
  let arrivedBytes = 0
  let arrived = 0

  const writeNext = (atMs: number): void => {
    connection.write(MSS_BYTES, atMs)
    written += 1
    if (written < packets) link.alarms.set(nextPacket, startMs + written * intervalMs)
  }
  const nextPacket = link.alarms.newAlarm(writeNext)
  const connection: TcpConnection = open(link, line, {
    begin: (atMs) => {
      startMs = atMs
      if (kind === 'live') writeNext(atMs)
      else connection.write(packets * MSS_BYTES, atMs)
    },
    arrive: (bytes, atMs) => {
      arrivedBytes += bytes
      for (; (arrived + 1) * MSS_BYTES <= arrivedBytes; arrived += 1)
        delaysMs[arrived] = atMs - startMs - arrived * intervalMs
    },
  })
  const limitMs = packets * intervalMs + AFTER_END_MS
  for (let nowMs = 0; arrived < packets && nowMs < limitMs; nowMs += 1000) link.advance(nowMs)
  connection.close()
  return delaysMs
}

/** Payload a second of a connection that always has something to send, from its beginning. */
export function achievableBitsPerSecond(line: SteadyLine, seconds: number, seed: number): number {
  const link = new AccessLink({ seed, downlink: line.downlink, uplink: line.uplink })
  let beganMs = Infinity
  let arrivedBytes = 0
  const fill = (atMs: number): void => {
    while (connection.write(65_536, atMs));
  }
  const connection: TcpConnection = open(link, line, {
    begin: (atMs) => {
      beganMs = atMs
      fill(atMs)
    },
    arrive: (bytes) => (arrivedBytes += bytes),
    drained: fill,
  })
  while (beganMs === Infinity) link.advance(link.nextEventMs())
  link.advance(beganMs + seconds * 1000) // s to ms
  connection.close()
  return (arrivedBytes * 8) / seconds
}

type Ends = {
  readonly begin: (atMs: number) => void
  readonly arrive: (bytes: number, atMs: number) => void
  readonly drained?: (atMs: number) => void
}

function open(link: AccessLink, { congestionControl }: SteadyLine, { begin, arrive, drained }: Ends): TcpConnection {
  const connection = new TcpConnection(
    link,
    { congestionControl, tlsRoundTrips: 0 },
    {
      requestArrived: (_bytes, atMs) => begin(atMs),
      responseArrived: arrive,
      ...(drained === undefined ? {} : { drained }),
    },
  )
  connection.open(0)
  connection.request(REQUEST_BYTES, 0)
  return connection
}
