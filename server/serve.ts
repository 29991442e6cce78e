import { availableParallelism } from 'node:os'
import type { Logger } from 'pino'
import type { Reception } from '../protocol/weir-api.ts'
import type { Tools } from '../segmenter/tools.ts'
import { LivePresentations } from '../udp-relay/live-presentations.ts'
import { startRelay } from '../udp-relay/relay.ts'
import type { TlsIdentity } from '../udp-relay/rtsp-server.ts'
import { SegmentCache } from '../udp-relay/segment-cache.ts'
import { SharedSendTimer } from '../udp-relay/send-timer.ts'
import { urlAt, videoBases, type AddressOptions } from './addresses.ts'
import { Channels } from './channels.ts'
import { Closing } from './closing.ts'
import { composeHttp, type HttpRooms } from './compose-http.ts'
import { watchLinkPart } from './config-watch.ts'
import { packageWishes, type Config } from './config.ts'
import { EventLog } from './event-log.ts'
import { EventSockets, toServerEvent, type FeedEvent } from './event-sockets.ts'
import { HlsAccess } from './hls-access.ts'
import { Intake } from './intake.ts'
import { Jobs } from './jobs.ts'
import { Library } from './library.ts'
import { LinkNotices } from './link-notices.ts'
import { LinkRecordSockets } from './link-record-sockets.ts'
import { LinkSummarySockets } from './link-summary-sockets.ts'
import { MediaFolder } from './media-folder.ts'
import { Links } from './links.ts'
import { lockMedia } from './media-lock.ts'
import { Metrics } from './metrics.ts'
import { PlacesByAddress } from './places-by-address.ts'
import { version } from './project-folder.ts'
import { PublishedPackages } from './published-packages.ts'
import { QualityJobs } from './quality-jobs.ts'
import { recover } from './recovery.ts'
import { OpenedSockets } from './realtime/opened-sockets.ts'
import { RealtimeRuns } from './realtime/realtime-runs.ts'
import { RunSockets } from './realtime/run-sockets.ts'
import { LinksOfViewers } from './rtsp-through-link.ts'
import { RunEventSockets } from './run-event-sockets.ts'
import { RunFolder } from './run-folder.ts'
import { Runs, type RunsOptions } from './runs.ts'
import { addSampleOnce } from './sample.ts'
import { readTlsFiles } from './tls-files.ts'
import { TusUploads } from './tus-uploads.ts'
import type { SessionParts } from './udp-session.ts'
import { UdpSessions } from './udp-sessions.ts'
import { WhipSessions } from './whip-sessions.ts'

const EVENTS_KEPT = 1000
const RECORDS_PER_ADDRESS = 32 // a lab has one for each side of each run
const SEGMENT_CACHE_BYTES = 128_000_000
const GRACE_MS = 4000 // for open answers, so that all has ended within 5 s

export type ServeParts = {
  readonly config: Config // its token is the one that writing needs
  readonly configFile: string // whose link part is read again when it is saved
  readonly tools: Promise<Tools> // probing them takes longer than all the rest of a start, so nothing here waits for it
  readonly logger: Logger
}

export type RunningWeir = {
  readonly url: string
  readonly rtspUrl: string
  readonly rtspsUrl: string | undefined
  /** Open answers end, jobs stop (they begin again at the next start), viewers are told goodbye. */
  close(): Promise<void>
}

/** Starts the server. Rejects when a port is taken or the media folder is in use; then nothing is left running. */
export async function serve(parts: ServeParts): Promise<RunningWeir> {
  const tls = await readTlsFiles(parts.config)
  if (tls !== undefined && tls.expires.getTime() < Date.now()) {
    parts.logger.warn({ expired: tls.expires }, 'the certificate of RTSPS has expired: players will not take it')
  }
  const folder = new MediaFolder(parts.config.media)
  await folder.create()
  const lock = await lockMedia(folder.root)
  const closing = new Closing(() => lock.release())
  try {
    const running = await start(folder, closing, parts, tls?.identity)
    await lock.tellUrl(running.url)
    return running
  } catch (error) {
    await closing.close()
    throw error
  }
}

