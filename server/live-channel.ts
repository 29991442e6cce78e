import { createWriteStream, type WriteStream } from 'node:fs'
import { finished } from 'node:stream/promises'
import type { Logger } from 'pino'
import type { AacConfig } from '../protocol/aac.ts'
import type { TsUnit } from '../protocol/mpeg-ts-stream.ts'
import type { Channel, ChannelPictures, ChannelWay, Video } from '../protocol/weir-api.ts'
import type { SteadyStream } from '../segmenter/live/live-cutter.ts'
import type { LiveRenditions } from '../segmenter/live/live-renditions.ts'
import type { LiveSegments } from '../stream/live-segments.ts'
import { LIVE_ID, type LivePresentations } from '../udp-relay/live-presentations.ts'
import type { VideoBases } from './addresses.ts'
import { ChannelIngest } from './channel-ingest.ts'
import { ChannelMedia, CHANNEL_VARIANT } from './channel-media.ts'
import { HeldRequests } from './held-requests.ts'
import type { ServedChannel } from './live-origin.ts'

export type LiveChannelOptions = {
  readonly id: string
  readonly title: string
  readonly createdUnixMs: number
  readonly loop?: string // the video
  readonly ingest?: Ingest
  readonly rtspPath?: string // absent: `/<id>`
  readonly windowSeconds: number
  readonly steady?: SteadyStream
  readonly framesPerSecond?: number
  readonly bitsPerSecond: number
  readonly recordingPath?: string // its segments are written there as well
  readonly maxRecordingBytes: number
  readonly presentations: LivePresentations
  readonly logger: Logger
  readonly nowUnixMs: () => number
  readonly onChanged: (channel: LiveChannel) => void
  /** What comes cannot be served any longer: it is to be ended. */
  readonly onUnservable: (why: string) => void
}

/** How somebody sends to a channel, and the key that lets him. */
export type Ingest = { readonly kind: 'ts' | 'hls' | 'rtsp' | 'whip'; readonly key: string }

export const SEGMENT_SECONDS = 2
const WHIP_PART_SECONDS = 0.2 // a camera is meant to be near, and gives more than five pictures a second
const MAX_WINDOW_BYTES = 150_000_000 // of each of the two renditions
const MAX_HELD_REQUESTS = 2000
const MAX_UNWRITTEN_BYTES = 50_000_000

/** One live channel: what comes in goes to HLS players, to RTSP viewers and to browsers. */
export class LiveChannel implements ServedChannel {
  readonly id: string
  readonly title: string
  readonly held = new HeldRequests(MAX_HELD_REQUESTS)
  readonly input = new ChannelIngest(this) // of what is sent over HTTP
  readonly #options: LiveChannelOptions
  readonly #media: ChannelMedia
  readonly #recording: WriteStream | undefined
  #recordedBytes = 0
  #isRecordingFull = false // or the disk does not follow
  #lastUnitMs = performance.now()
  #error: string | undefined
  #published: LiveSegments | undefined
  #hasEnded = false
  recordedVideo: string | undefined

