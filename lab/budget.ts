/** A limit that a run must keep: `lostPackets<1`. */
export type Budget = {
  readonly measure: string
  readonly comparison: Comparison
  readonly limit: number
  readonly text: string // as it was written
}

export type Comparison = keyof typeof comparisons

const comparisons = {
  '<=': (value: number, limit: number) => value <= limit,
  '>=': (value: number, limit: number) => value >= limit,
  '<': (value: number, limit: number) => value < limit,
  '>': (value: number, limit: number) => value > limit,
  '=': (value: number, limit: number) => value === limit,
} as const

/** Reads budgets; `measures` are the names that there are. All problems are told, each with what was expected. */
export function readBudgets(
  texts: readonly string[],
  measures: readonly string[],
):
  | { readonly ok: true; readonly budgets: readonly Budget[] }
  | { readonly ok: false; readonly problems: readonly string[] } {
  const read = texts.map((text) => readBudget(text, measures))
  const problems = read.flatMap((result) => (typeof result === 'string' ? [result] : []))
  if (problems.length > 0) return { ok: false, problems }
  return { ok: true, budgets: read.filter((result) => typeof result !== 'string') }
}

/** A budget, or what is wrong with it. */
function readBudget(text: string, measures: readonly string[]): Budget | string {
  const parts = /^\s*([A-Za-z]\w*)\s*(<=|>=|<|>|=)\s*(\S+)\s*$/.exec(text)
  const shown = text.slice(0, 60)
  if (parts === null) return `a budget must be a measure, a comparison (< <= > >= =) and a number, got "${shown}"`
  const [, measure = '', comparison = '', limitText = ''] = parts
  if (!measures.includes(measure)) {
    return `a budget's measure must be one of ${measures.join(', ')}, got "${measure.slice(0, 60)}"`
  }
  const limit = /^-?(\d+\.?\d*|\.\d+)(e-?\d+)?$/i.test(limitText) ? Number(limitText) : NaN
  if (!Number.isFinite(limit)) return `the limit of "${shown}" must be a number, got "${limitText.slice(0, 60)}"`
  return { measure, comparison: comparison as Comparison, limit, text: text.trim() }
}

export type JudgedBudget = { readonly budget: Budget; readonly value: number | undefined; readonly isKept: boolean }

/** Holds budgets against figures. A measure without a value, such as the startup of what never began, keeps none. */
export function judgeBudgets(
  budgets: readonly Budget[],
  figures: Readonly<Record<string, number | undefined>>,
): JudgedBudget[] {
  return budgets.map((budget) => {
    const value = figures[budget.measure]
    return { budget, value, isKept: value !== undefined && comparisons[budget.comparison](value, budget.limit) }
  })
}
