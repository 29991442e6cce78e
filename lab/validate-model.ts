import { AccessLink } from '../link/access-link.ts'
import type { CongestionControl, LinkProfile, LossProfile } from '../link/profile.ts'
import { TcpConnection, type TcpEnds } from '../link/tcp/connection.ts'

/** A line and what loads it: each flow fetches without end, server to client. Queue: 200 ms, drop-tail. Only the
 *  downlink has a rate and loses; the delay is that of both directions. */
export type BulkCell = {
  readonly congestionControl: CongestionControl
  readonly rateBitsPerSecond: number
  readonly oneWayDelayMs: number
  readonly loss?: Exclude<LossProfile, { kind: 'bad-moments' }> // the relay in the kernel's lab counts packets
  readonly flows: number
}

/** Objects of one size over one kept connection, each asked for `gapMs` after the last byte of the one before. */
export type FetchCell = Omit<BulkCell, 'flows'> & {
  readonly objectBytes: number
  readonly gapMs: number
  readonly fetches: number
}

const QUEUE_MS = 200
const REQUEST_BYTES = 7 // "250000\n"

/** Payload of all flows together in kbit/s, over `windowMs` from the moment at which the server begins to send. The
 *  flows begin together, once every handshake is done: as in `lab/kernel/endpoints.py`. */
export function modelGoodputKbps(cell: BulkCell, seed: number, windowMs = 10_000): number {
  const link = new AccessLink(profileOf(cell, seed))
  const moreThanFitsBytes = Math.ceil((cell.rateBitsPerSecond / 8000) * windowMs)
  const connections: TcpConnection[] = []
  let establishedFlows = 0
  let startMs: number | undefined
  let receivedBytes = 0

  const flow = (): TcpConnection => {
    const connection: TcpConnection = connect(link, cell, {
      established: (atMs) => {
        establishedFlows += 1
        if (establishedFlows === cell.flows) for (const each of connections) each.request(REQUEST_BYTES, atMs)
      },
      requestArrived: (_bytes, atMs) => {
        startMs ??= atMs
        connection.write(moreThanFitsBytes, atMs)
      },
      responseArrived: (bytes) => (receivedBytes += bytes),
    })
    return connection
  }
  for (let count = 0; count < cell.flows; count += 1) connections.push(flow())
  for (const connection of connections) connection.open(0)
  while (startMs === undefined) step(link)
  link.advance(startMs + windowMs)
  return (receivedBytes * 8) / windowMs
}

/** Milliseconds from each request to the last byte of its object, of `cell.fetches` objects over one connection. */
export function modelFetchMs(cell: FetchCell, seed: number): number[] {
  const link = new AccessLink(profileOf(cell, seed))
  const durationsMs: number[] = []
  let requestedMs = 0
  let missingBytes = 0

  const request = (atMs: number): void => {
    requestedMs = atMs
    missingBytes = cell.objectBytes
    connection.request(REQUEST_BYTES, atMs)
  }
  const nextRequest = link.alarms.newAlarm(request)
  const connection: TcpConnection = connect(link, cell, {
    established: request,
    requestArrived: (_bytes, atMs) => void connection.write(cell.objectBytes, atMs),
    responseArrived: (bytes, atMs) => {
      missingBytes -= bytes
      if (missingBytes > 0) return
      durationsMs.push(atMs - requestedMs)
      link.alarms.set(nextRequest, atMs + cell.gapMs)
    },
  })
  connection.open(0)
  while (durationsMs.length < cell.fetches) step(link)
  return durationsMs
}

function profileOf({ rateBitsPerSecond, oneWayDelayMs, loss }: Omit<BulkCell, 'flows'>, seed: number): LinkProfile {
  const downlink = { rateBitsPerSecond, oneWayDelayMs, queueMs: QUEUE_MS, ...(loss === undefined ? {} : { loss }) }
  return { seed, downlink, uplink: { oneWayDelayMs } }
}

function connect(link: AccessLink, { congestionControl }: Omit<BulkCell, 'flows'>, ends: TcpEnds): TcpConnection {
  return new TcpConnection(link, { congestionControl, tlsRoundTrips: 0 }, ends)
}

/** To the next moment at which something happens. A connection at work always has one. */
function step(link: AccessLink): void {
  const nextMs = link.nextEventMs()
  if (nextMs === Infinity) throw new Error('the connection has come to a stand: nothing more will happen on the link')
  link.advance(nextMs)
}
