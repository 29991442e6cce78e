import type { AccessLink } from '../link/access-link.ts'
import type { Alarm } from '../link/event-queue.ts'
import type { TcpOptions } from '../link/tcp/connection.ts'
import type { Outline } from '../protocol/outline.ts'
import { hlsJsBufferSeconds } from '../stream/hls-buffer.ts'
import type { TcpStateEvent, ViewerEvent } from '../stream/record.ts'
import { SegmentPlayback } from '../stream/segment-playback.ts'
import { hlsPackage, type HlsPackage } from './hls-package.ts'
import { HttpClient } from './http-client.ts'

export type HlsSessionOptions = {
  readonly outline: Outline
  readonly tcp: TcpOptions
  readonly tell: (event: ViewerEvent) => void // moments are link time
  readonly tellTcp?: ((event: Omit<TcpStateEvent, 'lane'>) => void) | undefined // some ten times a second while it sends
  readonly startSeconds?: number // absent: from the beginning
  readonly maxBufferSeconds?: number // absent: as hls.js
}

/** Heads of a browser's request and of the origin's answer. Either fits one segment, so the size hardly matters. */
const REQUEST_BYTES = 500
const RESPONSE_HEAD_BYTES = 900
const TCP_STATE_MS = 100

/** A viewer of one variant over HLS on the tcp lane, in virtual time: both playlists, then segment after segment while
 *  less than the limit is buffered. No change of variant. Whoever advances the link plays it. */
export class HlsSession {
  readonly #alarms: AccessLink['alarms']
  readonly #options: HlsSessionOptions
  readonly #package: HlsPackage
  readonly #maxBufferMs: number
  readonly #client: HttpClient
  readonly #playback: SegmentPlayback
  readonly #playAlarm: Alarm
  readonly #askAlarm: Alarm
  readonly #tcpAlarm: Alarm
  #nextSegment: number
  #isVariantTold = false

  /** Throws RangeError when the outline has no segments. */
  constructor(link: AccessLink, options: HlsSessionOptions) {
    const { outline, tcp, tell, startSeconds = 0 } = options
    const { segments } = outline
    this.#alarms = link.alarms
    this.#options = options
    this.#package = hlsPackage(outline)
    const { maxBufferSeconds = hlsJsBufferSeconds(this.#package.bandwidthBitsPerSecond) } = options
    this.#maxBufferMs = maxBufferSeconds * 1000 // s to ms
    this.#client = new HttpClient(link, tcp)
    const last = segments.at(-1)
    const endMs = last === undefined ? 0 : (last.startSeconds + last.durationSeconds) * 1000 // s to ms
    this.#playback = new SegmentPlayback({ startMs: startSeconds * 1000, endMs }, tell)
    this.#nextSegment = Math.max(
      0,
      segments.findLastIndex((segment) => segment.startSeconds <= startSeconds),
    )
    this.#playAlarm = link.alarms.newAlarm((atMs) => this.#play(atMs))
    this.#askAlarm = link.alarms.newAlarm((atMs) => this.#askSegment(atMs))
    this.#tcpAlarm = link.alarms.newAlarm((atMs) => this.#tellTcp(atMs))
  }

  /** The end of the presentation was on the screen. */
  get hasEnded(): boolean {
    return this.#playback.hasEnded
  }

  /** The wish to play: opens the connection and asks for the first playlist. */
  play(atMs: number): void {
    const { multivariantPlaylistBytes, mediaPlaylistBytes } = this.#package
    this.#options.tell({ kind: 'play-asked', atMs })
    this.#client.open(atMs)
    this.#ask(multivariantPlaylistBytes, atMs, (listMs) =>
      this.#ask(mediaPlaylistBytes, listMs, (firstMs) => this.#askSegment(firstMs)),
    )
  }

  close(): void {
    this.#client.close()
    this.#alarms.cancel(this.#playAlarm)
    this.#alarms.cancel(this.#askAlarm)
    this.#alarms.cancel(this.#tcpAlarm)
  }

  #ask(bodyBytes: number, nowMs: number, arrived: (atMs: number, firstByteMs: number) => void): void {
    const responseBytes = RESPONSE_HEAD_BYTES + bodyBytes
    this.#client.ask({ requestBytes: REQUEST_BYTES, responseBytes, arrived }, nowMs)
  }

  #askSegment(nowMs: number): void {
    const segment = this.#options.outline.segments[this.#nextSegment]
    if (segment === undefined) return
    this.#nextSegment += 1
    const { tell, outline } = this.#options
    const file = { uri: segment.uri, variant: outline.variant }
    tell({ kind: 'buffer', atMs: nowMs, bufferSeconds: this.#playback.bufferMs(nowMs) / 1000 }) // ms to s
    tell({ kind: 'segment-asked', atMs: nowMs, ...file })
    if (this.#options.tellTcp !== undefined) this.#alarms.set(this.#tcpAlarm, nowMs + TCP_STATE_MS)
    this.#ask(segment.sizeBytes, nowMs, (atMs, firstByteMs) => {
      const { sizeBytes } = segment
      tell({ kind: 'segment-received', atMs, ...file, sizeBytes, askedMs: nowMs, firstByteMs })
      this.#tellVariant(atMs)
      this.#alarms.cancel(this.#tcpAlarm)
      this.#playback.append(segment, atMs)
      this.#play(atMs)
      this.#askWhenThereIsRoom(atMs)
    })
  }

  /** One variant all the time: told with its first segment. */
  #tellVariant(atMs: number): void {
    if (this.#isVariantTold) return
    this.#isVariantTold = true
    const { variant } = this.#options.outline
    this.#options.tell({
      kind: 'variant-shown',
      atMs,
      variant,
      bitsPerSecond: this.#package.bandwidthBitsPerSecond,
    })
  }

  #tellTcp(atMs: number): void {
    const { recovery, cwnd, ssthresh, inFlight, srttMs, retransmittedSegments } = this.#client.state()
    this.#options.tellTcp?.({
      kind: 'tcp-state',
      atMs,
      direction: 'down',
      flow: this.#client.flow,
      recovery,
      cwnd,
      ...(ssthresh === Infinity ? {} : { ssthresh }),
      inFlight,
      srttMs,
      retransmittedSegments,
    })
    this.#alarms.set(this.#tcpAlarm, atMs + TCP_STATE_MS)
  }

  #askWhenThereIsRoom(nowMs: number): void {
    const tooMuchMs = this.#playback.bufferMs(nowMs) - this.#maxBufferMs
    if (tooMuchMs < 0) this.#askSegment(nowMs)
    else this.#alarms.set(this.#askAlarm, nowMs + tooMuchMs)
  }

  #play(nowMs: number): void {
    this.#playback.advance(nowMs)
    const nextMs = this.#playback.nextEventMs()
    if (nextMs < Infinity) this.#alarms.set(this.#playAlarm, nextMs)
  }
}
