import type { Logger } from 'pino'
import type { ErrorCodeName } from '../protocol/error-codes.ts'
import type { ControlMessage, ControlRequest, ControlTrack } from '../protocol/udp-control.ts'
import { parityPayloadTypeOf, rtxPayloadTypeOf } from '../protocol/presentation-sdp.ts'
import type { RtpRepair } from '../protocol/ways.ts'
import type { Reception, UdpSessionStatus } from '../protocol/weir-api.ts'
import { DEFAULT_FEC_GROUP } from '../stream/parity-bounds.ts'
import { DEFAULT_MAX_RTP_BYTES } from '../stream/send-schedule.ts'
import { Playout, PlayoutRefusal, type PlayoutEnd, type PlayoutStart } from '../udp-relay/playout.ts'
import type { OpenPresentation, PresentationSource } from '../udp-relay/presentation-source.ts'
import { ReceptionLog } from '../udp-relay/reception-log.ts'
import { RepairSink } from '../udp-relay/repair-sink.ts'
import type { SegmentCache } from '../udp-relay/segment-cache.ts'
import type { SendTimer } from '../udp-relay/send-timer.ts'
import { DeliveryPath } from './delivery-path.ts'
import type { LastHop } from './gateway-sink.ts'
import { InterleavedPath } from './interleaved-path.ts'
import type { Links } from './links.ts'
import type { Reached } from './modelled-conversation.ts'
import { Refusal } from './refusal.ts'
import type { SessionPath } from './session-path.ts'
import { openPresentation, type SessionWish } from './session-wish.ts'
import { SetupCharge } from './setup-charge.ts'
import { ownLane, type ViewerLane } from './viewer-lane.ts'
import { readControlRequest, step, type ControlEffect, type ControlState } from './udp-control-step.ts'

/** The two ways between a session and its page: packets one way, JSON messages both ways. */
export type SessionChannel = LastHop & {
  readonly transport: UdpSessionStatus['transport']
  sendControl(text: string): void
  close(): void
}

export type SessionParts = {
  readonly source: PresentationSource
  readonly segments: SegmentCache
  readonly timer: SendTimer
  readonly links: Links
  readonly logger: Logger
  readonly onReception?: (reception: Reception) => void // what receiver reports say
}

type SessionStart = {
  readonly id: string
  readonly wish: SessionWish
  readonly presentation: OpenPresentation // the session's from here on
  readonly channel: SessionChannel
}

const MAX_WAITING_REQUESTS = 16
const MAX_DATAGRAM_BYTES = 1500
const IDLE_AFTER_END_MS = 60_000

/** One page's viewing: a playout into a delivery path, told what to do by the page's messages, one after the other. */
export class UdpSession {
  readonly #start: SessionStart
  readonly #parts: SessionParts
  readonly #link: ViewerLane | undefined
  readonly #path: SessionPath
  readonly #repair: RepairSink | undefined // before the path
  readonly #charge: SetupCharge
  readonly receptions: ReceptionLog
  #presentation: OpenPresentation
  #playout: Playout
  #state: ControlState
  #startSeconds = 0 // of the newest play
  #requests: Promise<void> = Promise.resolve()
  #waitingRequests = 0
  #idleTimer: NodeJS.Timeout | undefined
  #isClosed = false

