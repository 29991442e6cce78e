import { lookup } from 'node:dns/promises'
import type { Logger } from 'pino'
import type { PresentationSource } from './presentation-source.ts'
import { LivePlayouts } from './live-playouts.ts'
import type { DeparturesSummary } from './departures.ts'
import { openFileLimit } from './open-file-limit.ts'
import { RtpPorts } from './rtp-ports.ts'
import { RtspServer } from './rtsp-server.ts'
import { loadSegmentationOffload } from './segmentation-offload.ts'
import type { SegmentCache } from './segment-cache.ts'
import { SharedSendTimer, type SendTimer } from './send-timer.ts'
import type { ViewerLinks } from './viewer-link.ts'
import { ViewerSessions } from './viewer-sessions.ts'

export type RelayLimits = {
  readonly connections: number
  readonly connectionsPerAddress: number
  readonly sessionsPerAddress: number
  readonly sessionTimeoutSeconds: number
  readonly idleSeconds: number // of a connection that belongs to no session
}

export type RelayOptions = {
  readonly source: PresentationSource
  readonly segments: SegmentCache
  readonly host: string
  readonly rtspPort: number // 0: any
  readonly rtpPort: number // even; 0: any pair
  readonly logger: Logger
  readonly links?: ViewerLinks // absent: no address names one, and nothing lies between
  readonly timer?: SendTimer // one for the whole process, when others send too
  readonly limits?: Partial<RelayLimits>
  readonly offload?: boolean // UDP segmentation offload where it is possible; absent: true
}

export type RunningRelay = {
  readonly rtspPort: number
  readonly rtpPort: number
  readonly sessions: { readonly count: number }
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
}

const FILES_PER_SESSION = 3 // a connection, and a socket for each of two tracks
const FILES_OF_THE_REST = 200

/** Serves the presentations of `source` by RTSP and RTP over UDP. Rejects when a port is taken. `close` says goodbye to
 *  every viewer. */
export async function startRelay(options: RelayOptions): Promise<RunningRelay> {
  const { source, segments, links, logger, rtspPort, timer = new SharedSendTimer() } = options
  const limits = { ...defaultLimits, ...options.limits }
  const { address: host } = await lookup(options.host)
  const offload = options.offload === false ? undefined : await loadSegmentationOffload()
  const ports = await RtpPorts.open(host, options.rtpPort, offload)
  const shared = { segments, timer, random: Math.random }
  const sessions = new ViewerSessions(
    { ...shared, live: new LivePlayouts(shared), ports, logger },
    {
      sessions: Math.max(1, Math.floor(((await openFileLimit()) - FILES_OF_THE_REST) / FILES_PER_SESSION)),
      sessionsPerAddress: limits.sessionsPerAddress,
      timeoutSeconds: limits.sessionTimeoutSeconds,
    },
  )
  if (!ports.sendsConnected) logger.warn('this system has no connected UDP sockets on one port: sending costs more')
  const server = new RtspServer({ source, sessions, ports, links, logger }, limits)
  const departures = (): DeparturesSummary => ports.departures.summary()
  let closed: Promise<void> | undefined
  const closeAll = async (): Promise<void> => {
    sessions.close()
    await server.close()
    await ports.close()
  }
  const close = (): Promise<void> => (closed ??= closeAll())
  try {
    return { rtspPort: await server.listen(host, rtspPort), rtpPort: ports.rtpPort, sessions, departures, close }
  } catch (error) {
    await close()
    throw error
  }
}
