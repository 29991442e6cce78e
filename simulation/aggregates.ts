/** Of many runs one number. */
export type Aggregate =
  | { readonly kind: 'mean' | 'min' | 'max' }
  | { readonly kind: 'percentile'; readonly percent: number } // from 0 to 100

/** `mean`, `min`, `max`, `p95`, `p99.9`. */
export function aggregateNamed(word: string): Aggregate | undefined {
  if (word === 'mean' || word === 'min' || word === 'max') return { kind: word }
  const percent = /^p(\d{1,2}(?:\.\d{1,3})?)$/.exec(word)?.[1]
  return percent === undefined ? undefined : { kind: 'percentile', percent: Number(percent) }
}

/** A percentile is the smallest value that so many percent of all do not exceed (nearest rank): always one that there was.
 *  NaN of none. */
export function aggregated(aggregate: Aggregate, values: readonly number[]): number {
  if (values.length === 0) return NaN
  const sorted = values.toSorted((a, b) => a - b)
  switch (aggregate.kind) {
    case 'mean':
      return values.reduce((sum, value) => sum + value, 0) / values.length
    case 'min':
      return sorted[0] as number
    case 'max':
      return sorted.at(-1) as number
    case 'percentile':
      return sorted[Math.max(0, Math.ceil((aggregate.percent * sorted.length) / 100) - 1)] as number
  }
}
