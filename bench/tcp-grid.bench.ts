import { judgeFetches, judgeGoodput, MEAN_ERROR_LIMIT, meanErrors, seedsOf } from '../lab/validate-bounds.ts'
import { modelFetchMs, modelGoodputKbps } from '../lab/validate-model.ts'
import { readFetches, readGrid } from '../lab/validate-reference.ts'
import type { Report } from './benchmark.ts'
import { fetchTable, gridTable } from './tcp-grid-tables.ts'

const GRID_SEEDS = 40
const FETCH_SEEDS = 100

/** The model of TCP against the kernel's, on the figures of bench/reference/kernel-tcp. */
export default {
  report: () => {
    const grid = readGrid().map((cell) =>
      judgeGoodput(
        cell,
        seedsOf(cell, GRID_SEEDS).map((seed) => modelGoodputKbps(cell, seed)),
      ),
    )
    const fetches = readFetches().map((cell) => {
      const runs = seedsOf(cell, FETCH_SEEDS).map((seed) => modelFetchMs(cell, seed))
      return {
        firstMs: runs.map(([first]) => first as number),
        later: judgeFetches(
          cell,
          runs.map((run) => run.slice(1)),
        ),
      }
    })
    const errors = meanErrors(grid)
    const holds = [
      ...grid.map((judged) => judged.holds),
      ...fetches.map(({ later }) => later.holds),
      ...Object.values(errors).map((error) => error <= MEAN_ERROR_LIMIT),
    ].every(Boolean)
    return { text: `${gridTable(grid, errors)}\n\n${fetchTable(fetches)}`, holds }
  },
} satisfies Report
