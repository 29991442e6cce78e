import { expect, test } from 'vitest'
import { judgeFetches, judgeGoodput, MEAN_ERROR_LIMIT, meanErrors, seedsOf } from '../lab/validate-bounds.ts'
import { nameOf } from '../lab/validate-cells.ts'
import { modelFetchMs, modelGoodputKbps } from '../lab/validate-model.ts'
import { readFetches, readGrid, type FetchReference, type GridCell } from '../lab/validate-reference.ts'
import { inLongRun } from '../lab/test-support/long-run.ts'
import { fetchTable, gridTable } from './tcp-grid-tables.ts'

const GRID_SEEDS = 40
const FETCH_SEEDS = 100

const judgedGoodput = (cell: GridCell): ReturnType<typeof judgeGoodput> =>
  judgeGoodput(
    cell,
    seedsOf(cell, GRID_SEEDS).map((seed) => modelGoodputKbps(cell, seed)),
  )
const judgedFetches = (cell: FetchReference): ReturnType<typeof judgeFetches> =>
  judgeFetches(
    cell,
    seedsOf(cell, FETCH_SEEDS).map((seed) => modelFetchMs(cell, seed).slice(1)),
  )

/** Of every congestion control, both rates and both delays; the rest in the long run. */
const fewCells = [
  'cubic, 8 Mbit/s, 50 ms, 0 %',
  'reno, 2 Mbit/s, 10 ms, 0 %',
  'bbr, 2 Mbit/s, 50 ms, 0 %',
  'cubic, 8 Mbit/s, 10 ms, 5 %',
  'reno, 8 Mbit/s, 50 ms, 1 %',
]

for (const cell of readGrid().filter((each) => inLongRun || fewCells.includes(nameOf(each)))) {
  test(`modelGoodputKbps is within the kernel's bounds: ${nameOf(cell)}`, () => {
    expect(judgedGoodput(cell)).toMatchObject({ holds: true })
  })
}

for (const cell of readFetches().filter(
  (each) => inLongRun || (each.objectBytes === 30_000 && each.loss?.lossRatio !== 0.01),
)) {
  const name = `${cell.objectBytes / 1000} kB, ${nameOf({ ...cell, flows: 1 })}`
  test(`modelFetchMs of later fetches is within the kernel's bounds: ${name}`, () => {
    expect(judgedFetches(cell)).toMatchObject({ holds: true })
  })
}

if (inLongRun) {
  test('the mean |error| over the 48 cells is at most 5 %, against either set of kernel runs', () => {
    const errors = meanErrors(readGrid().map(judgedGoodput))
    expect(Math.max(...Object.values(errors))).toBeLessThanOrEqual(MEAN_ERROR_LIMIT)
  })
}

const [lossless] = readGrid() as [GridCell]

test('gridTable tells the kernel, the model, the error and the bounds of a cell, and what was missed', () => {
  const judged = [judgeGoodput(lossless, [1929]), judgeGoodput(lossless, [1700])]
  const text = gridTable(judged, { netns: 0.03, mahimahi: 0.051, all: 0.04 })
  expect(text).toContain(
    '| bbr | 2 | 10 | 0 | 1932 / 1932 / 1932 | 1925 / 1925 / 1925 | 1929 ± 0 | 0.0 | 1906 to 1951 | in |',
  )
  expect(text).toContain('| 1700 ± 0 | -11.8 | 1906 to 1951 | OUT |')
  expect(text).toContain('Cells within their bounds: 1 of 2: NOT MET.')
  expect(text).toContain('5.1 % against mahimahi')
  expect(text).toMatch(/at most 5 %: NOT MET\.$/)
})

test("fetchTable tells each connection's first fetch apart", () => {
  const [cell] = readFetches() as [FetchReference]
  const text = fetchTable([{ firstMs: [57, 59], later: judgeFetches(cell, [[50, 52]]) }])
  expect(text).toContain('| 30 kB / 0.2 s | 10 | 0 | 54 | 58 | 50.2 ± 1.5 | 51.0 ± 0.0 | 1.6 | 48.7 to 51.7 | in |')
})
