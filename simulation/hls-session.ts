import type { AccessLink } from '../link/access-link.ts'
import type { Alarm } from '../link/event-queue.ts'
import type { TcpOptions } from '../link/tcp/connection.ts'
import type { OutlineSegment } from '../protocol/outline.ts'
import { ABANDON_CHECK_MS, type Abr } from '../stream/abr.ts'
import { HlsViewer, type SegmentWish } from '../stream/hls-viewer.ts'
import type { TcpStateEvent, ViewerEvent } from '../stream/record.ts'
import { SegmentPlayback } from '../stream/segment-playback.ts'
import type { HlsVariant } from './hls-package.ts'
import { HttpClient, REQUEST_BYTES, RESPONSE_HEAD_BYTES } from './http-client.ts'

export type HlsSessionOptions = {
  readonly multivariantPlaylistBytes: number
  readonly ladder: readonly HlsVariant[] // the lowest bitrate first
  readonly abr?: Abr // of this ladder; absent: always the highest
  readonly tcp: TcpOptions
  readonly tell: (event: ViewerEvent) => void // moments are link time
  readonly tellTcp?: ((event: Omit<TcpStateEvent, 'lane'>) => void) | undefined // some ten times a second while it sends
  readonly startSeconds?: number // absent: from the beginning
  readonly maxBufferSeconds?: number // absent: the rule's, else as hls.js
}

/** A segment under way. */
type Asked = {
  readonly variant: HlsVariant
  readonly segment: OutlineSegment
  readonly file: { readonly uri: string; readonly variant: string }
  readonly askedMs: number
}

const TCP_STATE_MS = 100
const ALWAYS_HIGHEST: (ladder: readonly HlsVariant[]) => Abr = ({ length }) => ({
  choose: () => ({ variantIndex: length - 1 }),
  received: () => {},
})

/** A viewer over HLS on the tcp lane, in virtual time: the multivariant playlist, then what stream/hls-viewer.ts wishes for,
 *  one request after the other. Whoever advances the link plays it. */
export class HlsSession {
  readonly #alarms: AccessLink['alarms']
  readonly #options: HlsSessionOptions
  readonly #viewer: HlsViewer
  readonly #canAbandon: boolean
  readonly #client: HttpClient
  readonly #playback: SegmentPlayback
  readonly #playAlarm: Alarm
  readonly #askAlarm: Alarm
  readonly #abandonAlarm: Alarm
  readonly #tcpAlarm: Alarm
  #asked: Asked | undefined
  #newestVariant: HlsVariant | undefined // of the last segment that came

