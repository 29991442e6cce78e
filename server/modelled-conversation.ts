import type { BytesArrived } from '../link/byte-queue.ts'
import { Conversation } from '../link/conversation.ts'
import type { RtspExchange } from '../protocol/rtsp-exchange.ts'
import type { ModelledSetup } from '../protocol/udp-control.ts'
import { RtspFlow } from './rtsp-flow.ts'
import type { ViewerLane } from './viewer-lane.ts'

/** When the last request was at the server, on the process's clock, and what that took. */
export type Reached = { readonly atMs: number; readonly setup: ModelledSetup }

/** A page asks for both sides at one moment, but which of its messages is here first, and by how much, is chance. */
const SAME_MOMENT_MS = 250

/** The RTSP conversation that a page's viewer is charged for, though a page speaks none: handshake and messages cross the
 *  udp lane as those of an RTSP viewer would, in link time alone, so that what follows depends on no timer. One that carries
 *  the media, too, goes on where the link begins anew, as the media do. */
export class ModelledConversation {
  readonly #flow: RtspFlow
  readonly #conversation: Conversation<RtspExchange['method']>
  readonly #carriesMedia: boolean
  #hasAsked = false
  #isClosed = false
  #refuse: (error: Error) => void = () => {} // who waits for an answer

  /** `onConnected` is told when the handshake is through. */
  constructor(link: ViewerLane, carriesMedia = false, onConnected: () => void = () => {}) {
    const { congestionControl = 'cubic' } = link.profile.tcp ?? {}
    this.#carriesMedia = carriesMedia
    this.#flow = new RtspFlow(link, link.join('udp'))
    this.#conversation = new Conversation(this.#flow.line, { congestionControl, tlsRoundTrips: 0 }, onConnected)
    this.#flow.announce(this.#conversation.tcp)
  }

  /** False when the link has begun anew, and the next conversation begins there. */
  isCurrent(): boolean {
    return this.#carriesMedia || this.#flow.isCurrent()
  }

  /** Resolves when the last of `exchanges` has reached the server; its answer is then on its way. One call after the other.
   *  Rejects when the conversation is closed. */
  ask(exchanges: readonly RtspExchange[]): Promise<Reached> {
    return new Promise((resolve, reject) => {
      this.#refuse = reject
      this.#act(this.#askedMs(), (ownMs) =>
        this.#conversation.ask(exchanges, ownMs, ({ atMs, afterMs, steps }) => {
          resolve({ atMs: this.#flow.processMs(atMs), setup: { modelledMs: afterMs, steps } })
        }),
      )
    })
  }

  /** Media, from the server; `arrived` is told moments of the process's clock. */
  write(bytes: number, scheduledMs: number, arrived: BytesArrived): void {
    this.#act(scheduledMs, (ownMs) => this.#conversation.write(bytes, ownMs, this.#onProcessClock(arrived)))
  }

  /** Reports, from the page. */
  say(bytes: number, arrived: BytesArrived): void {
    this.#act(this.#flow.nowMs(), (ownMs) => this.#conversation.say(bytes, ownMs, this.#onProcessClock(arrived)))
  }

  close(): void {
    this.#isClosed = true
    this.#conversation.close()
    this.#flow.leave()
    this.#refuse(new Error('the conversation was closed'))
  }

  #act(processMs: number, act: (ownMs: number) => void): void {
    if (this.#isClosed) return
    if (this.#carriesMedia && !this.#flow.isCurrent()) this.#flow.joinRun(processMs)
    this.#flow.act(act, processMs)
  }

  #onProcessClock(arrived: BytesArrived): BytesArrived {
    return (bytes, atMs, isWhole) => arrived(bytes, this.#flow.processMs(atMs), isWhole)
  }

  /** On the process's clock. A set-up right after link time 0 counts as then: so what UDP loses beside HLS repeats. */
  #askedMs(): number {
    const [nowMs, startMs] = [this.#flow.nowMs(), this.#flow.processMs(0)]
    const isFirst = !this.#hasAsked
    this.#hasAsked = true
    return isFirst && nowMs - startMs < SAME_MOMENT_MS ? startMs : nowMs
  }
}
