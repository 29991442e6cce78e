import { randomBytes, timingSafeEqual } from 'node:crypto'
import type { Logger } from 'pino'
import type { Channel, Video } from '../protocol/weir-api.ts'
import { ChildFailed } from '../segmenter/child-run.ts'
import type { Tools } from '../segmenter/tools.ts'
import type { LiveSegments } from '../stream/live-segments.ts'
import { LIVE_ID, type LivePresentations } from '../udp-relay/live-presentations.ts'
import type { VideoBases } from './addresses.ts'
import type { Intake } from './intake.ts'
import type { Library } from './library.ts'
import { LiveChannel, type Ingest } from './live-channel.ts'
import type { ChannelShelf, ServedChannel } from './live-origin.ts'
import { loopFormatOf, runLoop, type LoopFormat } from './loop-source.ts'
import { newVideoId } from './media-folder.ts'
import { soundOf, unitsOfGroup } from './published-groups.ts'
import { Refusal } from './refusal.ts'
import type { VideoRecord } from './video-record.ts'

export type ChannelsOptions = {
  readonly library: Library
  readonly intake: Intake
  readonly presentations: LivePresentations
  readonly tools: Promise<Tools>
  readonly maxChannels: number
  readonly minFreeBytes: number
  readonly maxRecordingBytes: number
  readonly logger: Logger
  readonly nowUnixMs: () => number
  /** A channel is new, has begun, or has gone. */
  readonly onEvent: (event: ChannelEvent) => void
}

export type ChannelEvent =
  | { readonly kind: 'channel'; readonly describe: (bases: VideoBases) => Video }
  | { readonly kind: 'video-removed'; readonly id: string }

/** What a channel is asked to be. */
export type ChannelWish = {
  readonly title?: string
  readonly windowSeconds: number
  readonly isRecorded: boolean
} & ({ readonly kind: 'loop'; readonly videoId: string } | { readonly kind: 'ingest'; readonly ingest: Ingest['kind'] })

type Entry = { readonly channel: LiveChannel; readonly ending: AbortController }

const SILENT_MS = 10_000 // an ingest that stops for so long has ended
const UNUSED_MS = 600_000 // one that nobody ever sent to
const GONE_AFTER_MS = 60_000 // what has ended can be fetched to its end
const SWEEP_MS = 1000
const PUBLISHED_WINDOW_SECONDS = 30
const INGEST_BITS_PER_SECOND = 8_000_000 // an upper bound where nobody knows

/** The live channels, made and ended over HTTP. */
export class Channels implements ChannelShelf {
  readonly #options: ChannelsOptions
  readonly #entries = new Map<string, Entry>()
  readonly #running = new Set<Promise<void>>()
  readonly #sweeper: NodeJS.Timeout

