/** True in `npm run test:long`, where soaks last and fuzzers dig deep. */
export const inLongRun = process.env['WEIR_TEST_LONG'] === '1'

/** The rows of a test matrix: the first one in `npm test`, all of them in `npm run test:long`. */
export function matrix<Row>(rows: readonly [Row, ...Row[]]): readonly Row[] {
  return inLongRun ? rows : rows.slice(0, 1)
}

/** How often a property is tried: twenty times as often in `npm run test:long`, the same first cases in both. */
export function fuzzRuns(runs: number): number {
  return inLongRun ? 20 * runs : runs
}
