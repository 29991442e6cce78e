import type { Logger } from 'pino'
import type { LivePlayouts, ViewerPlayout } from './live-playouts.ts'
import { Playout, type PlayoutStart, type PlayoutTrack } from './playout.ts'
import type { OpenPresentation } from './presentation-source.ts'
import type { PresentationWish } from './presentation-wish.ts'
import { rtpFormat } from './rtp-format.ts'
import type { RtpPorts } from './rtp-ports.ts'
import { step, type SessionRequest, type SessionState, type Step, type TrackDestination } from './rtsp-session.ts'
import { RtspRefusal } from './rtsp-refusal.ts'
import type { SegmentCache } from './segment-cache.ts'
import type { SendTimer } from './send-timer.ts'
import { UdpSink } from './udp-sink.ts'
import type { LinkedPackets, ViewerLink } from './viewer-link.ts'

/** Who watches: UDP goes to no other address than that of the RTSP connection, and through its link. */
export type Viewer = {
  readonly address: string
  readonly localAddress: string
  readonly linkId: string | undefined // as the address names it
  readonly link: ViewerLink | undefined
}

export type ViewerSessionOptions = {
  readonly id: string
  readonly viewer: Viewer
  readonly presentation: OpenPresentation
  readonly wish: PresentationWish
  readonly live: LivePlayouts
  readonly segments: SegmentCache
  readonly ports: RtpPorts
  readonly timer: SendTimer
  readonly random: () => number
  readonly logger: Logger
  /** It has ended, and what it sent last has left the link. */
  readonly onClosed: (session: ViewerSession) => void
}

const REFUSED_MS = 5000
const BURST_EARLY_MS = 20 // no receiver minds: it holds a transport stream for some 700 ms

/** One RTSP session: its state, what it plays, and its sockets. */
export class ViewerSession {
  readonly id: string
  readonly viewer: Viewer
  readonly presentation: OpenPresentation
  /** Of each track as the viewer wrote them at SETUP: RTP-Info names the tracks by them. */
  readonly trackUrls = new Map<number, string>()
  readonly #options: ViewerSessionOptions
  readonly #sink: UdpSink
  readonly #packets: LinkedPackets | undefined // the way to the sink, if it leads through a link
  readonly #playout: ViewerPlayout
  readonly #startedMs: number
  #state: SessionState = { phase: 'init' }
  #aliveMs: number
  #hasEnded = false
  #isClosed = false