  /** Throws `unknown-link`. */
  constructor(start: SessionStart, parts: SessionParts) {
    const { id, wish, presentation, channel } = start
    this.#start = start
    this.#parts = parts
    const link = parts.links.ofViewer(wish.link)
    this.#link = link !== undefined && wish.lane === 'own' ? ownLane(link) : link
    const isOverTcp = wish.over === 'tcp'
    this.#charge = new SetupCharge(this.#link, wish.video, {
      carriesMedia: isOverTcp,
      onConnected: () => this.#tell({ kind: 'connected' }),
    })
    this.#path = isOverTcp ? this.#newInterleavedPath() : new DeliveryPath(channel, this.#link)
    this.#repair = wish.repair === 'rtx' ? new RepairSink(this.#path, Math.random) : undefined
    this.receptions = new ReceptionLog({
      timer: parts.timer,
      tracks: () => this.#playout.tracks,
      onReception: (reception, atMs) => {
        this.#link?.noteReception(reception, atMs)
        parts.onReception?.(reception)
      },
      onNack: (trackIndex, sequenceNumbers, atMs) => this.#repair?.resend(trackIndex, sequenceNumbers, atMs),
    })
    this.#presentation = presentation
    this.#playout = this.#newPlayout(presentation)
    this.#state = { phase: 'idle', resumeSeconds: wish.startSeconds ?? 0 }
    this.#tell({ kind: 'session', id })
  }

  status(): UdpSessionStatus {
    const { id, wish, channel } = this.#start
    return {
      id,
      video: wish.video,
      variant: this.#presentation.variant,
      ...(this.#link === undefined ? {} : { link: this.#link.id }),
      transport: channel.transport,
      over: wish.over ?? 'udp',
      phase: this.#state.phase,
      ...this.#path.status(),
      reports: this.receptions.newest,
      ...this.#repairStatus(),
    }
  }

  #repairStatus(): Pick<UdpSessionStatus, 'repair' | 'fec'> {
    const fec = this.#playout.parity
    return {
      ...(this.#repair === undefined ? {} : { repair: this.#repair.figures() }),
      ...(fec === undefined ? {} : { fec }),
    }
  }

  /** A message of the page. It is answered in any case, after those that came before it. */
  handleControl(text: string): void {
    const read = readControlRequest(text)
    if (!read.ok) return this.#refuse(read.id, new Refusal('bad-control', read.message))
    if (this.#waitingRequests >= MAX_WAITING_REQUESTS) {
      const refusal = new Refusal('too-many-requests', `expected at most ${MAX_WAITING_REQUESTS} waiting requests`)
      return this.#refuse(read.request.id, refusal)
    }
    this.#waitingRequests += 1
    this.#requests = this.#requests.then(async () => {
      this.#waitingRequests -= 1
      if (!this.#isClosed) await this.#answer(read.request)
    })
  }

  /** RTCP of the page. */
  handleDatagram(datagram: Uint8Array): void {
    if (this.#isClosed || datagram.length > MAX_DATAGRAM_BYTES) return
    this.#path.sendUp(datagram, this.#parts.timer.nowMs(), (atMs) => void this.receptions.take(datagram, atMs))
  }

  /** The channel too; called by whoever closes first, the page or us. */
  close(): void {
    if (this.#isClosed) return
    this.#isClosed = true
    clearTimeout(this.#idleTimer)
    this.#playout.close()
    this.#presentation.close()
    this.#charge.close()
    this.#path.close()
    this.#start.channel.close()
  }

  async #answer(request: ControlRequest): Promise<void> {
    clearTimeout(this.#idleTimer)
    const { state, effect } = step(this.#state, request, this.#positionSeconds())
    try {
      await this.#carryOut(effect, request.id)
      this.#state = state
      clearTimeout(this.#idleTimer) // what played before may have ended while this one was on its way
    } catch (error) {
      if (this.#isClosed) return // which is why it failed
      this.#refuse(request.id, this.#refusalOf(error))
    }
  }

  /** What was on its way when the page closed must not begin. */
  #checkOpen(): void {
    if (this.#isClosed) throw new Error('the session was closed')
  }

  /** Decode runs ahead of presentation: just after a start the playout is still before the keyframe that it began with. */
  #positionSeconds(): number {
    return Math.max(this.#playout.positionSeconds, this.#startSeconds)
  }

  async #carryOut(effect: ControlEffect, requestId: number): Promise<void> {
    switch (effect.kind) {
      case 'refuse':
        throw new Refusal(effect.code, effect.message)
      case 'play': {
        const reached = await this.#charge.play(this.#presentation)
        const tell = async (start: PlayoutStart): Promise<void> => {
          this.#checkOpen()
          this.#tellPlaying(requestId, start, reached)
        }
        await this.#playout.play(effect.startSeconds, tell, reached?.atMs)
        return
      }
      case 'pause':
        await this.#charge.pause(this.#presentation)
        this.#tell({ kind: 'paused', id: requestId, ...this.#playout.pause() })
        return
      case 'switch':
        return this.#switchVariant(effect, requestId)
    }
  }

  /** The old variant plays on until the new one is ready to send. */
  async #switchVariant(effect: ControlEffect & { readonly kind: 'switch' }, requestId: number): Promise<void> {
    const presentation = await openPresentation(this.#parts.source, { ...this.#start.wish, variant: effect.variant })
    const playout = this.#newPlayout(presentation)
    let reached: Reached | undefined
    const takeOver = async (start?: PlayoutStart): Promise<void> => {
      this.#checkOpen()
      this.#playout.close()
      this.#presentation.close()
      this.#playout = playout
      this.#repair?.beginAnew()
      this.#presentation = presentation
      if (start === undefined) this.#tell({ kind: 'paused', id: requestId, positionSeconds: effect.positionSeconds })
      else this.#tellPlaying(requestId, start, reached)
    }
    try {
      if (effect.thenPlay) {
        reached = await this.#charge.play(presentation)
        await playout.play(effect.positionSeconds, takeOver, reached?.atMs)
      } else await takeOver()
    } finally {
      if (this.#presentation !== presentation) presentation.close()
    }
  }

  #newPlayout(presentation: OpenPresentation): Playout {
    const { segments, timer } = this.#parts
    const isProtected = this.#start.wish.repair === 'fec'
    return new Playout({
      presentation,
      segments,
      timer,
      sink: this.#repair ?? this.#path,
      fecGroupPackets: isProtected ? DEFAULT_FEC_GROUP : undefined,
      random: Math.random,
      newReportRandom: () => this.#path.newReportRandom(),
      maxRtpBytes: DEFAULT_MAX_RTP_BYTES,
      withAudio: true,
      onEnded: (end) => this.#end(end),
      onFailed: (error) => this.#stop('media-gone', error),
    })
  }

  #newInterleavedPath(): InterleavedPath {
    return new InterleavedPath({
      hop: this.#start.channel,
      link: this.#link,
      conversation: () => this.#charge.conversation,
      codecOf: (trackIndex) => this.#playout.tracks[trackIndex]?.codec,
    })
  }

  /** All has been sent; the page hears of it when the last packet has come, or is lost. */
  #end({ lastSequenceNumbers }: PlayoutEnd): void {
    this.#state = { phase: 'ended' }
    this.#path.afterNewest(this.#parts.timer.nowMs(), () => this.#tell({ kind: 'ended', lastSequenceNumbers }))
    this.#idleTimer = setTimeout(() => this.#stop('session-idle'), IDLE_AFTER_END_MS)
  }

  #stop(code: ErrorCodeName, error?: Error): void {
    if (error !== undefined) this.#parts.logger.error({ err: error, session: this.#start.id }, 'a UDP session failed')
    this.#tell({ kind: 'stopped', code, message: error?.message ?? 'its video has ended' })
    this.close()
  }

  #tellPlaying(
    id: number,
    { startSeconds, durationSeconds, tracks }: PlayoutStart,
    reached: Reached | undefined,
  ): void {
    this.#startSeconds = startSeconds
    this.#tell({
      kind: 'playing',
      id,
      variant: this.#presentation.variant,
      startSeconds,
      durationSeconds,
      tracks: this.#playout.tracks.map((track, index) => ({
        ...track,
        ...(tracks[index] as PlayoutStart['tracks'][number]),
        ...repairTypes(track.payloadType, this.#start.wish.repair),
      })),
      ...(reached === undefined ? {} : { setup: reached.setup }),
    })
  }

  #refuse(id: number, { code, message }: Refusal): void {
    this.#tell({ kind: 'refused', id, code, message })
  }

  /** Our own mistakes too: the page is waiting for an answer. */
  #refusalOf(error: unknown): Refusal {
    if (error instanceof Refusal) return error
    if (error instanceof PlayoutRefusal && error.code !== 'superseded') return new Refusal(error.code, error.message)
    this.#parts.logger.error({ err: error, session: this.#start.id }, 'a UDP session could not do what it was asked')
    return new Refusal('internal', `see the log for session ${this.#start.id}`)
  }

  #tell(message: ControlMessage): void {
    this.#start.channel.sendControl(JSON.stringify(message))
  }
}

/** What the page may expect of a track beside its media, as SDP tells it to others. */
function repairTypes(
  payloadType: number,
  repair: RtpRepair | undefined,
): Pick<ControlTrack, 'rtxPayloadType' | 'parityPayloadType'> {
  switch (repair) {
    case 'rtx':
      return { rtxPayloadType: rtxPayloadTypeOf(payloadType) }
    case 'fec':
      return { parityPayloadType: parityPayloadTypeOf(payloadType) }
    case undefined:
      return {}
  }
}
