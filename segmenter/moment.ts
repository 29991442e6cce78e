/** Something that happens once, and that others wait for. */
export class Moment {
  #come!: () => void
  readonly reached = new Promise<void>((resolve) => (this.#come = resolve))

  /** Again: nothing. */
  come(): void {
    this.#come()
  }
}
