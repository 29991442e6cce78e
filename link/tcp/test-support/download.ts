import { AccessLink, type LinkObserver } from '../../access-link.ts'
import type { CongestionControl, DirectionProfile } from '../../profile.ts'
import { TcpConnection } from '../connection.ts'

export type DownloadOptions = {
  readonly downlink: DirectionProfile
  readonly uplink?: DirectionProfile
  readonly seed?: number
  readonly congestionControl?: CongestionControl
  readonly tlsRoundTrips?: 0 | 1 | 2
  readonly observer?: LinkObserver
}

export type Arrival = { readonly bytes: number; readonly atMs: number }

/** A connection on a link of its own, whose server answers each request with what `answerBytes` says. */
export function openDownload(options: DownloadOptions, answerBytes: () => number) {
  const { downlink, uplink = {}, seed = 1, congestionControl = 'cubic', tlsRoundTrips = 0, observer } = options
  const link = new AccessLink({ seed, downlink, uplink }, observer)
  const responses: Arrival[] = []
  const requests: Arrival[] = []
  const established: number[] = []
  const connection: TcpConnection = new TcpConnection(
    link,
    { congestionControl, tlsRoundTrips },
    {
      established: (atMs) => established.push(atMs),
      requestArrived: (bytes, atMs) => {
        requests.push({ bytes, atMs })
        connection.write(answerBytes(), atMs)
      },
      responseArrived: (bytes, atMs) => responses.push({ bytes, atMs }),
    },
  )
  return { link, connection, responses, requests, established }
}

export function totalBytes(arrivals: readonly Arrival[]): number {
  return arrivals.reduce((sum, { bytes }) => sum + bytes, 0)
}

/** Payload per second of a download that never ends, from the moment its request came to the server. */
export function goodputKbitPerSecond(options: DownloadOptions, seconds: number): number {
  const { link, connection, responses } = openEndlessDownload(options)
  const startMs = (options.downlink.oneWayDelayMs ?? 0) + 2 * (options.uplink?.oneWayDelayMs ?? 0)
  link.advance(startMs + seconds * 1000)
  connection.close()
  return (totalBytes(responses) * 8) / seconds / 1000
}

/** The server writes whenever there is room. */
export function openEndlessDownload(options: DownloadOptions, sharedLink?: AccessLink) {
  const { downlink, uplink = {}, seed = 1, congestionControl = 'cubic', tlsRoundTrips = 0, observer } = options
  const link = sharedLink ?? new AccessLink({ seed, downlink, uplink }, observer)
  const responses: Arrival[] = []
  const fill = (atMs: number) => {
    while (connection.write(65_536, atMs));
  }
  const connection: TcpConnection = new TcpConnection(
    link,
    { congestionControl, tlsRoundTrips },
    {
      requestArrived: (_bytes, atMs) => fill(atMs),
      responseArrived: (bytes, atMs) => responses.push({ bytes, atMs }),
      drained: fill,
    },
  )
  connection.open(0)
  connection.request(100, 0)
  return { link, connection, responses }
}