  /** Throws RangeError when the ladder is empty. */
  constructor(link: AccessLink, options: HlsSessionOptions) {
    const { ladder, tcp, tell, startSeconds = 0, maxBufferSeconds } = options
    const abr = options.abr ?? ALWAYS_HIGHEST(ladder)
    const variants = ladder.map(({ facts }) => facts)
    const last = ladder.at(-1)?.outline.segments.at(-1)
    if (last === undefined) throw new RangeError('a ladder of no variants')
    this.#alarms = link.alarms
    this.#options = options
    this.#canAbandon = abr.abandons !== undefined
    this.#viewer = new HlsViewer({
      variants,
      abr,
      startSeconds,
      ...(maxBufferSeconds === undefined ? {} : { maxBufferSeconds }),
    })
    this.#client = new HttpClient(link, tcp)
    const endMs = (last.startSeconds + last.durationSeconds) * 1000 // s to ms
    this.#playback = new SegmentPlayback({ startMs: startSeconds * 1000, endMs }, tell)
    this.#playAlarm = link.alarms.newAlarm((atMs) => this.#play(atMs))
    this.#askAlarm = link.alarms.newAlarm((atMs) => this.#askNext(atMs))
    this.#abandonAlarm = link.alarms.newAlarm((atMs) => this.#abandonWhenLate(atMs))
    this.#tcpAlarm = link.alarms.newAlarm((atMs) => this.#tellTcp(atMs))
  }

  /** The end of the presentation was on the screen. */
  get hasEnded(): boolean {
    return this.#playback.hasEnded
  }

  /** The wish to play: opens the connection and asks for the first playlist. */
  play(atMs: number): void {
    this.#options.tell({ kind: 'play-asked', atMs })
    this.#client.open(atMs)
    this.#ask(this.#options.multivariantPlaylistBytes, atMs, (listMs) => this.#askNext(listMs))
  }

  close(): void {
    this.#client.close()
    for (const alarm of [this.#playAlarm, this.#askAlarm, this.#abandonAlarm, this.#tcpAlarm])
      this.#alarms.cancel(alarm)
  }

  #ask(bodyBytes: number, nowMs: number, arrived: (atMs: number, firstByteMs: number) => void): void {
    const responseBytes = RESPONSE_HEAD_BYTES + bodyBytes
    this.#client.ask({ requestBytes: REQUEST_BYTES, answer: responseBytes, arrived }, nowMs)
  }

  #askNext(nowMs: number): void {
    const wish = this.#viewer.next(nowMs, this.#playback.bufferMs(nowMs))
    switch (wish.kind) {
      case 'ask-playlist':
        return this.#askPlaylist(wish.variantIndex, nowMs)
      case 'ask-segment':
        return this.#askSegment(wish, nowMs)
      case 'wait':
        return this.#alarms.set(this.#askAlarm, wish.untilMs)
      case 'over':
        return
    }
  }

  #askPlaylist(variantIndex: number, askedMs: number): void {
    const { media, mediaPlaylistBytes } = this.#options.ladder[variantIndex] as HlsVariant
    this.#ask(mediaPlaylistBytes, askedMs, (receivedMs, firstByteMs) => {
      this.#viewer.playlistReceived(variantIndex, media, { askedMs, firstByteMs, receivedMs })
      this.#askNext(receivedMs)
    })
  }

  #askSegment({ variantIndex, mediaSequence }: SegmentWish, nowMs: number): void {
    const variant = this.#options.ladder[variantIndex] as HlsVariant
    const segment = variant.outline.segments[mediaSequence] as OutlineSegment
    const file = { uri: segment.uri, variant: variant.facts.name }
    const { tell } = this.#options
    const asked = { variant, segment, file, askedMs: nowMs }
    this.#asked = asked
    this.#tellBuffer(nowMs)
    tell({ kind: 'segment-asked', atMs: nowMs, ...file })
    if (this.#options.tellTcp !== undefined) this.#alarms.set(this.#tcpAlarm, nowMs + TCP_STATE_MS)
    if (this.#canAbandon) this.#alarms.set(this.#abandonAlarm, nowMs + ABANDON_CHECK_MS)
    this.#ask(segment.sizeBytes, nowMs, (atMs, firstByteMs) => this.#receive(asked, atMs, firstByteMs))
  }

  #receive({ variant, segment, file, askedMs }: Asked, atMs: number, firstByteMs: number): void {
    const { sizeBytes } = segment
    this.#asked = undefined
    this.#viewer.segmentReceived(sizeBytes, { askedMs, firstByteMs, receivedMs: atMs })
    this.#options.tell({ kind: 'segment-received', atMs, ...file, sizeBytes, askedMs, firstByteMs })
    this.#alarms.cancel(this.#tcpAlarm)
    this.#alarms.cancel(this.#abandonAlarm)
    this.#append(variant, segment, atMs)
    this.#tellBuffer(atMs)
    this.#play(atMs)
    this.#askNext(atMs)
  }

  #tellBuffer(nowMs: number): void {
    this.#options.tell({ kind: 'buffer', atMs: nowMs, bufferSeconds: this.#playback.bufferMs(nowMs) / 1000 }) // ms to s
  }

  /** The first variant is told with its first segment, another one when it comes on the screen. */
  #append(variant: HlsVariant, segment: OutlineSegment, nowMs: number): void {
    const before = this.#newestVariant
    this.#newestVariant = variant
    if (before === undefined) this.#tellVariant(variant, nowMs)
    const isOther = before !== undefined && before !== variant
    this.#playback.append(segment, nowMs, isOther ? (atMs) => this.#tellVariant(variant, atMs) : undefined)
  }

  #tellVariant({ facts }: HlsVariant, atMs: number): void {
    const { name, bandwidthBitsPerSecond } = facts
    this.#options.tell({ kind: 'variant-shown', atMs, variant: name, bitsPerSecond: bandwidthBitsPerSecond })
  }

  /** Looked at while something plays, or stands still, as hls.js does. */
  #abandonWhenLate(nowMs: number): void {
    const asked = this.#asked
    if (asked === undefined) return
    const { receivedBytes, firstByteMs } = this.#client.progress()
    const sizeBytes = Math.max(0, receivedBytes - RESPONSE_HEAD_BYTES)
    const { askedMs, segment, file } = asked
    const firstByte = firstByteMs === undefined ? {} : { firstByteMs }
    const progress = { nowMs, askedMs, receivedBytes: sizeBytes, totalBytes: segment.sizeBytes, ...firstByte }
    const isPlaying = this.#newestVariant !== undefined
    if (!isPlaying || !this.#viewer.abandons(progress, this.#playback.bufferMs(nowMs))) {
      return this.#alarms.set(this.#abandonAlarm, nowMs + ABANDON_CHECK_MS)
    }
    this.#asked = undefined
    this.#options.tell({ kind: 'segment-cancelled', atMs: nowMs, ...file, sizeBytes, askedMs, ...firstByte })
    this.#alarms.cancel(this.#tcpAlarm)
    this.#client.cancel(nowMs)
    this.#askNext(nowMs)
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

  #play(nowMs: number): void {
    this.#playback.advance(nowMs)
    const nextMs = this.#playback.nextEventMs()
    if (nextMs < Infinity) this.#alarms.set(this.#playAlarm, nextMs)
  }
}