  constructor(options: LiveChannelOptions) {
    const { id, title, windowSeconds, steady, ingest, framesPerSecond, bitsPerSecond, presentations } = options
    const { recordingPath, nowUnixMs } = options
    this.id = id
    this.title = title
    this.#options = options
    this.#recording = recordingPath === undefined ? undefined : createWriteStream(recordingPath)
    this.#recording?.on('error', (error) => {
      options.logger.error({ err: error, channel: id }, 'the recording of a channel failed')
    })
    this.#media = new ChannelMedia({
      ...{ segmentSeconds: SEGMENT_SECONDS, windowSeconds, maxBytes: MAX_WINDOW_BYTES, bitsPerSecond, nowUnixMs },
      ...(steady === undefined ? {} : { steady }),
      ...(framesPerSecond === undefined ? {} : { framesPerSecond }),
      ...(ingest?.kind === 'whip' ? { partSeconds: WHIP_PART_SECONDS } : {}),
      onSegment: (bytes) => this.#record(bytes),
      onPart: () => this.held.look(),
      hasRtp: steady !== undefined || (ingest !== undefined && ingest.kind !== 'rtsp'),
      onBegun: (segments) => {
        const sent = segments ?? this.#published
        if (sent !== undefined) presentations.addChannel(id, title, sent)
        options.logger.info({ channel: id }, 'channel is live')
        options.onChanged(this)
      },
    })
  }

  get renditions(): LiveRenditions | undefined {
    return this.#media.renditions
  }

  get hasEnded(): boolean {
    return this.#hasEnded
  }

  /** When the newest pictures, after a moment of the channel, were captured, and since when they can be had that way. */
  pictures(way: ChannelWay, afterTicks: number): ChannelPictures {
    const originTicks = way === 'rtp' ? 0 : (this.renditions?.originTicks[way] ?? 0)
    const pictures = this.#media.pictures.list(way, afterTicks)
    return { unixMs: this.#options.nowUnixMs(), originTicks, pictures }
  }

  /** Since the last unit came. */
  get silentMs(): number {
    return performance.now() - this.#lastUnitMs
  }

  /** It ends with its publisher, who may pause as long as he likes. */
  get isPublished(): boolean {
    return this.#published !== undefined
  }

  /** What is published over RTSP, which goes to its viewers by itself. */
  takePublished(segments: LiveSegments): void {
    this.#published = segments
  }

  get ingest(): Ingest | undefined {
    return this.#options.ingest
  }

  push(unit: TsUnit, audio: AacConfig | false | undefined, unixMs: number): void {
    if (this.#hasEnded) return
    this.#lastUnitMs = performance.now()
    if (!this.#media.push(unit, audio, unixMs)) this.#options.onUnservable('its keyframes are too rare to serve it')
  }

  /** What is listed stays for a while; who watches sees it to its end. Resolves with where the recording lies, if there is one. */
  async end(error?: string): Promise<string | undefined> {
    if (this.#hasEnded) return undefined
    this.#hasEnded = true
    this.#error = error
    this.input.end()
    this.#media.end()
    this.held.look()
    const { presentations, logger, onChanged, recordingPath } = this.#options
    presentations.removeChannel(this.id)
    logger.info({ channel: this.id, error }, 'channel ended')
    this.#recording?.end()
    onChanged(this)
    if (this.#recording === undefined || this.#recordedBytes === 0) return undefined
    await finished(this.#recording).catch(() => undefined) // told above
    return recordingPath
  }

  describe(bases: VideoBases): Channel {
    const { loop, createdUnixMs } = this.#options
    const state = this.#hasEnded ? 'ended' : this.renditions === undefined ? 'starting' : 'live'
    return {
      id: this.id,
      title: this.title,
      state,
      createdUnixMs,
      ...(loop === undefined ? {} : { loop }),
      ...(this.#error === undefined ? {} : { error: this.#error }),
      ...(this.recordedVideo === undefined ? {} : { recordedVideo: this.recordedVideo }),
      urls: this.#urls(bases),
    }
  }

  /** With the address that lets send to it: for who made it alone. */
  describeToMaker(httpBase: string, bases: VideoBases): Channel {
    const { ingest } = this.#options
    const channel = this.describe(bases)
    if (ingest === undefined) return channel
    return { ...channel, ingest: { ...ingest, url: ingestUrl(this.id, ingest, httpBase, bases.rtsp) } }
  }

  /** As the library lists it. */
  toVideo(bases: VideoBases): Video {
    const { renditions } = this
    const { createdUnixMs } = this.#options
    const variants =
      renditions === undefined
        ? []
        : [
            {
              name: this.#published?.outline.variant ?? CHANNEL_VARIANT,
              widthPixels: renditions.widthPixels,
              heightPixels: renditions.heightPixels,
              framesPerSecond: renditions.framesPerSecond,
              bandwidthBitsPerSecond: renditions.bitsPerSecond,
              codecs: renditions.codecs.join(','),
            },
          ]
    return {
      id: this.id,
      title: this.title,
      kind: 'live',
      status: renditions === undefined ? 'queued' : 'playable',
      progressRatio: renditions === undefined ? 0 : 1,
      createdUnixMs,
      variants,
      urls: renditions === undefined ? {} : this.#urls(bases),
    }
  }

  #urls({ rtsp, rtsps, folderOf, isEncrypted }: VideoBases): Video['urls'] {
    const { loop, rtspPath } = this.#options
    const near = this.renditions?.windows['low-latency']
    const hasParts = near === undefined || this.#hasEnded || !near.isEnded
    const folder = folderOf(this.id)
    const path = rtspPath ?? `/${this.id}`
    return {
      hls: `${folder}/master.m3u8`,
      ...(hasParts && !isEncrypted ? { lowLatencyHls: `${folder}/low-latency.m3u8` } : {}),
      ...(loop === undefined ? {} : { poster: `${folderOf(loop)}/poster.jpg` }), // of what is looped
      rtsp: rtsp + path,
      ...(rtsps === undefined ? {} : { rtsps: rtsps + path }),
    }
  }

  #record(segment: Uint8Array): void {
    const { maxRecordingBytes } = this.#options
    if (this.#recording === undefined || this.#isRecordingFull) return
    const { writableLength } = this.#recording
    this.#isRecordingFull =
      this.#recordedBytes + segment.length > maxRecordingBytes || writableLength > MAX_UNWRITTEN_BYTES
    if (this.#isRecordingFull) {
      const figures = { recordedBytes: this.#recordedBytes, unwrittenBytes: writableLength }
      return this.#options.logger.warn({ channel: this.id, ...figures }, 'the recording of a channel ends early')
    }
    this.#recordedBytes += segment.length
    this.#recording.write(segment)
  }
}

/** As it is given to ffmpeg. The key is part of the path: who sends HLS derives the names of segments from the playlist's, and keeps no
 *  query. WHIP has it as its bearer token. */
function ingestUrl(id: string, { kind, key }: Ingest, httpBase: string, rtspBase: string): string {
  if (kind === 'rtsp') return `${rtspBase}/${LIVE_ID}/${key}`
  if (kind === 'whip') return `${httpBase}/api/channels/${id}/whip`
  return `${httpBase}/api/channels/${id}/ingest/${key}/${kind === 'ts' ? 'stream.ts' : 'index.m3u8'}`
}
