/** What ends the parts, all at once; then what they needed until then; and last of all the lock goes. */
export class Closing {
  readonly #steps: (() => Promise<unknown> | void)[] = []
  readonly #laterSteps: (() => void)[] = []
  readonly #last: () => Promise<void>

  constructor(last: () => Promise<void>) {
    this.#last = last
  }

  add(step: () => Promise<unknown> | void): void {
    this.#steps.push(step)
  }

  addLater(step: () => void): void {
    this.#laterSteps.push(step)
  }

  async close(): Promise<void> {
    const ended = await Promise.allSettled(this.#steps.map(async (step) => step()))
    for (const step of this.#laterSteps) step()
    await this.#last()
    const failed = ended.find((outcome) => outcome.status === 'rejected')
    if (failed !== undefined) throw failed.reason
  }
}