  constructor(options: ChannelsOptions) {
    this.#options = options
    options.presentations.whenAdded((name, segments) => this.#followPublished(name, segments))
    this.#sweeper = setInterval(() => this.#sweep(), SWEEP_MS).unref()
  }

  served(id: string): ServedChannel | undefined {
    return this.#entries.get(id)?.channel
  }

  /** Those that have not ended, as the library lists videos. */
  list(bases: VideoBases): Video[] {
    return this.#live().map(({ channel }) => channel.toVideo(bases))
  }

  find(id: string, bases: VideoBases): Video | undefined {
    const channel = this.#entries.get(id)?.channel
    return channel === undefined || channel.hasEnded ? undefined : channel.toVideo(bases)
  }

  describeAll(bases: VideoBases): Channel[] {
    return [...this.#entries.values()].map(({ channel }) => channel.describe(bases))
  }

  /** Throws `unknown-channel`. */
  require(id: string): LiveChannel {
    const channel = this.#entries.get(id)?.channel
    if (channel === undefined) throw new Refusal('unknown-channel', `no channel has the id "${id.slice(0, 60)}"`)
    return channel
  }

  /** The channel to which this is sent over HTTP. Throws `unknown-channel`, `wrong-key`, `wrong-state`. */
  requireIngest(id: string, key: string): LiveChannel {
    const channel = this.require(id)
    const { ingest } = channel
    if (ingest?.kind !== 'ts' && ingest?.kind !== 'hls') {
      throw new Refusal('wrong-state', 'expected a channel that is sent over HTTP')
    }
    if (!isSame(ingest.key, key)) throw new Refusal('wrong-key', 'expected the address that POST /api/channels gave')
    if (channel.hasEnded) throw new Refusal('wrong-state', 'expected a channel that has not ended')
    return channel
  }

  /** The channel to which this is published by WHIP, by the bearer token of its publisher. Throws `unknown-channel`,
   *  `publishing-unauthorized`, `wrong-state`. */
  requireWhip(id: string, key: string | undefined): LiveChannel {
    const channel = this.require(id)
    const { ingest } = channel
    if (ingest?.kind !== 'whip') throw new Refusal('wrong-state', 'expected a channel of the ingest "whip"')
    if (key === undefined || !isSame(ingest.key, key)) {
      const challenge = { 'WWW-Authenticate': 'Bearer' }
      throw new Refusal('publishing-unauthorized', 'expected the key of the channel as bearer token', challenge)
    }
    if (channel.hasEnded) throw new Refusal('wrong-state', 'expected a channel that has not ended')
    return channel
  }

  /** Throws `unknown-video`, `wrong-state`, `too-many-channels`, `disk-full`. */
  async create(wish: ChannelWish): Promise<LiveChannel> {
    const { library, maxChannels, minFreeBytes, maxRecordingBytes } = this.#options
    if (this.#live().length >= maxChannels) {
      throw new Refusal('too-many-channels', `expected at most ${maxChannels} channels`)
    }
    if (wish.isRecorded) await library.folder.requireFreeSpace(0, minFreeBytes)
    const video = wish.kind === 'loop' ? requireReady(library, wish.videoId) : undefined
    const loop = video && requireLoop(video, library)
    const id = newVideoId()
    const channel = new LiveChannel({
      id,
      title: wish.title ?? (video === undefined ? 'Live' : `${video.title} (live)`),
      createdUnixMs: this.#options.nowUnixMs(),
      windowSeconds: wish.windowSeconds,
      bitsPerSecond: loop?.bitsPerSecond ?? INGEST_BITS_PER_SECOND,
      maxRecordingBytes,
      presentations: this.#options.presentations,
      logger: this.#options.logger,
      nowUnixMs: this.#options.nowUnixMs,
      onChanged: (changed) => this.#tell(changed),
      onUnservable: (why) => void this.#end(entry, why),
      ...(video === undefined ? {} : { loop: video.id }),
      ...(loop === undefined ? {} : { steady: loop.steady, framesPerSecond: loop.plan.framesPerSecond }),
      ...(wish.kind === 'loop' ? {} : { ingest: { kind: wish.ingest, key: randomBytes(16).toString('hex') } }),
      ...(wish.isRecorded ? { recordingPath: library.folder.passing(id, 'part') } : {}),
    })
    const entry: Entry = { channel, ending: new AbortController() }
    this.#entries.set(id, entry)
    this.#tell(channel)
    if (loop !== undefined && video !== undefined) this.#run(entry, loop, video)
    return channel
  }

  /** Who publishes over RTSP is on HLS, too: each picture group, once it is whole. */
  #followPublished(name: string, segments: LiveSegments): void {
    const awaited = this.#live().find(({ channel: { ingest } }) => ingest?.kind === 'rtsp' && isSame(ingest.key, name))
    if (awaited !== undefined) return this.#takeGroups(awaited, segments)
    const { maxChannels, presentations, logger, nowUnixMs, maxRecordingBytes } = this.#options
    if (this.#live().length >= maxChannels) {
      return logger.warn({ stream: name, maxChannels }, 'too many channels: this stream is not on HLS')
    }
    const id = newVideoId()
    const channel = new LiveChannel({
      ...{ id, title: name, createdUnixMs: nowUnixMs(), windowSeconds: PUBLISHED_WINDOW_SECONDS },
      ...{ bitsPerSecond: INGEST_BITS_PER_SECOND, maxRecordingBytes, presentations, logger, nowUnixMs },
      rtspPath: `/${LIVE_ID}/${name}`,
      onChanged: (changed) => this.#tell(changed),
      onUnservable: (why) => void this.#end(entry, why),
    })
    const entry: Entry = { channel, ending: new AbortController() }
    this.#entries.set(id, entry)
    this.#takeGroups(entry, segments)
  }

  #takeGroups(entry: Entry, segments: LiveSegments): void {
    const { channel } = entry
    channel.takePublished(segments)
    segments.follow({
      onGroup: (segment, units) => {
        for (const { unit, unixMs } of unitsOfGroup(segment, units, segments)) {
          channel.push(unit, soundOf(segments), unixMs)
        }
      },
      onEnd: () => void this.#end(entry),
    })
  }