  constructor(options: ViewerSessionOptions) {
    const { id, viewer, presentation, timer, ports } = options
    this.id = id
    this.viewer = viewer
    this.presentation = presentation
    this.#options = options
    this.#startedMs = timer.nowMs()
    this.#aliveMs = this.#startedMs
    this.#sink = new UdpSink(ports, {
      timer,
      inBursts: this.#earlyMs > 0,
      onAlive: () => this.touch(),
      cross: (sizeBytes, arrived) =>
        this.#packets === undefined ? arrived(timer.nowMs()) : this.#packets.sendUp(sizeBytes, arrived),
    })
    this.#packets = viewer.link?.openPackets(this.#sink)
    this.#playout = this.#openPlayout()
  }

  #openPlayout(): ViewerPlayout {
    const { id, viewer, wish, presentation, live, segments, timer, random, logger } = this.#options
    const way = {
      presentation,
      sink: this.#packets ?? this.#sink,
      ...rtpFormat(wish.payload, viewer.link !== undefined),
      earlyMs: this.#earlyMs,
      onFailed: (error: Error) => {
        logger.error({ err: error, session: id }, 'a segment is gone')
        this.end('failed')
      },
    }
    if (wish.isLive) return live.takeSeat(way)
    return new Playout({
      ...way,
      segments,
      timer,
      random,
      newReportRandom: () => this.#packets?.newReportRandom() ?? random,
      withAudio: true,
      onEnded: () => {}, // RTCP has said goodbye; the session stays, for the viewer may seek back
    })
  }

  /** Bursts are for packets of one size, and for nobody whose packets a link has to meet at their moments. */
  get #earlyMs(): number {
    const { wish, viewer, ports } = this.#options
    return wish.payload === 'mp2t' && viewer.link === undefined && ports.canBurst ? BURST_EARLY_MS : 0
  }

  /** Its video begins again at the end, and there is nothing to seek in. */
  get isLive(): boolean {
    return this.#options.wish.isLive
  }

  get hasEnded(): boolean {
    return this.#hasEnded
  }

  get tracks(): readonly PlayoutTrack[] {
    return this.#playout.tracks
  }

  /** Any request and any RTCP shows that the viewer is there. */
  touch(): void {
    this.#aliveMs = this.#options.timer.nowMs()
  }

  /** Throws RtspRefusal. */
  async setUp(trackIndex: number | undefined, destination: TrackDestination): Promise<PlayoutTrack> {
    const { state } = this.#next({ method: 'SETUP', trackIndex, destination })
    const track = trackIndex === undefined ? undefined : this.tracks[trackIndex]
    if (trackIndex === undefined || track === undefined) throw new RtspRefusal(404, `no track ${trackIndex}`)
    await this.#sink.setTrack(trackIndex, { ...this.viewer, ...destination })
    this.#state = state
    return track
  }

  /** Answers by `respond` before the first packet goes; undefined is told when playing merely goes on.
   *  Throws RtspRefusal and what Playout.play throws. */
  async play(
    request: {
      readonly trackIndex: number | undefined
      readonly startSeconds: number | undefined
      readonly hasRange: boolean
    },
    respond: (start: PlayoutStart | undefined) => Promise<void>,
  ): Promise<void> {
    const { state, send } = this.#next({ method: 'PLAY', ...request })
    if (send === undefined) return respond(undefined)
    await this.#playout.play(request.startSeconds, async (start) => {
      await respond(start)
      this.#state = state
    })
  }

  /** Throws RtspRefusal. */
  pause(trackIndex: number | undefined): void {
    this.#state = this.#next({ method: 'PAUSE', trackIndex }).state
    this.#playout.pause()
  }

  /** Throws RtspRefusal. */
  tearDown(trackIndex: number | undefined): void {
    this.#next({ method: 'TEARDOWN', trackIndex })
    this.end('teardown')
  }

  /** Ends a viewer who has gone without a word; called now and then. */
  endIfGone(timeoutMs: number): void {
    if (this.#hasEnded) return
    if (this.#options.timer.nowMs() - this.#aliveMs > timeoutMs) this.end('timeout')
    else if (this.#sink.refusedMs(this.#aliveMs) >= REFUSED_MS) this.end('refused')
  }

  /** What is inside a link still reaches the viewer, goodbye above all; not when the relay closes, with its sockets. */
  end(reason: 'teardown' | 'timeout' | 'refused' | 'failed' | 'closing'): void {
    if (!this.#hasEnded) {
      this.#hasEnded = true
      this.#state = { phase: 'init' }
      this.#playout.close()
      this.presentation.close()
      this.#log(reason)
      this.#packets?.closeWhenEmpty(() => this.#close())
    }
    if (reason === 'closing') this.#packets?.close()
    if (reason === 'closing' || this.#packets === undefined) this.#close()
  }

  #close(): void {
    if (this.#isClosed) return
    this.#isClosed = true
    this.#sink.close()
    this.#options.onClosed(this)
  }

  #next(request: SessionRequest): Step {
    const next = step(this.#state, request)
    if (next.status === 200) return next
    throw new RtspRefusal(next.status, `${request.method} in phase ${this.#state.phase}`)
  }

  #log(reason: string): void {
    const { sentPackets, droppedPackets, receiverReports, otherDatagrams, reportedLostPackets, roundTripMs } =
      this.#sink
    const { linkId } = this.viewer
    const link = linkId === undefined ? {} : { link: linkId }
    const seconds = Math.round(this.#options.timer.nowMs() - this.#startedMs) / 1000 // ms to s
    const figures = { sentPackets, droppedPackets, receiverReports, otherDatagrams, reportedLostPackets, roundTripMs }
    this.#options.logger.info(
      { session: this.id, viewer: this.viewer.address, ...link, reason, seconds, ...figures },
      'RTSP session ended',
    )
  }
}
