import { lookup } from 'node:dns/promises'
import type { Logger } from 'pino'
import type { Reception } from '../protocol/weir-api.ts'
import { Authentication, type RtspUsers } from './authentication.ts'
import type { MulticastOptions } from './multicast-groups.ts'
import { MulticastStreams } from './multicast-streams.ts'
import type { LivePresentations } from './live-presentations.ts'
import { Publishing } from './publishing.ts'
import { openFileLimit } from './open-file-limit.ts'
import { RtpPorts } from './rtp-ports.ts'
import { RtspServer } from './rtsp-server.ts'
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
  readonly source: LivePresentations // with what is published here
  readonly segments: SegmentCache
  readonly host: string
  readonly rtspPort: number // 0: any
  readonly rtpPort: number // even; 0: any pair
  readonly logger: Logger
  readonly users?: RtspUsers // absent or none: everyone may watch
  readonly multicast?: MulticastOptions | undefined // absent: none
  readonly links?: ViewerLinks // absent: no address names one, and nothing lies between
  readonly onReception?: (reception: Reception) => void // what receiver reports of all viewers say
  readonly timer?: SendTimer // one for the whole process, when others send too
  readonly limits?: Partial<RelayLimits>
  readonly random?: () => number // from 0 to 1, of SSRCs and first numbers; absent: Math.random
}

export type RunningRelay = {
  readonly rtspPort: number
  readonly rtpPort: number
  readonly sessions: Pick<ViewerSessions, 'count' | 'list' | 'behind'>
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
  const { source, segments, users = {}, multicast, links, logger, rtspPort, onReception = () => {} } = options
  const { timer = new SharedSendTimer(), random = Math.random } = options
  const limits = { ...defaultLimits, ...options.limits }
  const { address: host } = await lookup(options.host)
  const ports = await RtpPorts.open(host, options.rtpPort)
  const sessions = new ViewerSessions(
    { segments, ports, timer, random, logger, onReception },
    {
      sessions: Math.max(1, Math.floor(((await openFileLimit()) - FILES_OF_THE_REST) / FILES_PER_SESSION)),
      sessionsPerAddress: limits.sessionsPerAddress,
      timeoutSeconds: limits.sessionTimeoutSeconds,
    },
  )
  if (!ports.sendsConnected) logger.warn('this system has no connected UDP sockets on one port: sending costs more')
  const streams = multicast && new MulticastStreams(multicast, { segments, timer, random, onReception })
  const isOpen = Object.keys(users).length === 0
  const authentication = isOpen ? undefined : new Authentication(users, () => timer.nowMs())
  const publishing = new Publishing({
    live: source,
    ports,
    timer,
    logger,
    timeoutSeconds: limits.sessionTimeoutSeconds,
    isGuarded: !isOpen,
  })
  const server = new RtspServer({ source, sessions, streams, publishing, links, authentication, logger }, limits)
  let closed: Promise<void> | undefined
  const closeAll = async (): Promise<void> => {
    publishing.close()
    sessions.close() // with the streams that they watch
    await server.close()
    await ports.close()
  }
  const close = (): Promise<void> => (closed ??= closeAll())
  try {
    return { rtspPort: await server.listen(host, rtspPort), rtpPort: ports.rtpPort, sessions, close }
  } catch (error) {
    await close()
    throw error
  }
}
