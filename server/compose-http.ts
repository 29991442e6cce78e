import { join } from 'node:path'
import type { Logger } from 'pino'
import type { RunningRelay } from '../udp-relay/relay.ts'
import type { AddressOptions } from './addresses.ts'
import { createApp } from './app.ts'
import type { Channels } from './channels.ts'
import type { Config } from './config.ts'
import type { EventSockets } from './event-sockets.ts'
import { Gate } from './gate.ts'
import { HlsAccess } from './hls-access.ts'
import { HlsSessions } from './hls-sessions.ts'
import { HttpListener } from './http-listener.ts'
import { HttpThroughLink } from './http-through-link.ts'
import type { Intake } from './intake.ts'
import type { Jobs } from './jobs.ts'
import type { Library } from './library.ts'
import type { LinkRecordSockets } from './link-record-sockets.ts'
import type { LinkSummarySockets } from './link-summary-sockets.ts'
import type { Links } from './links.ts'
import { LiveOrigin } from './live-origin.ts'
import type { Metrics } from './metrics.ts'
import { Origin, type OriginOptions } from './origin.ts'
import { PackageEncryption } from './package-encryption.ts'
import { ProcessCost } from './process-cost.ts'
import { projectFolder, version } from './project-folder.ts'
import type { QualityJobs } from './quality-jobs.ts'
import type { OpenedSockets } from './realtime/opened-sockets.ts'
import type { RealtimeRuns } from './realtime/realtime-runs.ts'
import { SocketThroughLink } from './realtime/socket-through-link.ts'
import type { RunSockets } from './realtime/run-sockets.ts'
import { channelRoutes } from './routes/channels.ts'
import { eventRoutes, type EventRoutesOptions } from './routes/events.ts'
import { healthRoutes } from './routes/health.ts'
import { hlsSessionRoutes } from './routes/hls-sessions.ts'
import { linkRecordRoutes, type LinkRecordRooms } from './routes/link-record.ts'
import { linkViewersRoutes } from './routes/link-viewers.ts'
import { linkRoutes } from './routes/links.ts'
import { metricsRoutes } from './routes/metrics.ts'
import { pageRoutes } from './routes/pages.ts'
import { realtimeRoutes } from './routes/realtime.ts'
import { relayRoutes } from './routes/relay.ts'
import { rtspSessionRoutes } from './routes/rtsp-sessions.ts'
import { runQualityRoutes } from './routes/run-quality.ts'
import { runReportRoutes } from './routes/run-reports.ts'
import { runRoutes } from './routes/runs.ts'
import { udpSessionRoutes, udpSessionUpgrade } from './routes/udp-sessions.ts'
import { uploadRoutes } from './routes/uploads.ts'
import { videoRoutes } from './routes/videos.ts'
import { whepRoutes } from './routes/whep.ts'
import { whipRoutes } from './routes/whip.ts'
import type { RunEventSockets } from './run-event-sockets.ts'
import type { Runs } from './runs.ts'
import { SegmentKeys } from './segment-keys.ts'
import type { TusUploads } from './tus-uploads.ts'
import type { UdpSessions } from './udp-sessions.ts'
import type { WhipSessions } from './whip-sessions.ts'

/** What answers. */
export type HttpRooms = {
  readonly library: Library
  readonly jobs: Jobs
  readonly intake: Intake
  readonly tus: TusUploads
  readonly channels: Channels
  readonly publishers: WhipSessions
  readonly links: Links
  readonly sessions: UdpSessions
  readonly records: LinkRecordRooms
  readonly recordSockets: LinkRecordSockets
  readonly summarySockets: LinkSummarySockets
  readonly runs: Runs
  readonly runEventSockets: RunEventSockets
  readonly quality: QualityJobs
  readonly addresses: AddressOptions & { readonly access: HlsAccess }
  readonly events: EventSockets
  readonly feed: Pick<EventRoutesOptions, 'log' | 'places'>
  readonly realtime: RealtimeRuns
  readonly realtimeSockets: RunSockets
  readonly openedSockets: OpenedSockets
  readonly metrics: Metrics
  readonly relay: RunningRelay
}

