/** How a figure spreads over seeds: what a report states instead of one lucky run. */
export type Spread = {
  readonly n: number
  readonly mean: number
  readonly median: number
  readonly lowerQuartile: number
  readonly upperQuartile: number
  readonly least: number
  readonly most: number
  readonly p95: number
  readonly interval?: Interval // absent: fewer than two values
}

/** Where the true mean lies with 95 % confidence, both ends included. */
export type Interval = { readonly low: number; readonly high: number }

/** One point of an empirical distribution: this share of all values is at most `value`. */
export type SharePoint = { readonly value: number; readonly share: number }

// Student's t, two-sided 95 %, for 1 to 30 degrees of freedom: NIST/SEMATECH e-Handbook of Statistical Methods, 1.3.6.7.2.
const T_95 = [
  12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262, 2.228, 2.201, 2.179, 2.16, 2.145, 2.131, 2.12, 2.11,
  2.101, 2.093, 2.086, 2.08, 2.074, 2.069, 2.064, 2.06, 2.056, 2.052, 2.048, 2.045, 2.042,
] as const
/** Beyond the table: the value of the last row that is not above the degrees of freedom, which errs to the wider side. */
const T_95_BEYOND = [
  { freedom: 100, t: 1.984 },
  { freedom: 60, t: 2 },
  { freedom: 40, t: 2.021 },
  { freedom: 30, t: 2.042 },
] as const

/** undefined: there is no value. */
export function spreadOf(values: readonly number[]): Spread | undefined {
  const sorted = values.toSorted((a, b) => a - b)
  const [least] = sorted
  const most = sorted.at(-1)
  if (least === undefined || most === undefined) return undefined
  const interval = meanInterval(sorted)
  return {
    n: sorted.length,
    mean: meanOf(sorted),
    median: quantile(sorted, 0.5),
    lowerQuartile: quantile(sorted, 0.25),
    upperQuartile: quantile(sorted, 0.75),
    least,
    most,
    p95: quantile(sorted, 0.95),
    ...(interval === undefined ? {} : { interval }),
  }
}

/** NaN of none. */
export function meanOf(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length
}

/** The 95 % confidence interval of the mean by Student's t; undefined for fewer than two values. It takes them as
 *  independent and their mean as about normal, which few and skewed values are not. */
export function meanInterval(values: readonly number[]): Interval | undefined {
  const n = values.length
  if (n < 2) return undefined
  const mean = meanOf(values)
  const variance = values.reduce((sum, value) => sum + (value - mean) * (value - mean), 0) / (n - 1)
  const half = criticalT(n - 1) * Math.sqrt(variance / n)
  return { low: mean - half, high: mean + half }
}

function criticalT(freedom: number): number {
  return T_95[freedom - 1] ?? T_95_BEYOND.find((row) => row.freedom <= freedom)?.t ?? NaN
}

/** A quantile of sorted values, linear between the two that it falls between: Hyndman and Fan, Sample Quantiles in
 *  Statistical Packages, The American Statistician 50 (1996), definition 7. NaN of none. */
export function quantile(sorted: readonly number[], share: number): number {
  const position = (sorted.length - 1) * share
  const index = Math.floor(position)
  const below = sorted[index] ?? NaN
  const above = sorted[index + 1] ?? below
  return below + (position - index) * (above - below)
}

/** The empirical distribution, a point for each value that there is, by value; at most about `mostPoints`, of which the
 *  last one is the largest value. */
export function distributionOf(values: readonly number[], mostPoints = 200): readonly SharePoint[] {
  const sorted = values.toSorted((a, b) => a - b)
  const steps = sorted.flatMap((value, index) =>
    sorted[index + 1] === value ? [] : [{ value, share: (index + 1) / sorted.length }],
  )
  const stride = Math.ceil(steps.length / mostPoints)
  return steps.filter((_, index) => index % stride === 0 || index === steps.length - 1)
}