/** The rooms, in the order in which they need each other; the chores of a start go on after it listens. */
async function start(
  folder: MediaFolder,
  closing: Closing,
  parts: ServeParts,
  identity: TlsIdentity | undefined,
): Promise<RunningWeir> {
  const { config, tools, logger } = parts
  const { host, rtspPort, rtspsPort, rtpPort, rtspUsers: users, multicast, udpOffload: offload, publicUrl } = config
  const log = new EventLog<FeedEvent>(EVENTS_KEPT, Date.now()) // so that no cursor of an earlier server fits by chance
  const library = await Library.open({ folder, logger, nowUnixMs: Date.now, onEvent: (event) => log.append(event) })
  const recovered = await recover(library, logger)
  const intake = startIntake(library, closing, parts)

  const source = new LivePresentations(new PublishedPackages(library))
  const sending = {
    source,
    segments: new SegmentCache({ maxBytes: SEGMENT_CACHE_BYTES }),
    timer: new SharedSendTimer(),
  }
  const metrics = new Metrics(version)
  const sessions = startSessions(sending, { log, metrics }, closing, parts)
  const links = new LinksOfViewers(sessions.links)
  const onReception = (reception: Reception): void => metrics.noteReception('rtsp', reception)
  const rtsps = identity && { port: rtspsPort ?? 0, identity }
  const wanted = { host, rtspPort, rtsps, rtpPort, users, multicast, offload }
  const relay = await startRelay({ ...sending, ...wanted, links, onReception, logger })
  closing.add(() => relay.close())
  metrics.watch({ links: sessions.links, udpSessions: sessions.sessions, rtspSessions: relay.sessions })
  metrics.watchDepartures(() => relay.departures())

  const access = hlsAccess(config, logger)
  const rtspPorts = { rtspPort: relay.rtspPort, rtspsPort: relay.rtspsPort }
  const addresses = { publicUrl, ...rtspPorts, access, isEncrypted: config.encryptHls }
  const events = new EventSockets({ log, addresses, connectionsPerAddress: config.eventConnectionsPerAddress, logger })
  closing.add(() => events.close())
  const realtime = startRealtime({ links: sessions.links, log, addresses }, closing, config)
  const records = await startRecords(
    { folder, library, source, links: sessions.links, rtpPort: relay.rtpPort },
    closing,
    parts,
  )
  const channels = startChannels({ library, source, log, intake: intake.intake }, closing, parts)
  const publishers = new WhipSessions({ channels, tools, logger })
  closing.add(() => publishers.close())
  const listener = composeHttp(
    {
      library,
      addresses,
      events,
      metrics,
      relay,
      channels,
      publishers,
      ...intake,
      ...sessions,
      ...records,
      ...realtime,
    },
    parts,
  )
  closing.add(() => listener.drain(GRACE_MS))
  const port = await listener.listen(host, config.port)

  for (const id of recovered.queuedIds) intake.jobs.enqueue(id)
  beginChores(
    async (signal) => {
      await intake.tus.recover(recovered.uploadIds)
      if (config.sample) await addSampleOnce({ library, intake: intake.intake, tools, logger, signal })
    },
    closing,
    logger,
  )
  const url = publicUrl?.replace(/\/$/, '') ?? urlAt('http', host, port)
  return {
    url,
    rtspUrl: urlAt('rtsp', host, relay.rtspPort),
    rtspsUrl: relay.rtspsPort === undefined ? undefined : urlAt('rtsps', host, relay.rtspsPort),
    close: () => closing.close(),
  }
}

/** Who may have files of HLS. */
function hlsAccess({ hlsSecret: secret, signedUrls, encryptHls, rtspUsers }: Config, logger: Logger): HlsAccess {
  const demand = signedUrls === 'demanded' ? 'all' : encryptHls ? 'keys' : 'nothing'
  if (demand !== 'nothing' && Object.keys(rtspUsers).length === 0) {
    logger.warn('HLS asks for signed addresses, but RTSP shows the same videos to everyone: there are no rtspUsers')
  }
  return new HlsAccess({ secret, demand, nowUnixMs: Date.now })
}

type IntakeRooms = { readonly jobs: Jobs; readonly intake: Intake; readonly tus: TusUploads }

/** How videos come in and become packages. */
function startIntake(library: Library, closing: Closing, { config, tools, logger }: ServeParts): IntakeRooms {
  const { minFreeBytes, maxUploadBytes: maxBytes } = config
  const concurrency = config.jobs ?? availableParallelism()
  const jobs = new Jobs({ library, tools, concurrency, minFreeBytes, wishes: packageWishes(config), logger })
  closing.add(() => jobs.close())
  const intake = new Intake({ library, jobs, tools, logger })
  const tus = new TusUploads({ library, intake, maxBytes, minFreeBytes, logger })
  closing.add(() => tus.close())
  return { jobs, intake, tus }
}

type ChannelRooms = {
  readonly library: Library
  readonly source: LivePresentations
  readonly log: EventLog<FeedEvent>
  readonly intake: Intake
}

/** What is live. */
function startChannels({ library, source, log, intake }: ChannelRooms, closing: Closing, parts: ServeParts): Channels {
  const { config, tools, logger } = parts
  const { maxChannels, minFreeBytes, maxUploadBytes: maxRecordingBytes } = config
  const limits = { maxChannels, minFreeBytes, maxRecordingBytes }
  const onEvent = (event: FeedEvent): void => void log.append(event)
  const rooms = { library, intake, presentations: source, tools, logger, nowUnixMs: Date.now, onEvent }
  const channels = new Channels({ ...rooms, ...limits })
  closing.add(() => channels.close())
  return channels
}