export type HttpSettings = { readonly config: Config; readonly logger: Logger }

/** The list of routes, and of what takes WebSockets. */
export function composeHttp(rooms: HttpRooms, { config, logger }: HttpSettings): HttpListener {
  const { library, jobs, intake, tus, channels, publishers, links, sessions, relay } = rooms
  const { records, recordSockets, summarySockets, runs, runEventSockets, quality, addresses, events, feed, metrics } =
    rooms
  const { realtime, realtimeSockets, openedSockets } = rooms
  const { maxUploadBytes: maxBytes, minFreeBytes, uploadsPerMinute } = config
  const gate = new Gate(config)
  const { access } = addresses
  const throughLink = new HttpThroughLink(links)
  const { audience } = throughLink
  const hlsSessions = new HlsSessions()
  const builtFolder = join(projectFolder, 'dist/player')
  const routes = [
    healthRoutes(version),
    videoRoutes({ library, jobs, addresses, channels, access, gate }),
    channelRoutes({ channels, addresses }),
    whipRoutes(publishers),
    uploadRoutes({ library, intake, tus, addresses, maxBytes, minFreeBytes, uploadsPerMinute }),
    linkRoutes(links),
    linkViewersRoutes({
      links,
      audience,
      rtspSessions: relay.sessions,
      udpSessions: sessions,
      cost: new ProcessCost(),
    }),
    linkRecordRoutes(records),
    runRoutes(runs),
    runQualityRoutes(quality),
    runReportRoutes(runs, { builtFolder, publicUrl: config.publicUrl }),
    udpSessionRoutes(sessions),
    whepRoutes(sessions),
    rtspSessionRoutes(relay.sessions),
    hlsSessionRoutes(hlsSessions),
    relayRoutes(relay),
    eventRoutes({ ...feed, addresses }),
    realtimeRoutes(realtime, openedSockets),
    metricsRoutes(metrics),
    pageRoutes(builtFolder, gate),
  ]
  const encryption = packageEncryption(config)
  const live = new LiveOrigin(channels, encryption)
  const origin = new Origin(library, { ...originOptions(config), live, access, encryption })
  const listener = new HttpListener({
    origin,
    throughLink,
    app: createApp({ gate, routes, logger }),
    gate,
    upgrades: {
      '/api/events/ws': (request, socket, head) => events.handleUpgrade(request, socket, head),
      '/api/realtime/:id/ws': realtimeSockets.handleUpgrade.bind(realtimeSockets),
      '/api/opened-sockets/:id/ws': openedSockets.handleUpgrade.bind(openedSockets),
      '/link/:id/api/events/ws': (request, socket, head, linkId) =>
        events.handleUpgrade(request, new SocketThroughLink(socket, links.find(linkId)), head),
      '/api/links/:id/ws': summarySockets.handleUpgrade.bind(summarySockets),
      '/api/links/:id/record/ws': recordSockets.handleUpgrade.bind(recordSockets),
      '/api/runs/:id/events/ws': runEventSockets.handleUpgrade.bind(runEventSockets),
      '/api/udp-sessions/ws': udpSessionUpgrade(sessions),
    },
    logger,
    counts: metrics.requests,
    hlsSessions,
    connectionLimit: { perAddress: config.connectionsPerAddress, beyond: config.connectionsBeyond },
  })
  metrics.watchHttp({ origin, listener, hlsSessions })
  return listener
}

function packageEncryption({ hlsSecret, encryptHls, segmentsPerKey }: Config): PackageEncryption | undefined {
  if (!encryptHls || hlsSecret === undefined) return undefined
  return new PackageEncryption(new SegmentKeys(hlsSecret, segmentsPerKey))
}

function originOptions({ hotBytes, answerIdleSeconds, answerSlowestBitsPerSecond }: Config): OriginOptions {
  const limits = { idleMs: answerIdleSeconds * 1000, slowestBitsPerSecond: answerSlowestBitsPerSecond } // s to ms
  return { hotBytes, limits }
}
