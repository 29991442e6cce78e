import type { ServerResponse } from 'node:http'
import type { Socket } from 'node:net'

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
  readonly #deadlines = new Map<ServerResponse | Socket, number>()
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
    // Node's timer of a socket begins anew whenever a part of what is being written was taken.
    response.setTimeout(this.#limits.idleMs, () => this.#end(response, 'idle'))
    this.#await(response, sizeBytes)
    response.once('close', () => this.#forget(response))
  }

  /** Watches what was written to a socket, until what this gives is called. */
  watchWritten(socket: Socket, sizeBytes: number): () => void {
    const timeoutMs = socket.timeout ?? 0
    const end = (): void => this.#end(socket, 'idle')
    socket.setTimeout(this.#limits.idleMs)
    socket.prependListener('timeout', end)
    this.#await(socket, sizeBytes)
    return () => {
      socket.off('timeout', end)
      socket.setTimeout(timeoutMs)
      this.#forget(socket)
    }
  }

  #await(written: ServerResponse | Socket, sizeBytes: number): void {
    const { idleMs, slowestBitsPerSecond } = this.#limits
    this.#deadlines.set(written, this.#nowMs() + idleMs + (sizeBytes * 8000) / slowestBitsPerSecond) // bytes to ms
    this.#sweeping ??= setInterval(() => this.#sweep(), SWEEP_MS).unref()
  }

  #sweep(): void {
    const nowMs = this.#nowMs()
    for (const [written, deadlineMs] of this.#deadlines) if (deadlineMs <= nowMs) this.#end(written, 'total')
  }

  #end(written: ServerResponse | Socket, limit: 'idle' | 'total'): void {
    if (!this.#forget(written)) return
    this.ended[limit] += 1
    written.destroy()
  }

  #forget(written: ServerResponse | Socket): boolean {
    const wasWatched = this.#deadlines.delete(written)
    if (this.#deadlines.size === 0) {
      clearInterval(this.#sweeping)
      this.#sweeping = undefined
    }
    return wasWatched
  }
}
