/** What counts from which moment on. Moments asked for mostly grow, but may go back a little. */
export class Timeline<T> {
  readonly #fromMs: number[] = [-Infinity]
  readonly #values: T[]
  #index = 0
  #current: T
  #sinceMs = -Infinity
  #untilMs = Infinity

  constructor(value: T) {
    this.#values = [value]
    this.#current = value
  }

  at(ms: number): T {
    if (ms >= this.#untilMs || ms < this.#sinceMs) this.#seek(ms)
    return this.#current
  }

  /** When the value of the last question ends to count. */
  get changeMs(): number {
    return this.#untilMs
  }

  /** Counts from that moment on; what was to count later is forgotten. */
  set(fromMs: number, value: T): void {
    while ((this.#fromMs.at(-1) as number) >= fromMs) {
      this.#fromMs.pop()
      this.#values.pop()
    }
    this.#fromMs.push(fromMs)
    this.#values.push(value)
    this.#index = Math.min(this.#index, this.#values.length - 1)
    this.#settle()
  }

  #seek(ms: number): void {
    while (ms < (this.#fromMs[this.#index] as number)) this.#index -= 1
    while (ms >= (this.#fromMs[this.#index + 1] ?? Infinity)) this.#index += 1
    this.#settle()
  }

  #settle(): void {
    this.#current = this.#values[this.#index] as T
    this.#sinceMs = this.#fromMs[this.#index] as number
    this.#untilMs = this.#fromMs[this.#index + 1] ?? Infinity
  }
}
