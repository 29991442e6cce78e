import type { ServerResponse } from 'node:http'

/** How slowly an answer may be taken. */
export type AnswerLimits = {
  readonly idleMs: number // without a byte taken
  readonly slowestBitsPerSecond: number // over the whole answer; it has `idleMs` more
}

const SWEEP_MS = 1000

/** Ends the answers that clients take too slowly: a connection that takes nothing for a while, or so little that the whole
 *  would take too long. What is written at once into the system's buffer is nobody's concern here. */
export class SlowAnswers {
  readonly #limits: AnswerLimits
  readonly #nowMs: () => number
  readonly #deadlines = new Map<ServerResponse, number>()
  #sweeping: NodeJS.Timeout | undefined
  /** Answers that were ended, by the limit that they met. */
  readonly ended = { idle: 0, total: 0 }

  constructor(limits: AnswerLimits, nowMs: () => number = () => performance.now()) {
    this.#limits = limits
    this.#nowMs = nowMs
  }

  /** Watches an answer of so many bytes until its end; its head has been written. */
  watch(response: ServerResponse, sizeBytes: number): void {
    if (response.destroyed) return
    const { idleMs, slowestBitsPerSecond } = this.#limits
    // Node's timer of a socket begins anew whenever a part of what is being written was taken.
    response.setTimeout(idleMs, () => this.#end(response, 'idle'))
    this.#deadlines.set(response, this.#nowMs() + idleMs + (sizeBytes * 8000) / slowestBitsPerSecond) // bytes to ms
    response.once('close', () => this.#forget(response))
    this.#sweeping ??= setInterval(() => this.#sweep(), SWEEP_MS).unref()
  }

  #sweep(): void {
    const nowMs = this.#nowMs()
    for (const [response, deadlineMs] of this.#deadlines) if (deadlineMs <= nowMs) this.#end(response, 'total')
  }

  #end(response: ServerResponse, limit: 'idle' | 'total'): void {
    if (!this.#forget(response)) return
    this.ended[limit] += 1
    response.destroy()
  }

  #forget(response: ServerResponse): boolean {
    const wasWatched = this.#deadlines.delete(response)
    if (this.#deadlines.size === 0) {
      clearInterval(this.#sweeping)
      this.#sweeping = undefined
    }
    return wasWatched
  }
}
