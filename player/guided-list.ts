import type { Scenario } from '../simulation/scenario.ts'
import { guidedExperiments } from './guided-experiments.ts'

/** The experiments, as they were when the page was built. */
export const guidedList = guidedExperiments(
  import.meta.glob<Scenario>('../lab/guided/*.yaml', { query: '?scenario', import: 'default', eager: true }),
  import.meta.glob<string>('../lab/guided/pages/*.yaml', { query: '?raw', import: 'default', eager: true }),
)
