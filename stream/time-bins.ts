import { BinLevel, GROWTH, type BinnedKind, type ToldBin } from './bin-level.ts'

export const FINEST_BIN_MS = 100
const BINS_OF_LEVELS = [3000, 750, 750, 750, 750] // 5 min of 100 ms; before them 5, 20, 80 and 320 min of wider ones

/** A column as it is drawn: `null` where nothing was told. */
export type BinnedValues = (number | null)[]

/** Bins next to each other, in order. */
export type BinsView = {
  readonly fromMs: number
  readonly bins: readonly BinSpan[]
}

/** One bin of a view: so many of a level taken together. */
export type BinSpan = {
  readonly startMs: number
  readonly widthMs: number
  readonly level: BinLevel
  readonly fromBin: number
  readonly endBin: number
}

/** Bins as plain JSON: of each column that was told, what every level holds of it, the narrowest first. */
export type BinsSnapshot<Name extends string> = {
  readonly firstMs: number
  readonly newestMs: number
  readonly columns: { readonly [name in Name]?: readonly (readonly ToldBin[])[] }
}

type Columns<Name extends string> = Readonly<
  Record<Name, { readonly index: number; readonly kind: BinnedKind; isTold: boolean }>
>

/** Columns of values over time in bounded memory, for runs of hours: bins of 100 ms for the newest five minutes and, before
 *  that, ever wider ones that hold all that the narrow ones held. Values may come in any order; what is older than all
 *  bins (seven hours) is counted in `leftOutValues`. Times are milliseconds on one axis of the caller's. */
export class TimeBins<Name extends string> {
  readonly #levels: readonly BinLevel[] // the narrowest first
  readonly #columns: Columns<Name>
  #firstMs = Infinity
  #newestMs = -Infinity
  leftOutValues = 0

