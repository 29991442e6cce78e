import type { AccessLink } from '../link/access-link.ts'
import type { ReceptionStatistics } from '../stream/reception-statistics.ts'
import type { ViewerEvent } from '../stream/record.ts'
import type { SendPlan } from '../stream/send-plan.ts'
import { RtpSender } from './rtp-sender.ts'
import { RtpViewer } from './rtp-viewer.ts'

export type RtpSessionOptions = {
  readonly plan: SendPlan
  readonly linkSeed: number
  readonly tell: (event: ViewerEvent) => void // moments are link time
  readonly startSeconds?: number // absent: from the beginning
  readonly jitterBufferMs?: number // absent: 200, as in the page
}

const DEFAULT_JITTER_BUFFER_MS = 200

/** A viewer of RTP over the udp lane, in virtual time: whoever advances the link plays it. */
export class RtpSession {
  readonly #options: RtpSessionOptions
  readonly #sender: RtpSender
  readonly #viewer: RtpViewer

  /** Throws RangeError when the outline has no keyframe. */
  constructor(link: AccessLink, options: RtpSessionOptions) {
    const { startSeconds = 0, jitterBufferMs = DEFAULT_JITTER_BUFFER_MS } = options
    this.#options = options
    this.#viewer = new RtpViewer(link.alarms, { ...options, startSeconds, jitterBufferMs })
    this.#sender = new RtpSender(
      link,
      { ...options, startSeconds },
      {
        arrived: (packet, atMs) => this.#viewer.receive(packet, atMs),
        ended: (packetsOfTrack) => this.#viewer.end(packetsOfTrack),
      },
    )
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

  /** The wish to play; the first packet is due at once. */
  play(atMs: number): void {
    this.#options.tell({ kind: 'play-asked', atMs })
    this.#sender.begin(atMs)
  }

  close(): void {
    this.#sender.close()
    this.#viewer.close()
  }
}
