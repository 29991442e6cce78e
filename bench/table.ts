import { boundHolds, type Benchmark, type Bound, type SideResult } from './benchmark.ts'

/** One figure of each side, and whether each bound is met, as Markdown. */
export function table(
  { title, unit, bounds = [] }: Pick<Benchmark, 'title' | 'unit' | 'bounds'>,
  results: readonly SideResult[],
): string {
  const rows = results.map(({ side, medianValue, values }) => {
    const spread = `${digits(Math.min(...values))} to ${digits(Math.max(...values))}`
    return `| ${side} | ${digits(medianValue)} | ${spread} |`
  })
  const verdicts = bounds.map((bound) => `Bound: ${sentence(bound, unit)}: ${word(boundHolds(bound, results))}.`)
  const verdict = verdicts.flatMap((line) => ['', line])
  return [`## ${title}`, '', `| side | median, ${unit} | spread |`, '|---|---|---|', ...rows, ...verdict, ''].join('\n')
}

const digits = (value: number): string => Number(value.toPrecision(4)).toString()
const word = (holds: boolean): string => (holds ? 'met' : 'NOT MET')
const sentence = ({ side, is, limit, than }: Bound, unit: string): string =>
  `each run of ${side} ${is} ${than === undefined ? `${limit} ${unit}` : `${limit} times ${than}`}`