  /** Throws `unknown-channel`. */
  async end(id: string, error?: string): Promise<void> {
    this.require(id)
    await this.#end(this.#entries.get(id) as Entry, error)
  }

  async close(): Promise<void> {
    clearInterval(this.#sweeper)
    await Promise.all([...this.#entries.values()].map((entry) => this.#end(entry)))
    await Promise.all(this.#running)
  }

  #live(): Entry[] {
    return [...this.#entries.values()].filter(({ channel }) => !channel.hasEnded)
  }

  #run(entry: Entry, { plan }: LoopFormat, video: VideoRecord): void {
    const { library, tools, logger } = this.#options
    const { channel, ending } = entry
    const letGo = library.hold(video.id)
    const listPath = library.folder.passing(channel.id, 'loop')
    const listener = {
      onUnit: channel.push.bind(channel),
      onProcess: (pid: number) => logger.info({ channel: channel.id, pid }, 'channel: the encoder began'),
    }
    const running = (async () => runLoop(await tools, { plan, listPath }, listener, ending.signal))()
      .then(
        () => this.#end(entry, 'its encoder ended'),
        (error: unknown) => {
          if (ending.signal.aborted) return undefined
          const lastWords = error instanceof ChildFailed ? error.stderrTail.trim().split('\n').slice(-3) : undefined
          logger.error({ err: error, lastWords, channel: channel.id }, 'the encoder of a channel failed')
          return this.#end(entry, 'its encoder failed; the log of the server has the cause')
        },
      )
      .finally(() => {
        letGo()
        this.#running.delete(running)
      })
    this.#running.add(running)
  }

  async #end(entry: Entry, error?: string): Promise<void> {
    const { channel, ending } = entry
    if (channel.hasEnded) return
    ending.abort(new Error('the channel ended'))
    setTimeout(() => this.#entries.delete(channel.id), GONE_AFTER_MS).unref()
    const recording = await channel.end(error)
    this.#options.onEvent({ kind: 'video-removed', id: channel.id })
    if (recording !== undefined) await this.#keep(channel, recording)
  }

  /** A recording goes the way of every file that comes in. */
  async #keep(channel: LiveChannel, path: string): Promise<void> {
    const { intake, logger } = this.#options
    try {
      const { id } = await intake.accept({ id: newVideoId(), path, title: channel.title, fileName: 'channel.ts' })
      channel.recordedVideo = id
    } catch (error) {
      logger.error({ err: error, channel: channel.id }, 'the recording of a channel could not be kept')
    }
  }

  #tell(channel: LiveChannel): void {
    if (!channel.hasEnded) this.#options.onEvent({ kind: 'channel', describe: (base) => channel.toVideo(base) })
  }

  #sweep(): void {
    for (const entry of this.#live()) {
      const { channel } = entry
      const limitMs = channel.renditions === undefined && channel.ingest !== undefined ? UNUSED_MS : SILENT_MS
      if (!channel.isPublished && channel.silentMs > limitMs)
        void this.#end(entry, `nothing came for ${limitMs / 1000} s`)
    }
  }
}

function requireReady(library: Library, id: string): VideoRecord {
  const video = library.require(id)
  if (video.status === 'ready') return video
  throw new Refusal('wrong-state', `expected a video that is ready, this one is ${video.status}`)
}

function requireLoop(video: VideoRecord, library: Library): LoopFormat {
  const format = loopFormatOf(video, library.folder.package(video.id))
  if (format === undefined) throw new Refusal('wrong-state', 'expected a video with a variant of H.264')
  return format
}

/** In a time that tells nothing of where they differ. */
function isSame(expected: string, got: string): boolean {
  const [a, b] = [Buffer.from(expected), Buffer.from(got)]
  return a.length === b.length && timingSafeEqual(a, b)
}
