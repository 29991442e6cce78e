import { exp, ln } from '../link/exact-math.ts'
import type { AxisName, GridAxis } from '../simulation/scenario.ts'
import type { WrittenScenario } from './scenario-schema.ts'

type WrittenAxis = WrittenScenario['grid'][AxisName]
type AxisRange = Exclude<WrittenAxis, readonly number[] | undefined>

const DIGITS = 6 // of a value between the ends: enough for any axis, and readable

/** The axes that there are, each with its values. */
export function axesOf(grid: WrittenScenario['grid']): readonly GridAxis[] {
  return Object.entries(grid).flatMap(([name, axis]: readonly [string, WrittenAxis]) => {
    if (axis === undefined) return []
    return [{ name: name as AxisName, values: 'steps' in axis ? valuesOf(axis) : axis }]
  })
}

/** Both ends exactly, and evenly between them: by difference, or by ratio where the scale is logarithmic. */
function valuesOf({ from, to, steps, scale }: AxisRange): readonly number[] {
  return Array.from({ length: steps }, (_, step) => {
    if (step === 0) return from
    if (step === steps - 1) return to
    const share = step / (steps - 1)
    const value = scale === 'linear' ? from + (to - from) * share : exp(ln(from) + (ln(to) - ln(from)) * share)
    return Number(value.toPrecision(DIGITS))
  })
}

/** The seeds of a list as they are, those of a range one after the other. */
export function seedsOf(seeds: WrittenScenario['seeds']): readonly number[] {
  return 'count' in seeds ? Array.from({ length: seeds.count }, (_, index) => seeds.from + index) : seeds
}
