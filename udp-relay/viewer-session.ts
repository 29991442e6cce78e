import type { Logger } from 'pino'
import type { TransportSpec } from '../protocol/rtsp-headers.ts'
import type { Reception, RtspSessionStatus } from '../protocol/weir-api.ts'
import { openDelivery, type DeliveryWay } from './deliveries.ts'
import type { Delivery, PlayoutWay } from './delivery.ts'
import type { InterleavedChannels } from './interleaved-channels.ts'
import type { LoopedPlayouts } from './looped-playouts.ts'
import { Playout, type PlayoutStart, type SessionPlayout } from './playout.ts'
import type { PlayoutTrack } from './playout-tracks.ts'
import type { OpenPresentation } from './presentation-source.ts'
import type { PresentationWish } from './presentation-wish.ts'
import { rtpFormat } from './rtp-format.ts'
import type { RtpPorts } from './rtp-ports.ts'
import { step, type SessionRequest, type SessionState, type Step } from './rtsp-session.ts'
import { RtspRefusal } from './rtsp-refusal.ts'
import type { SegmentCache } from './segment-cache.ts'
import type { SendTimer } from './send-timer.ts'
import { NORMAL_PACE, type PlayoutPace } from './timeline.ts'
import type { TransportOffer } from './transport-offer.ts'
import type { ViewerLink } from './viewer-link.ts'

/** Who watches: UDP goes to no other address than that of the RTSP connection, and through its link. */
export type Viewer = {
  readonly address: string
  readonly localAddress: string
  readonly linkId: string | undefined // as the address names it
  readonly link: ViewerLink | undefined
}

export type ViewerSessionOptions = {
  readonly id: string
  readonly publicId: string // for who may look, and not steer
  readonly viewer: Viewer
  readonly presentation: OpenPresentation
  readonly wish: PresentationWish
  readonly userAgent: string | undefined
  readonly way: DeliveryWay
  readonly loops: LoopedPlayouts
  readonly segments: SegmentCache
  readonly ports: RtpPorts
  readonly timer: SendTimer
  readonly random: () => number
  readonly logger: Logger
  readonly onReception: (reception: Reception) => void // what receiver reports say
  /** It has ended, and what it sent last has left the link. */
  readonly onClosed: (session: ViewerSession) => void
}

export type PlayRequest = {
  readonly trackIndex: number | undefined
  readonly startSeconds: number | undefined
  readonly endSeconds: number | undefined // of a reverse play
  readonly hasRange: boolean
  readonly pace: PlayoutPace
}

export type EndReason = 'teardown' | 'timeout' | 'refused' | 'disconnected' | 'failed' | 'closing'

const REFUSED_MS = 5000

/** One RTSP session: its state, what it plays, and how that reaches the viewer. */
export class ViewerSession {
  readonly id: string
  readonly viewer: Viewer
  readonly presentation: OpenPresentation
  /** Of each track as the viewer wrote them at SETUP: RTP-Info names the tracks by them. */
  readonly trackUrls = new Map<number, string>()
  readonly #options: ViewerSessionOptions
  readonly #delivery: Delivery
  readonly #startedMs: number
  #state: SessionState = { phase: 'init' }
  #pace = NORMAL_PACE
  #aliveMs: number
  #hasEnded = false
  #isClosed = false

  constructor(options: ViewerSessionOptions) {
    const { id, viewer, presentation, timer } = options
    this.id = id
    this.viewer = viewer
    this.presentation = presentation
    this.#options = options
    this.#startedMs = timer.nowMs()
    this.#aliveMs = this.#startedMs
    this.#delivery = this.#openDelivery()
  }

  /** Its video begins again at the end, and there is nothing to seek in. */
  get isLooped(): boolean {
    return this.#options.wish.isLooped
  }

