import type { LabRun } from '../simulation/lab-results.ts'
import type { MeasureKey } from '../stream/measure-table.ts'

type Sum = { total: number; count: number }

/** Means over the runs that are added, by network and side: of the runs themselves nothing is kept. */
export class RunMeans {
  readonly #sums = new Map<string, Sum>()

  add({ network, sides }: LabRun): void {
    for (const { name, measures } of sides) {
      for (const [key, value] of Object.entries(measures)) {
        const sum = this.#sumOf(network, name, key as MeasureKey)
        sum.total += value
        sum.count += 1
      }
    }
  }

  /** In the measure's unit; undefined: no run has it. */
  mean(network: string, side: string, key: MeasureKey): number | undefined {
    const { total, count } = this.#sums.get(keyOf(network, side, key)) ?? { total: 0, count: 0 }
    return count === 0 ? undefined : total / count
  }

  #sumOf(network: string, side: string, key: MeasureKey): Sum {
    const name = keyOf(network, side, key)
    const sum = this.#sums.get(name) ?? { total: 0, count: 0 }
    this.#sums.set(name, sum)
    return sum
  }
}

/** None of the three has a space. */
function keyOf(network: string, side: string, key: MeasureKey): string {
  return `${network} ${side} ${key}`
}