  constructor(kinds: Readonly<Record<Name, BinnedKind>>, binsOfLevels: readonly number[] = BINS_OF_LEVELS) {
    const named = Object.entries(kinds) as [Name, BinnedKind][]
    this.#columns = Object.fromEntries(
      named.map(([name, kind], index) => [name, { index, kind, isTold: false }]),
    ) as Columns<Name>
    this.#levels = newLevels(
      binsOfLevels,
      named.map(([, kind]) => kind),
    )
  }

  /** The start of the oldest bin that holds something; Infinity while none does. */
  get firstMs(): number {
    return Math.max(this.#firstMs, this.#levels.at(-1)?.fromMs ?? -Infinity)
  }

  /** The end of the newest bin; -Infinity while there is none. */
  get newestMs(): number {
    return this.#newestMs
  }

  add(name: Name, atMs: number, value: number): void {
    const startMs = Math.floor(atMs / FINEST_BIN_MS) * FINEST_BIN_MS
    if (startMs >= this.#newestMs) this.#moveOn(startMs + FINEST_BIN_MS)
    const level = this.#levelAt(startMs)
    if (level === undefined) {
      this.leftOutValues += 1
      return
    }
    const bin = Math.floor(startMs / level.widthMs)
    const column = this.#columns[name]
    level.add(column.index, bin, value)
    column.isTold = true
    this.#firstMs = Math.min(this.#firstMs, bin * level.widthMs)
  }

  /** The bins that lie in a span, put together to `minWidthMs` or wider where they are narrower (but for the last one
   *  of each level). */
  view(fromMs: number, toMs: number, minWidthMs: number): BinsView {
    const widthMs = binWidthMs(minWidthMs)
    const from = Math.max(fromMs, this.firstMs)
    const bins = this.#levels
      .toReversed()
      .flatMap((level) => spansOf(level, from, toMs, Math.max(widthMs, level.widthMs)))
    return { fromMs: bins[0]?.startMs ?? from, bins }
  }

  /** A column in the bins of a view, written into `into`. A state goes on from before the view; a sum that was never told
   *  of is no zero. */
  read(name: Name, { fromMs, bins }: BinsView, into: BinnedValues): BinnedValues {
    const { index, kind, isTold } = this.#columns[name]
    into.length = bins.length
    if (!isTold) return into.fill(null)
    let held = kind === 'held' ? this.#heldBefore(index, fromMs) : NaN
    for (const [place, { level, fromBin, endBin }] of bins.entries()) {
      const value = level.together(index, fromBin, endBin)
      if (kind === 'held' && !Number.isNaN(value)) held = value
      const drawn = kind === 'held' ? held : value
      into[place] = Number.isFinite(drawn) ? drawn : null
    }
    return into
  }

  /** All that a column's bins up to a moment sum up to. */
  total(name: Name, untilMs: number): number {
    const { index } = this.#columns[name]
    return this.view(-Infinity, untilMs, Number.MAX_SAFE_INTEGER).bins.reduce(
      (sum, { level, fromBin, endBin }) => sum + level.together(index, fromBin, endBin),
      0,
    )
  }

  /** undefined while nothing was told. */
  snapshot(): BinsSnapshot<Name> | undefined {
    if (this.#newestMs === -Infinity) return undefined
    const told = (Object.keys(this.#columns) as Name[]).filter((name) => this.#columns[name].isTold)
    const columns = told.map((name) => [name, this.#levels.map((level) => level.told(this.#columns[name].index))])
    return {
      firstMs: this.#firstMs,
      newestMs: this.#newestMs,
      columns: Object.fromEntries(columns) as BinsSnapshot<Name>['columns'],
    }
  }

  /** Into new bins of the same columns: they read as those did that the snapshot was taken of. */
  restore({ firstMs, newestMs, columns }: BinsSnapshot<Name>): void {
    this.#moveOn(newestMs)
    this.#firstMs = firstMs
    for (const [name, levels] of Object.entries(columns) as [Name, readonly (readonly ToldBin[])[]][]) {
      const column = this.#columns[name]
      column.isTold = true
      for (const [place, told] of levels.entries()) this.#levels[place]?.retell(column.index, told)
    }
  }

  #moveOn(newestMs: number): void {
    this.#newestMs = newestMs
    this.#levels[0]?.moveOn(newestMs / FINEST_BIN_MS)
  }

  #levelAt(startMs: number): BinLevel | undefined {
    for (const level of this.#levels) if (startMs >= level.fromMs) return level
    return undefined
  }

  #heldBefore(column: number, beforeMs: number): number {
    for (const level of this.#levels) {
      const held = level.heldBefore(column, Math.floor(beforeMs / level.widthMs))
      if (!Number.isNaN(held)) return held
    }
    return NaN
  }
}

/** The width that a view's bins get. */
export function binWidthMs(minWidthMs: number): number {
  let widthMs = FINEST_BIN_MS
  while (widthMs < minWidthMs) widthMs *= GROWTH
  return widthMs
}

function newLevels(binsOfLevels: readonly number[], kinds: readonly BinnedKind[]): readonly BinLevel[] {
  const levels: BinLevel[] = []
  let widthMs = FINEST_BIN_MS
  for (let level = 1; level < binsOfLevels.length; level += 1) widthMs *= GROWTH
  for (const bins of binsOfLevels.toReversed()) {
    levels.unshift(new BinLevel(widthMs, bins, kinds, levels[0]))
    widthMs /= GROWTH
  }
  return levels
}

function spansOf(level: BinLevel, fromMs: number, toMs: number, widthMs: number): BinSpan[] {
  const perSpan = widthMs / level.widthMs
  const endBin = Math.min(level.endBin, Math.ceil(toMs / level.widthMs))
  const spans: BinSpan[] = []
  let bin = Math.max(level.fromBin, Math.floor(fromMs / widthMs) * perSpan)
  while (bin < endBin) {
    const end = Math.min(endBin, (Math.floor(bin / perSpan) + 1) * perSpan)
    spans.push({ startMs: bin * level.widthMs, widthMs: (end - bin) * level.widthMs, level, fromBin: bin, endBin: end })
    bin = end
  }
  return spans
}
