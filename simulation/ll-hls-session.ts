import type { AccessLink } from '../link/access-link.ts'
import type { Alarm } from '../link/event-queue.ts'
import type { TcpOptions } from '../link/tcp/connection.ts'
import type { ViewerEvent } from '../stream/record.ts'
import { SegmentPlayback } from '../stream/segment-playback.ts'
import { variantBandwidth } from './hls-package.ts'
import { HttpClient, REQUEST_BYTES, RESPONSE_HEAD_BYTES, type HttpAnswer } from './http-client.ts'
import type { LiveChannel } from './live-channel.ts'
import type { LivePart } from './live-parts.ts'

export type LlHlsSessionOptions = {
  readonly channel: LiveChannel
  readonly multivariantPlaylistBytes: number
  readonly tcp: TcpOptions
  readonly tell: (event: ViewerEvent) => void // moments are link time
}

/** A viewer of a channel over LL-HLS on the tcp lane, in virtual time, in the manner of hls.js: reloads of the playlist that
 *  the server holds until there is another part (draft-pantos-hls-rfc8216bis section 6.2.5.2), and parts once they are
 *  listed, each kind on a connection of its own. It begins at the newest keyframe that is PART-HOLD-BACK behind the edge,
 *  and not before its time is that long ago; a stall makes it stay further behind. Preload hints are not used, as hls.js
 *  uses none; nothing is played faster. Whoever advances the link plays it. */
export class LlHlsSession {
  readonly #options: LlHlsSessionOptions
  readonly #alarms: AccessLink['alarms']
  readonly #lists: HttpClient
  readonly #files: HttpClient
  readonly #playAlarm: Alarm
  readonly #beginAlarm: Alarm
  #playback: SegmentPlayback | undefined // once it is known where it begins
  #held: LivePart[] | undefined = [] // that came before the first one's time
  #listedParts = 0
  #nextPart = 0 // to ask for
  #isAsking = false

  constructor(link: AccessLink, options: LlHlsSessionOptions) {
    this.#options = options
    this.#alarms = link.alarms
    this.#lists = new HttpClient(link, options.tcp)
    this.#files = new HttpClient(link, options.tcp)
    this.#playAlarm = link.alarms.newAlarm((atMs) => this.#play(atMs))
    this.#beginAlarm = link.alarms.newAlarm((atMs) => this.#begin(atMs))
  }

  /** The end of the presentation was on the screen. */
  get hasEnded(): boolean {
    return this.#playback?.hasEnded === true
  }

  /** The wish to play, of what is live at this moment. */
  play(atMs: number): void {
    this.#options.tell({ kind: 'play-asked', atMs, fromSeconds: 0 })
    this.#lists.open(atMs)
    const answer = RESPONSE_HEAD_BYTES + this.#options.multivariantPlaylistBytes
    this.#lists.ask({ requestBytes: REQUEST_BYTES, answer, arrived: (listMs) => this.#reload(listMs) }, atMs)
  }

  close(): void {
    this.#lists.close()
    this.#files.close()
    this.#alarms.cancel(this.#playAlarm)
    this.#alarms.cancel(this.#beginAlarm)
  }

  /** Held until there is a part more than are known; one of which nothing is known is answered as soon as there is any. */
  #reload(nowMs: number): void {
    const { channel } = this.#options
    const known = this.#listedParts
    let listed = known
    const answer = (askedMs: number): HttpAnswer => {
      const atMs = Math.max(askedMs, channel.publishedMs(known))
      listed = channel.publishedAt(atMs)
      return { atMs, responseBytes: RESPONSE_HEAD_BYTES + channel.playlistBytes(listed) }
    }
    this.#lists.ask({ requestBytes: REQUEST_BYTES, answer, arrived: (atMs) => this.#takeList(listed, atMs) }, nowMs)
  }

  #takeList(listed: number, atMs: number): void {
    const { channel } = this.#options
    this.#listedParts = listed
    if (this.#playback === undefined) this.#join(atMs)
    this.#askNext(atMs)
    if (listed < channel.parts.length) this.#reload(atMs)
  }

  #join(nowMs: number): void {
    const { channel, tell } = this.#options
    this.#nextPart = channel.joinsAt(this.#listedParts)
    const first = channel.parts[this.#nextPart]
    const last = channel.parts.at(-1)
    const startMs = (first?.startSeconds ?? 0) * 1000 // s to ms
    const endMs = ((last?.startSeconds ?? 0) + (last?.durationSeconds ?? 0)) * 1000 // s to ms
    this.#playback = new SegmentPlayback({ startMs, endMs }, tell)
    this.#files.open(nowMs)
    this.#alarms.set(this.#beginAlarm, Math.max(nowMs, startMs + channel.holdBackMs))
  }

  #askNext(nowMs: number): void {
    const part = this.#options.channel.parts[this.#nextPart]
    if (part === undefined || this.#nextPart >= this.#listedParts || this.#isAsking) return
    this.#isAsking = true
    this.#nextPart += 1
    const file = { uri: part.uri, variant: this.#options.channel.outline.variant }
    const bufferMs = this.#playback?.bufferMs(nowMs) ?? 0
    this.#options.tell({ kind: 'buffer', atMs: nowMs, bufferSeconds: bufferMs / 1000 }) // ms to s
    this.#options.tell({ kind: 'segment-asked', atMs: nowMs, ...file })
    const answer = RESPONSE_HEAD_BYTES + part.sizeBytes
    const arrived = (atMs: number, firstByteMs: number) => {
      const { sizeBytes } = part
      this.#options.tell({ kind: 'segment-received', atMs, ...file, sizeBytes, askedMs: nowMs, firstByteMs })
      this.#take(part, atMs)
    }
    this.#files.ask({ requestBytes: REQUEST_BYTES, answer, arrived }, nowMs)
  }

  #take(part: LivePart, atMs: number): void {
    this.#isAsking = false
    if (this.#held === undefined) this.#append(part, atMs)
    else this.#held.push(part)
    this.#askNext(atMs)
  }

  /** The first part's time is as long ago as is held back. */
  #begin(atMs: number): void {
    const held = this.#held ?? []
    const { outline } = this.#options.channel
    this.#held = undefined
    const bitsPerSecond = variantBandwidth(outline)
    this.#options.tell({ kind: 'variant-shown', atMs, variant: outline.variant, bitsPerSecond })
    for (const part of held) this.#append(part, atMs)
  }

  #append(part: LivePart, atMs: number): void {
    this.#playback?.append(part, atMs)
    this.#play(atMs)
  }

  #play(nowMs: number): void {
    this.#playback?.advance(nowMs)
    const nextMs = this.#playback?.nextEventMs() ?? Infinity
    if (nextMs < Infinity) this.#alarms.set(this.#playAlarm, nextMs)
  }
}