type LinkHearers = { readonly log: EventLog<FeedEvent>; readonly metrics: Metrics }
type SessionRooms = { readonly links: Links; readonly sessions: UdpSessions }

/** How packets go out to browsers, through links. */
function startSessions(
  sending: Pick<SessionParts, 'source' | 'segments' | 'timer'>,
  { log, metrics }: LinkHearers,
  closing: Closing,
  { config, configFile, logger }: ServeParts,
): SessionRooms {
  const notices = new LinkNotices((notice) => log.append(notice))
  closing.add(() => notices.close())
  const links = new Links({
    defaultProfile: config.link,
    onTimerLag: (lagMs) => metrics.noteTimerLag(lagMs),
    onNotice: (notice) => {
      notices.add(notice)
      if (notice.kind !== 'link-late') return
      metrics.noteLateRun()
      logger.warn({ link: notice.id }, 'the timer is late: the figures of this run do not count')
    },
  })
  closing.addLater(() => links.close()) // answers under way need them until the listener has drained
  closing.add(watchLinkPart(configFile, logger, (profile) => links.setDefaultProfile(profile)))
  const onReception = (reception: Reception): void => metrics.noteReception('page', reception)
  const sessions = new UdpSessions({ ...sending, links, onReception, logger })
  closing.add(() => sessions.close())
  return { links, sessions }
}

type RealtimeRooms = Pick<HttpRooms, 'feed' | 'realtime' | 'realtimeSockets' | 'openedSockets'>
type ToldRooms = { readonly links: Links; readonly log: EventLog<FeedEvent>; readonly addresses: AddressOptions }

/** How what happens is told to who has no WebSocket, and the realtime page's runs. */
function startRealtime({ links, log, addresses }: ToldRooms, closing: Closing, config: Config): RealtimeRooms {
  const { host, publicUrl, eventConnectionsPerAddress } = config
  const realtime = new RealtimeRuns({ links, host, publicUrl })
  const bases = videoBases(addresses, undefined)
  closing.add(log.subscribe((_sequence, event) => realtime.tell(toServerEvent(event, bases))))
  closing.add(() => realtime.close())
  const realtimeSockets = new RunSockets(realtime, eventConnectionsPerAddress)
  closing.add(() => realtimeSockets.close())
  const openedSockets = new OpenedSockets()
  closing.add(() => openedSockets.close())
  const feed = { log, places: new PlacesByAddress(eventConnectionsPerAddress, 'event connections over HTTP') }
  return { feed, realtime, realtimeSockets, openedSockets }
}

type RecordRooms = Pick<
  HttpRooms,
  'records' | 'recordSockets' | 'summarySockets' | 'runs' | 'runEventSockets' | 'quality'
>
type RecordedRooms = Pick<RunsOptions, 'library' | 'source' | 'links' | 'rtpPort'> & { readonly folder: MediaFolder }

/** How what happens on a link is told as it happens, and kept with what its viewers tell. */
async function startRecords(
  { folder: media, library, source, links, rtpPort }: RecordedRooms,
  closing: Closing,
  { config: { minFreeBytes, eventConnectionsPerAddress: connectionsPerAddress }, tools, logger }: ServeParts,
): Promise<RecordRooms> {
  const places = new PlacesByAddress(RECORDS_PER_ADDRESS, 'records of links at once')
  const versions = { weir: version, node: process.version }
  const records = { links, places, versions }
  const recordSockets = new LinkRecordSockets(records)
  closing.add(() => recordSockets.close())
  const summarySockets = new LinkSummarySockets({ links, connectionsPerAddress })
  closing.add(() => summarySockets.close())
  const folder = new RunFolder(media.runs)
  const kept = { folder, media, library, source, rtpPort, minFreeBytes, nowUnixMs: Date.now }
  const runs = await Runs.open({ ...kept, links, versions, logger })
  closing.add(() => runs.close())
  const runEventSockets = new RunEventSockets({ runs, logger })
  closing.add(() => runEventSockets.close())
  const requireFreeSpace = (neededBytes: number) => media.requireFreeSpace(neededBytes, minFreeBytes)
  const quality = new QualityJobs({ runs, folder, source, tools, version, requireFreeSpace, logger })
  closing.add(() => quality.close())
  return { records, recordSockets, summarySockets, runs, runEventSockets, quality }
}

/** What a start still has to do while it already listens. */
function beginChores(work: (signal: AbortSignal) => Promise<void>, closing: Closing, logger: Logger): void {
  const ending = new AbortController()
  closing.add(() => ending.abort())
  work(ending.signal).catch((error: unknown) => {
    if (!ending.signal.aborted) logger.error({ err: error }, 'what was left or new could not be taken in')
  })
}
