import type { ModelledSetup } from '../protocol/udp-control.ts'
import type { UdpSessionStatus } from '../protocol/weir-api.ts'
import { DEFAULT_MAX_RTP_BYTES } from '../stream/send-schedule.ts'
import { Playout, type PlayoutStart } from '../udp-relay/playout.ts'
import type { OpenPresentation } from '../udp-relay/presentation-source.ts'
import { ReceptionLog } from '../udp-relay/reception-log.ts'
import { RepairSink } from '../udp-relay/repair-sink.ts'
import { DeliveryPath } from './delivery-path.ts'
import type { LiveLink } from './live-link.ts'
import { chooseMedia, type MediaChoice } from './media-plan.ts'
import type { AnsweredMedia, MediaPlan } from './media-peer.ts'
import type { SessionWish } from './session-wish.ts'
import { SetupCharge } from './setup-charge.ts'
import type { SessionParts } from './udp-session.ts'

/** What WHEP asks for: a session that plays by itself, since nothing tells it to. */
export type MediaWish = SessionWish & { readonly nack: boolean } // whether lost packets that are asked for are sent again

type MediaStart = {
  readonly id: string
  readonly wish: MediaWish
  readonly presentation: OpenPresentation // the session's from here on
  readonly offer: string
}

type Playing = NonNullable<UdpSessionStatus['playing']>

const MAX_DATAGRAM_BYTES = 1500

/** One viewing as WebRTC media: a playout into tracks, through the same link as all others' packets. What repairs lost packets
 *  is ours and stands above the link, so that a repair crosses it as well. */
export class MediaSession {
  readonly plan: MediaPlan
  readonly receptions: ReceptionLog
  readonly #start: MediaStart
  readonly #parts: SessionParts
  readonly #link: LiveLink | undefined
  readonly #path: DeliveryPath
  readonly #repair: RepairSink | undefined
  readonly #charge: SetupCharge
  readonly #playout: Playout
  #write: (packet: Uint8Array, trackIndex: number) => void = () => {}
  #close = (): void => {}
  #playing: Playing | undefined
  #phase: UdpSessionStatus['phase'] = 'idle'
  #isClosed = false

  /** Throws `bad-offer`, `h264-not-offered`, `not-for-webrtc`, `unknown-link`. */
  constructor(start: MediaStart, parts: SessionParts) {
    const { wish, presentation, offer } = start
    const choice = chooseMedia(offer, presentation.outline())
    this.#start = start
    this.#parts = parts
    this.#link = parts.links.ofViewer(wish.link)
    this.#path = new DeliveryPath(
      { bufferedBytes: () => 0, write: (packet, trackIndex) => this.#write(packet, trackIndex) },
      this.#link,
    )
    this.#charge = new SetupCharge(this.#link, wish.video)
    const rtx = wish.nack ? rtxOf(choice) : undefined
    this.#repair = wish.nack ? new RepairSink(this.#path, Math.random, () => rtx ?? 'plain') : undefined
    this.#playout = this.#newPlayout(choice)
    this.plan = this.#planOf(choice, rtx)
    this.receptions = this.#newLog()
  }

  /** The page can be sent to from now on. */
  connect({ write, close }: Pick<AnsweredMedia, 'write' | 'close'>): void {
    this.#write = write
    this.#close = close
  }