  /** What of a wished pace is served: who shares a sender has none of his own, of a transport stream and of sound no keyframe
   *  goes alone, and what is live goes on while somebody looks back, so that there would be no end to come back to. */
  servedPace(wished: PlayoutPace): PlayoutPace {
    if (this.isLooped || this.#delivery.kind === 'multicast') return NORMAL_PACE
    const { payload } = this.#options.wish
    const goesBackInLive = wished.scale < 0 && this.presentation.live !== undefined
    const hasKeyframes = payload !== 'mp2t' && this.presentation.outline().video !== undefined
    return !hasKeyframes || goesBackInLive ? { ...wished, scale: 1 } : wished
  }

  get hasEnded(): boolean {
    return this.#hasEnded
  }

  get tracks(): readonly PlayoutTrack[] {
    return this.#delivery.playout.tracks
  }

  /** Who watches, what he reports of his tracks, and what was sent again. */
  status(): RtspSessionStatus {
    const { publicId, viewer, presentation, userAgent, timer } = this.#options
    const { kind, playout, receptions } = this.#delivery
    const { roundTripMs } = receptions
    return {
      id: publicId,
      address: viewer.address,
      ...(userAgent === undefined ? {} : { userAgent }),
      presentation: { title: presentation.title, variant: presentation.variant },
      ...(viewer.linkId === undefined ? {} : { link: viewer.linkId }),
      phase: this.#state.phase,
      transport: kind,
      seconds: (timer.nowMs() - this.#startedMs) / 1000, // ms to s
      positionSeconds: playout.positionSeconds,
      ...this.#delivery.figures(),
      ...(roundTripMs === undefined ? {} : { roundTripMs }),
      tracks: this.tracks.map((track) => ({ kind: track.kind, ...receptions.of(track.ssrc) })),
    }
  }

  /** Any request and any RTCP shows that the viewer is there. */
  touch(): void {
    this.#aliveMs = this.#options.timer.nowMs()
  }

  /** Gives what the reply tells of the track's transport. Throws RtspRefusal. */
  async setUp(
    trackIndex: number | undefined,
    offer: TransportOffer,
    channels: InterleavedChannels,
  ): Promise<TransportSpec> {
    const { state } = this.#next({ method: 'SETUP', trackIndex, destination: offer })
    const track = trackIndex === undefined ? undefined : this.tracks[trackIndex]
    if (trackIndex === undefined || track === undefined) throw new RtspRefusal(404, `no track ${trackIndex}`)
    const transport = await this.#delivery.setTrack(trackIndex, offer, channels)
    this.#state = state
    const { profile } = offer
    return { ...transport, ...(profile === undefined ? {} : { profile }), ssrc: track.ssrc, mode: 'PLAY' }
  }

  /** Answers by `respond` before the first packet goes; undefined is told when playing merely goes on.
   *  Throws RtspRefusal and what Playout.play throws. */
  async play(request: PlayRequest, respond: (start: PlayoutStart | undefined) => Promise<void>): Promise<void> {
    const { pace } = request
    const changesPace = pace.scale !== this.#pace.scale || pace.speed !== this.#pace.speed
    const { state, send } = this.#next({ method: 'PLAY', ...request, hasRange: request.hasRange || changesPace })
    if (send === undefined) return respond(undefined)
    const onStart = async (start: PlayoutStart): Promise<void> => {
      await respond(start)
      this.#state = state
      this.#pace = pace
    }
    await this.#delivery.playout.play(request.startSeconds, onStart, undefined, pace, request.endSeconds)
  }

  /** Throws RtspRefusal. */
  pause(trackIndex: number | undefined): void {
    this.#state = this.#next({ method: 'PAUSE', trackIndex }).state
    this.#delivery.playout.pause()
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
    else if (this.#delivery.refusedMs(this.#aliveMs) >= REFUSED_MS) this.end('refused')
  }

  /** What is inside a link still reaches the viewer, goodbye above all; not when the relay closes, with its sockets. */
  end(reason: EndReason): void {
    if (!this.#hasEnded) {
      this.#hasEnded = true
      this.#state = { phase: 'init' }
      this.#delivery.playout.close()
      this.presentation.close()
      this.#log(reason)
      this.#delivery.close(() => this.#close())
    }
    if (reason !== 'closing') return
    this.#delivery.destroy()
    this.#close()
  }

  #close(): void {
    if (this.#isClosed) return
    this.#isClosed = true
    this.#options.onClosed(this)
  }

  #openDelivery(): Delivery {
    const { viewer, wish, timer, random, ports, way, onReception } = this.#options
    const options = {
      viewer,
      wish,
      timer,
      random,
      openPlayout: (playoutWay: PlayoutWay) => this.#openPlayout(playoutWay),
      onAlive: () => this.touch(),
      onReception: (reception: Reception, atMs: number) => {
        viewer.link?.noteReception(reception, atMs)
        onReception(reception)
      },
      onDisconnected: () => this.end('disconnected'),
      onFailed: (error: Error) => this.#fail(error),
    }
    return openDelivery(way, options, ports)
  }

  #openPlayout(way: PlayoutWay): SessionPlayout {
    const { viewer, wish, presentation, loops, segments, timer, random } = this.#options
    const format = rtpFormat(wish.payload, viewer.link !== undefined)
    const options = { ...way, ...format, presentation, onFailed: (error: Error) => this.#fail(error) }
    if (wish.isLooped) return loops.takeSeat(options)
    // After the end RTCP has said goodbye; the session stays, for the viewer may seek back.
    return new Playout({ ...options, segments, timer, random, withAudio: true, onEnded: () => {} })
  }

  #fail(error: Error): void {
    this.#options.logger.error({ err: error, session: this.id }, 'a segment is gone')
    this.end('failed')
  }

  #next(request: SessionRequest): Step {
    const next = step(this.#state, request)
    if (next.status === 200) return next
    throw new RtspRefusal(next.status, `${request.method} in phase ${this.#state.phase}`)
  }

  #log(reason: EndReason): void {
    const { linkId, address } = this.viewer
    const { kind: transport, receptions } = this.#delivery
    const { receiverReports, otherDatagrams, lostPackets: reportedLostPackets, roundTripMs } = receptions
    this.#options.logger.info(
      {
        session: this.id,
        viewer: address,
        ...(linkId === undefined ? {} : { link: linkId }),
        transport,
        reason,
        seconds: Math.round(this.#options.timer.nowMs() - this.#startedMs) / 1000, // ms to s
        ...this.#delivery.figures(),
        receiverReports,
        otherDatagrams,
        reportedLostPackets,
        roundTripMs,
      },
      'RTSP session ended',
    )
  }
}
