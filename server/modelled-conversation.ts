import { Conversation } from '../link/conversation.ts'
import type { RtspExchange } from '../protocol/rtsp-exchange.ts'
import type { ModelledSetup } from '../protocol/udp-control.ts'
import type { LaneUse } from './live-link.ts'
import type { ViewerLane } from './viewer-lane.ts'

/** When the last request was at the server, on the process's clock, and what that took. */
export type Reached = { readonly atMs: number; readonly setup: ModelledSetup }

/** A page asks for both sides at one moment, but which of its messages is here first, and by how much, is chance. */
const SAME_MOMENT_MS = 250

/** The RTSP conversation that a page's viewer is charged for, though a page speaks none: handshake and messages cross the
 *  udp lane as those of an RTSP viewer would, in link time alone, so that what follows depends on no timer. */
export class ModelledConversation {
  readonly #use: LaneUse
  readonly #conversation: Conversation<RtspExchange['method']>
  #hasAsked = false
  #refuse: (error: Error) => void = () => {} // who waits for an answer

  constructor(link: ViewerLane) {
    const { congestionControl = 'cubic' } = link.profile.tcp ?? {}
    this.#use = link.join('udp')
    this.#conversation = new Conversation(this.#use.line, { congestionControl, tlsRoundTrips: 0 })
    const { tcp } = this.#conversation
    this.#use.counters.openFlow(tcp.flow, { what: 'rtsp', tcp: () => tcp.state() })
  }

  /** False when the link has begun anew: the next conversation begins there. */
  isCurrent(): boolean {
    return this.#use.isCurrent()
  }

  /** Resolves when the last of `exchanges` has reached the server; its answer is then on its way. One call after the other.
   *  Rejects when the conversation is closed. */
  ask(exchanges: readonly RtspExchange[]): Promise<Reached> {
    return new Promise((resolve, reject) => {
      this.#refuse = reject
      this.#use.act(this.#askedMs(), (_line, linkMs) =>
        this.#conversation.ask(exchanges, linkMs, ({ atMs, afterMs, steps }) => {
          resolve({ atMs: this.#use.processMs(atMs), setup: { modelledMs: afterMs, steps } })
        }),
      )
    })
  }

  /** On the process's clock. A set-up right after link time 0 counts as then: so what UDP loses beside HLS repeats. */
  #askedMs(): number {
    const [nowMs, startMs] = [this.#use.nowMs(), this.#use.processMs(0)]
    const isFirst = !this.#hasAsked
    this.#hasAsked = true
    return isFirst && nowMs - startMs < SAME_MOMENT_MS ? startMs : nowMs
  }

  close(): void {
    this.#conversation.close()
    this.#use.counters.closeFlow(this.#conversation.tcp.flow)
    this.#use.leave()
    this.#refuse(new Error('the conversation was closed'))
  }
}