  /** Sends from the keyframe at or before the wished start; what fails is told to the log, and ends the session. */
  async play(): Promise<void> {
    const { presentation, wish } = this.#start
    try {
      const reached = await this.#charge.play(presentation)
      const told = async (start: PlayoutStart): Promise<void> => {
        this.#playing = this.#playingOf(start, reached?.setup)
        this.#phase = 'playing'
      }
      await this.#playout.play(wish.startSeconds ?? 0, told, reached?.atMs)
    } catch (error) {
      if (!this.#isClosed) this.#fail(error as Error)
    }
  }

  status(): UdpSessionStatus {
    const { id, wish, presentation } = this.#start
    return {
      id,
      video: wish.video,
      variant: presentation.variant,
      ...(this.#link === undefined ? {} : { link: this.#link.id }),
      transport: 'webrtc-media',
      over: 'udp',
      phase: this.#phase,
      ...this.#path.status(),
      reports: this.receptions.newest,
      ...(this.#repair === undefined ? {} : { repair: this.#repair.figures() }),
      ...(this.#playing === undefined ? {} : { playing: this.#playing }),
    }
  }

  /** RTCP of the page. */
  handleDatagram(datagram: Uint8Array): void {
    if (this.#isClosed || datagram.length > MAX_DATAGRAM_BYTES) return
    this.#path.sendUp(datagram, this.#parts.timer.nowMs(), (atMs) => void this.receptions.take(datagram, atMs))
  }

  /** The connection too; called by whoever closes first, the page or us. */
  close(): void {
    if (this.#isClosed) return
    this.#isClosed = true
    this.#playout.close()
    this.#start.presentation.close()
    this.#charge.close()
    this.#path.close()
    this.#close()
  }

  #newPlayout({ h264, audio, hasSound }: MediaChoice): Playout {
    const { segments, timer } = this.#parts
    return new Playout({
      presentation: this.#start.presentation,
      segments,
      timer,
      sink: this.#repair ?? this.#path,
      random: Math.random,
      newReportRandom: () => this.#path.newReportRandom(),
      maxRtpBytes: DEFAULT_MAX_RTP_BYTES,
      withAudio: hasSound,
      payloadTypes: { video: h264.payloadType, audio: audio?.opusPayloadType ?? 0 },
      onEnded: () => this.#path.afterNewest(timer.nowMs(), () => (this.#phase = 'ended')),
      onFailed: (error) => this.#fail(error),
    })
  }

  #newLog(): ReceptionLog {
    return new ReceptionLog({
      timer: this.#parts.timer,
      tracks: () => this.#playout.tracks,
      onReception: (reception, atMs) => {
        this.#link?.noteReception(reception, atMs)
        this.#parts.onReception?.(reception)
      },
      onNack: (trackIndex, sequenceNumbers, atMs) => this.#repair?.resend(trackIndex, sequenceNumbers, atMs),
    })
  }

  #planOf({ videoMid, h264, audio, hasSound }: MediaChoice, rtx: MediaPlan['video']['rtx']): MediaPlan {
    const [pictures, sound] = this.#playout.tracks
    const taken = audio && { mid: audio.mid, payloadType: audio.opusPayloadType }
    return {
      video: {
        mid: videoMid,
        payloadType: h264.payloadType,
        formatParameters: h264.formatParameters,
        ssrc: pictures?.ssrc ?? 0,
        ...(rtx === undefined ? {} : { rtx }),
      },
      ...(taken === undefined || hasSound ? {} : { unsent: taken }),
      ...(taken !== undefined && sound !== undefined ? { audio: { ...taken, ssrc: sound.ssrc } } : {}),
      answersNack: this.#start.wish.nack,
    }
  }

  #playingOf({ startSeconds, durationSeconds, tracks }: PlayoutStart, setup: ModelledSetup | undefined): Playing {
    return {
      startSeconds,
      durationSeconds,
      tracks: this.#playout.tracks.map((track, index) => ({
        ...track,
        ...(tracks[index] as PlayoutStart['tracks'][number]),
      })),
      ...(setup === undefined ? {} : { setup }),
    }
  }

  #fail(error: Error): void {
    this.#parts.logger.error({ err: error, session: this.#start.id }, 'a WebRTC media session failed')
    this.close()
  }
}

/** What was offered for it, with an SSRC of its own. */
function rtxOf({ h264: { hasNack, rtxPayloadType } }: MediaChoice): MediaPlan['video']['rtx'] {
  if (!hasNack || rtxPayloadType === undefined) return undefined
  return { payloadType: rtxPayloadType, ssrc: Math.floor(Math.random() * 2 ** 32) }
}
