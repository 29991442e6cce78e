import type { AccessLink } from '../link/access-link.ts'
import { Conversation, type Reached } from '../link/conversation.ts'
import type { CongestionControl } from '../link/profile.ts'
import { playExchange, setUpExchanges, type RtspExchange } from '../protocol/rtsp-exchange.ts'
import type { RtpRepair } from '../protocol/ways.ts'
import { DEFAULT_FEC_GROUP } from '../stream/parity-bounds.ts'
import type { ReceptionStatistics } from '../stream/reception-statistics.ts'
import type { ViewerEvent } from '../stream/record.ts'
import type { SendPlan } from '../stream/send-plan.ts'
import { RtpSender } from './rtp-sender.ts'
import { InterleavedWay } from './interleaved-way.ts'
import { UdpWay, type RtpEnds } from './rtp-way.ts'
import { RtpViewer, type RtpReceived } from './rtp-viewer.ts'

export type { RtpReceived }

export type RtpSessionOptions = {
  readonly plan: SendPlan
  readonly linkSeed: number
  readonly congestionControl?: CongestionControl // of the set-up's connection; absent: cubic
  readonly tell: (event: ViewerEvent) => void // moments are link time
  /** For who counts packets and records none: told in place of an event for each. */
  readonly received?: RtpReceived | undefined
  readonly startSeconds?: number // absent: from the beginning
  readonly jitterBufferMs?: number // absent: 200, as in the page
  readonly repair?: 'off' | RtpRepair // absent: off
  readonly transport?: 'udp' | 'interleaved' // absent: udp; else on the RTSP connection, where nothing is repaired
  /** Of udp: where the set-up is said, a copy of the line of its own; absent: on the link, before the packets. */
  readonly setUpLine?: AccessLink | undefined
}

const DEFAULT_JITTER_BUFFER_MS = 200
const VIDEO_ID = '00000000' // as long as the library's

/** A viewer of RTP, over UDP or on his RTSP connection, in virtual time: whoever advances the link plays it. */
export class RtpSession {
  readonly #options: RtpSessionOptions
  readonly #sender: RtpSender
  readonly #viewer: RtpViewer
  readonly #setUp: Conversation<RtspExchange['method']>

  /** Throws RangeError when the outline has no keyframe. */
  constructor(link: AccessLink, options: RtpSessionOptions) {
    const { plan, linkSeed, startSeconds = 0, jitterBufferMs = DEFAULT_JITTER_BUFFER_MS } = options
    this.#options = options
    const tcp = { congestionControl: options.congestionControl ?? 'cubic', tlsRoundTrips: 0 } as const
    const ends: RtpEnds = {
      arrived: (place, atMs) => this.#viewer.receive(place, atMs),
      resent: (place, sizeBytes, atMs) => this.#viewer.receiveAgain(place, sizeBytes, atMs),
      asked: (lost, atMs) => this.#sender.resend(lost, atMs),
    }
    const isInterleaved = options.transport === 'interleaved'
    const fecGroupPackets = options.repair === 'fec' && !isInterleaved ? DEFAULT_FEC_GROUP : undefined
    const course = plan.courseFrom(startSeconds, fecGroupPackets)
    const interleaved = isInterleaved ? new InterleavedWay(() => this.#setUp, course, ends) : undefined
    this.#setUp = new Conversation(options.setUpLine ?? link, tcp)
    const way = interleaved ?? new UdpWay(link, course, ends)
    const canRepair = options.repair === 'rtx' && !isInterleaved
    this.#viewer = new RtpViewer(link.alarms, {
      ...options,
      startSeconds,
      jitterBufferMs,
      fecGroupPackets,
      ...(canRepair ? { ask: (lost, sizeBytes, atMs) => way.ask(lost, sizeBytes, atMs) } : {}),
    })
    this.#sender = new RtpSender(link.alarms, way, {
      plan,
      startSeconds,
      linkSeed,
      canRepair,
      fecGroupPackets,
      ended: (packetsOfTrack) => way.whenDrained(() => this.#viewer.end(packetsOfTrack)),
    })
  }

  /** The end of the presentation was on the screen. */
  get hasEnded(): boolean {
    return this.#viewer.hasEnded
  }

  get statistics(): readonly ReceptionStatistics[] {
    return this.#viewer.statistics
  }

  get skippedFrames(): number {
    return this.#viewer.skippedFrames
  }

  /** The wish to play: sets up as an RTSP viewer does, and is charged for it as a page is (server/setup-charge.ts). The
   *  first packet is due when the PLAY is at the server. With a line for the set-up that is at `atMs`, and the wish so long
   *  before it. */
  play(atMs: number): void {
    const { outline } = this.#options.plan
    const facts = { videoId: VIDEO_ID, variant: outline.variant, title: outline.variant, outline }
    const { setUpLine, tell } = this.#options
    const exchanges = [...setUpExchanges(facts), playExchange(facts)]
    if (setUpLine === undefined) {
      tell({ kind: 'play-asked', atMs })
      return this.#setUp.ask(exchanges, atMs, (reached) => this.#begin(reached, reached.atMs))
    }
    let reached: Reached<RtspExchange['method']> | undefined
    this.#setUp.ask(exchanges, 0, (found) => (reached = found))
    while (reached === undefined) setUpLine.advance(setUpLine.nextEventMs())
    tell({ kind: 'play-asked', atMs: atMs - reached.afterMs })
    this.#begin(reached, atMs)
  }

  #begin({ steps }: Reached<RtspExchange['method']>, atMs: number): void {
    const answered = steps.filter(({ name }) => name !== 'connect' && name !== 'PLAY').map(({ ms }) => ms)
    this.#viewer.begin(atMs, Math.min(...answered)) // as udp-relay/receiver-connection.ts measures it
    this.#sender.begin(atMs)
  }

  close(): void {
    this.#setUp.close()
    this.#sender.close()
    this.#viewer.close()
  }
}
