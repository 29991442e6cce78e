import type { ServerResponse } from 'node:http'

type Held = { readonly isReady: () => boolean; readonly settle: (outcome: HeldOutcome) => void }
export type HeldOutcome = 'ready' | 'timed-out' | 'gone' | 'too-many'

/** Requests that wait for something of a channel. Who goes away is forgotten at once. */
export class HeldRequests {
  readonly #maxHeld: number
  readonly #held = new Set<Held>()

  constructor(maxHeld: number) {
    this.#maxHeld = maxHeld
  }

  get count(): number {
    return this.#held.size
  }

  /** Resolves when it is ready, at once if it is so now. */
  until(isReady: () => boolean, timeoutMs: number, response: ServerResponse): Promise<HeldOutcome> {
    if (isReady()) return Promise.resolve('ready')
    if (response.destroyed) return Promise.resolve('gone')
    if (this.#held.size >= this.#maxHeld) return Promise.resolve('too-many')
    return new Promise((resolve) => {
      const onClosed = (): void => held.settle('gone')
      const timer = setTimeout(() => held.settle('timed-out'), timeoutMs)
      const held: Held = {
        isReady,
        settle: (outcome) => {
          clearTimeout(timer)
          response.off('close', onClosed)
          this.#held.delete(held)
          resolve(outcome)
        },
      }
      this.#held.add(held)
      response.once('close', onClosed)
    })
  }

  /** Something is new: those who waited for it go on. */
  look(): void {
    for (const held of [...this.#held]) if (held.isReady()) held.settle('ready')
  }
}
