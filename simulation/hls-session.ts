import type { AccessLink } from '../link/access-link.ts'
import type { Alarm } from '../link/event-queue.ts'
import type { TcpOptions } from '../link/tcp/connection.ts'
import type { Outline } from '../protocol/outline.ts'
import { hlsJsBufferSeconds } from '../stream/hls-buffer.ts'
import type { ViewerEvent } from '../stream/record.ts'
import { SegmentPlayback } from '../stream/segment-playback.ts'
import { hlsPackage, type HlsPackage } from './hls-package.ts'
import { HttpClient } from './http-client.ts'

export type HlsSessionOptions = {
  readonly outline: Outline
  readonly tcp: TcpOptions
  readonly tell: (event: ViewerEvent) => void // moments are link time
  readonly startSeconds?: number // absent: from the beginning
  readonly maxBufferSeconds?: number // absent: as hls.js
}

/** Heads of a browser's request and of the origin's answer. Either fits one segment, so the size hardly matters. */
const REQUEST_BYTES = 500
const RESPONSE_HEAD_BYTES = 900

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
  #nextSegment: number

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
  }

  #ask(bodyBytes: number, nowMs: number, arrived: (atMs: number) => void): void {
    const responseBytes = RESPONSE_HEAD_BYTES + bodyBytes
    this.#client.ask({ requestBytes: REQUEST_BYTES, responseBytes, arrived }, nowMs)
  }

  #askSegment(nowMs: number): void {
    const segment = this.#options.outline.segments[this.#nextSegment]
    if (segment === undefined) return
    this.#nextSegment += 1
    this.#ask(segment.sizeBytes, nowMs, (atMs) => {
      this.#options.tell({ kind: 'media-received', atMs, sizeBytes: segment.sizeBytes })
      this.#playback.append(segment, atMs)
      this.#play(atMs)
      this.#askWhenThereIsRoom(atMs)
    })
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
