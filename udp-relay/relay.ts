import { lookup } from 'node:dns/promises'
import type { Logger } from 'pino'
import type { Reception } from '../protocol/weir-api.ts'
import { Authentication, type RtspUsers } from './authentication.ts'
import type { DeparturesSummary } from './departures.ts'
import type { LivePresentations } from './live-presentations.ts'
import { LoopedPlayouts } from './looped-playouts.ts'
import type { MulticastOptions } from './multicast-groups.ts'
import { MulticastStreams } from './multicast-streams.ts'
import { Publishing } from './publishing.ts'
import { openFileLimit } from './open-file-limit.ts'
import { RtpPorts } from './rtp-ports.ts'
import { RtspServer, type TlsIdentity } from './rtsp-server.ts'
import { loadSegmentationOffload } from './segmentation-offload.ts'
import type { SegmentCache } from './segment-cache.ts'
import { SharedSendTimer, type SendTimer } from './send-timer.ts'
import type { ViewerLinks } from './viewer-link.ts'
import { ViewerSessions, type SessionLimits } from './viewer-sessions.ts'

export type RelayLimits = {
  readonly connections: number
  readonly connectionsPerAddress: number
  readonly sessionsPerAddress: number
  readonly sessionTimeoutSeconds: number
  readonly idleSeconds: number // of a connection that belongs to no session
  readonly pairSeconds: number // until a GET and its POST are both there
}

export type RelayOptions = {
  readonly source: LivePresentations // with what is published here
  readonly segments: SegmentCache
  readonly host: string
  readonly rtspPort: number // 0: any
  readonly rtsps?: { readonly port: number; readonly identity: TlsIdentity } | undefined // over TLS; absent: none
  readonly rtpPort: number // even; 0: any pair
  readonly logger: Logger
  readonly users?: RtspUsers // absent or none: everyone may watch
  readonly multicast?: MulticastOptions | undefined // absent: none
  readonly links?: ViewerLinks // absent: no address names one, and nothing lies between
  readonly onReception?: (reception: Reception) => void // what receiver reports of all viewers say
  readonly timer?: SendTimer // one for the whole process, when others send too
  readonly limits?: Partial<RelayLimits>
  readonly random?: () => number // from 0 to 1, of SSRCs and first numbers; absent: Math.random
  readonly offload?: boolean // UDP segmentation offload where it is possible; absent: true
}

export type RunningRelay = {
  readonly rtspPort: number
  readonly rtspsPort: number | undefined
  readonly rtpPort: number
  readonly sessions: Pick<ViewerSessions, 'count' | 'list' | 'behind'>
  /** Of RTP packets over the UDP ports, since the start. */
  departures(): DeparturesSummary
  close(): Promise<void>
}

const defaultLimits: RelayLimits = {
  connections: 4096,
  connectionsPerAddress: 1024,
  sessionsPerAddress: 1024,
  sessionTimeoutSeconds: 60,
  idleSeconds: 60,
  pairSeconds: 10,
}

const FILES_PER_SESSION = 3 // a connection, and a socket for each of two tracks
const FILES_OF_THE_REST = 200

/** Serves the presentations of `source` by RTSP and RTP over UDP. Rejects when a port is taken. `close` says goodbye to
 *  every viewer. */
export async function startRelay(options: RelayOptions): Promise<RunningRelay> {
  const { source, segments, links, logger, rtspPort, rtsps, users = {}, multicast, onReception = () => {} } = options
  const { timer = new SharedSendTimer(), random = Math.random } = options
  const limits = { ...defaultLimits, ...options.limits }
  const { address: host } = await lookup(options.host)
  const ports = await openPorts(host, options)
  const shared = { segments, timer, random, onReception }
  const loops = new LoopedPlayouts(shared)
  const sessions = new ViewerSessions({ ...shared, loops, ports, logger }, await sessionLimits(limits))
  const streams = multicast && new MulticastStreams(multicast, shared)
  const isGuarded = Object.keys(users).length > 0
  const authentication = isGuarded ? new Authentication(users, () => timer.nowMs()) : undefined
  const timeoutSeconds = limits.sessionTimeoutSeconds
  const publishing = new Publishing({ live: source, ports, timer, logger, timeoutSeconds, isGuarded })
  const server = new RtspServer({ source, sessions, streams, publishing, links, authentication, logger }, limits)
  const departures = (): DeparturesSummary => ports.departures.summary()
  let closed: Promise<void> | undefined
  const closeAll = async (): Promise<void> => {
    publishing.close()
    sessions.close() // with the streams that they watch
    await server.close()
    await ports.close()
  }
  const close = (): Promise<void> => (closed ??= closeAll())
  try {
    const listening = {
      rtspPort: await server.listen(host, rtspPort),
      rtspsPort: rtsps && (await server.listen(host, rtsps.port, rtsps.identity)),
    }
    return { ...listening, rtpPort: ports.rtpPort, sessions, departures, close }
  } catch (error) {
    await close()
    throw error
  }
}

async function openPorts(host: string, { rtpPort, offload = true, logger }: RelayOptions): Promise<RtpPorts> {
  const ports = await RtpPorts.open(host, rtpPort, offload ? await loadSegmentationOffload() : undefined)
  if (!ports.sendsConnected) logger.warn('this system has no connected UDP sockets on one port: sending costs more')
  return ports
}

async function sessionLimits({ sessionsPerAddress, sessionTimeoutSeconds }: RelayLimits): Promise<SessionLimits> {
  const sessions = Math.max(1, Math.floor(((await openFileLimit()) - FILES_OF_THE_REST) / FILES_PER_SESSION))
  return { sessions, sessionsPerAddress, timeoutSeconds: sessionTimeoutSeconds }
}
