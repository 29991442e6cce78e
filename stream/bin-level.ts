/** How the values of a bin come together. sum: counts and bytes. mean: samples. held: a state, which is in force until
 *  another is told; of several in a bin the last. */
export type BinnedKind = 'sum' | 'mean' | 'held'

/** A bin of the next level is as wide as so many. */
export const GROWTH = 4

type Column = {
  readonly kind: BinnedKind
  readonly values: Float64Array // mean: their sum; held: NaN where none was told
  readonly samples: Uint32Array // of mean only
}

/** A bin in which a column was told something: how far after the level's first it lies, its value (null: Infinity, which
 *  JSON has no word for), and of a mean how many samples that is the sum of. */
export type ToldBin = readonly [offset: number, value: number | null, samples?: number]

/** The newest bins of one width, a column a kind of value; what grows too old goes to the level of the next width. A bin
 *  is numbered by its start in units of its width. */
export class BinLevel {
  readonly widthMs: number
  readonly #bins: number
  readonly #columns: readonly Column[]
  readonly #next: BinLevel | undefined
  fromBin = -Infinity // a multiple of GROWTH: what is older fills whole bins of the next level
  endBin = -Infinity

  constructor(widthMs: number, bins: number, kinds: readonly BinnedKind[], next: BinLevel | undefined) {
    this.widthMs = widthMs
    this.#bins = bins
    this.#next = next
    this.#columns = kinds.map((kind) => ({
      kind,
      values: new Float64Array(bins).fill(kind === 'held' ? NaN : 0),
      samples: new Uint32Array(kind === 'mean' ? bins : 0),
    }))
  }

  get fromMs(): number {
    return this.fromBin * this.widthMs
  }

  /** Makes room for all bins before `endBin`; the wider levels first, so that they can take what leaves this one. */
  moveOn(endBin: number): void {
    const fromBin = Math.max(this.fromBin, Math.ceil((endBin - this.#bins) / GROWTH) * GROWTH)
    this.#next?.moveOn(fromBin / GROWTH)
    const leavingEnd = Math.min(fromBin, this.endBin)
    for (let bin = this.fromBin; bin < leavingEnd; bin += 1) this.#handOn(bin)
    this.fromBin = fromBin
    this.endBin = endBin
  }

  add(column: number, bin: number, value: number): void {
    this.#put(column, bin, value, 1)
  }

  /** Of bins next to each other: their sum or mean, or the last state told in them; NaN where there is none. */
  together(column: number, fromBin: number, endBin: number): number {
    const { kind, values, samples } = this.#columns[column]!
    let total = 0
    let count = 0
    let held = NaN
    for (let bin = fromBin; bin < endBin; bin += 1) {
      const place = this.#placeOf(bin)
      const value = values[place]!
      total += value
      if (kind === 'mean') count += samples[place]!
      else if (!Number.isNaN(value)) held = value
    }
    switch (kind) {
      case 'sum':
        return total
      case 'mean':
        return count === 0 ? NaN : total / count
      case 'held':
        return held
    }
  }

  /** The last state told before a bin; NaN where there is none. */
  heldBefore(column: number, endBin: number): number {
    const { values } = this.#columns[column]!
    for (let bin = Math.min(endBin, this.endBin) - 1; bin >= this.fromBin; bin -= 1) {
      const value = values[this.#placeOf(bin)]!
      if (!Number.isNaN(value)) return value
    }
    return NaN
  }

  /** All that the bins hold of a column, as plain values; `retell` puts it into a level of the same bins. */
  told(column: number): ToldBin[] {
    const { kind, values, samples } = this.#columns[column]!
    const told: ToldBin[] = []
    for (let bin = this.fromBin; bin < this.endBin; bin += 1) {
      const place = this.#placeOf(bin)
      const value = values[place]!
      if (kind === 'held' ? Number.isNaN(value) : value === 0 && !samples[place]) continue
      const asJson = value === Infinity ? null : value
      told.push(kind === 'mean' ? [bin - this.fromBin, asJson, samples[place]!] : [bin - this.fromBin, asJson])
    }
    return told
  }

  retell(column: number, told: readonly ToldBin[]): void {
    for (const [offset, value, samples = 0] of told)
      this.#put(column, this.fromBin + offset, value ?? Infinity, samples)
  }

  #put(column: number, bin: number, value: number, samples: number): void {
    const { kind, values, samples: counts } = this.#columns[column]!
    const place = this.#placeOf(bin)
    if (kind === 'held') {
      values[place] = value
      return
    }
    values[place]! += value
    if (kind === 'mean') counts[place]! += samples
  }

  /** To the first wider level that reaches back so far; beyond all of them it is forgotten. */
  #handOn(bin: number): void {
    const startMs = bin * this.widthMs
    let taker = this.#next
    while (taker !== undefined && startMs < taker.fromMs) taker = taker.#next
    const place = this.#placeOf(bin)
    for (const [column, { kind, values, samples }] of this.#columns.entries()) {
      const value = values[place]!
      const count = samples[place] ?? 0
      const isTold = kind === 'held' ? !Number.isNaN(value) : value !== 0 || count > 0
      if (isTold && taker !== undefined) taker.#put(column, Math.floor(startMs / taker.widthMs), value, count)
      values[place] = kind === 'held' ? NaN : 0
      if (kind === 'mean') samples[place] = 0
    }
  }

  #placeOf(bin: number): number {
    const place = bin % this.#bins
    return place < 0 ? place + this.#bins : place
  }
}
