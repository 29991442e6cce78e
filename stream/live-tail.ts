/** A unit as it comes; times are 90 kHz after the stream's first picture. */
export type TailUnit =
  | {
      readonly kind: 'picture'
      readonly ptsTicks: number
      readonly dtsTicks: number
      readonly isKeyframe: boolean
      readonly nals: readonly Uint8Array[]
    }
  | { readonly kind: 'sound'; readonly ptsTicks: number; readonly data: Uint8Array }

export type TailLimits = { readonly maxUnits: number; readonly maxBytes: number }

const DEFAULT_LIMITS: TailLimits = { maxUnits: 2000, maxBytes: 32_000_000 }

/** The newest units of a live stream, for those who send them on as they come. Units are numbered; who is too slow finds that his are
 *  gone, and costs nothing. */
export class LiveTail {
  readonly #limits: TailLimits
  readonly #listeners = new Set<() => void>()
  #units: { readonly unit: TailUnit; readonly sizeBytes: number }[] = []
  #oldest = 0
  #bytes = 0
  #isEnded = false

  constructor(limits: TailLimits = DEFAULT_LIMITS) {
    this.#limits = limits
  }

  get oldest(): number {
    return this.#oldest
  }

  /** Of the unit that comes next. */
  get next(): number {
    return this.#oldest + this.#units.length
  }

  get isEnded(): boolean {
    return this.#isEnded
  }

  /** undefined for one that is gone, or has not come. */
  unit(index: number): TailUnit | undefined {
    return this.#units[index - this.#oldest]?.unit
  }

  push(unit: TailUnit): void {
    const sizeBytes = unit.kind === 'sound' ? unit.data.length : unit.nals.reduce((sum, { length }) => sum + length, 0)
    this.#units.push({ unit, sizeBytes })
    this.#bytes += sizeBytes
    const over = this.#units.length > this.#limits.maxUnits || this.#bytes > this.#limits.maxBytes
    if (over) this.#forget(Math.ceil(this.#units.length / 2)) // at once, for taking the first of a list moves all others
    this.#tell()
  }

  end(): void {
    this.#isEnded = true
    this.#tell()
  }

  /** Calls once, when there is more or the end has come; gives what takes the wish back. */
  onceGrown(listener: () => void): () => void {
    this.#listeners.add(listener)
    return () => void this.#listeners.delete(listener)
  }

  #forget(count: number): void {
    for (const { sizeBytes } of this.#units.slice(0, count)) this.#bytes -= sizeBytes
    this.#units = this.#units.slice(count)
    this.#oldest += count
  }

  #tell(): void {
    const listeners = [...this.#listeners]
    this.#listeners.clear()
    for (const listener of listeners) listener()
  }
}
