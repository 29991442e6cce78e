/** What is published while a command runs: a step that brings all that is there into the package, done whenever more may
 *  be, one at a time, and no more once it has failed. */
export class Publishing {
  readonly #step: () => Promise<void>
  readonly #broken = new AbortController()
  readonly signal: AbortSignal // for the command: it ends when the step fails
  #isDue = false
  #running: Promise<void> | undefined

  constructor(signal: AbortSignal, step: () => Promise<void>) {
    this.#step = step
    this.signal = AbortSignal.any([signal, this.#broken.signal])
  }

  due(): void {
    this.#isDue = true
    this.#running ??= this.#run()
  }

  /** Ends the command for a reason of one's own. */
  stop(reason: Error): void {
    this.#broken.abort(reason)
  }

  async #run(): Promise<void> {
    try {
      while (this.#isDue && !this.signal.aborted) {
        this.#isDue = false
        await this.#step()
      }
    } catch (error) {
      this.#broken.abort(error)
    } finally {
      this.#running = undefined
    }
  }

  /** Waits for the command, then publishes what is left. Rejects with the first failure, when nothing writes any more. */
  async during(command: Promise<void>): Promise<void> {
    try {
      await command
      this.due()
    } finally {
      await this.#running
    }
    this.signal.throwIfAborted()
  }
}
