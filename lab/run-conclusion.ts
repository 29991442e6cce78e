import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import writeFileAtomic from 'write-file-atomic'
import type { LabRun } from '../simulation/lab-results.ts'
import type { Scenario } from '../simulation/scenario.ts'
import { frontierCsv } from './frontier-text.ts'
import { FrontierFold, type FrontierPoint } from './frontier.ts'
import { budgetNames, LabBudgetsFold, type JudgedLabBudget } from '../simulation/lab-budget.ts'
import { labJunit, reportedBudget } from './lab-verdict.ts'
import { labReport, type LabReportExtras } from './report.ts'
import type { ResultsHead } from './results-writer.ts'
import { RunMeans } from './run-means.ts'

/** A report looks at all of its runs at once; of more it would be a page that no browser shows. */
export const MOST_REPORTED_RUNS = 10_000

/** What is said of the runs of a scenario as a whole: a fold over them, in the order of the plan. It keeps them only as long
 *  as there are few enough for a report. */
export class RunConclusion {
  readonly means = new RunMeans()
  readonly #scenario: Scenario
  readonly #budgets: LabBudgetsFold
  readonly #frontier: FrontierFold
  #reported: LabRun[] | undefined = []
  #count = 0

  constructor(scenario: Scenario) {
    this.#scenario = scenario
    this.#budgets = new LabBudgetsFold(scenario.budgets, budgetNames(scenario))
    this.#frontier = new FrontierFold(scenario)
  }

  add(run: LabRun): void {
    this.#count += 1
    this.means.add(run)
    this.#budgets.add(run)
    this.#frontier.add(run)
    if (this.#count > MOST_REPORTED_RUNS) this.#reported = undefined
    this.#reported?.push(run)
  }

  /** Writes the verdict and, of what was added, the report and the frontier; gives the names of the files. */
  async write(
    folder: string,
    head: ResultsHead,
    extras: Pick<LabReportExtras, 'timelines' | 'live'> = {},
  ): Promise<Conclusion> {
    const { name } = this.#scenario
    const judged = this.#budgets.judged()
    const frontier = this.#frontier.points()
    const runs = this.#reported
    const report =
      runs &&
      labReport(
        { format: 'weir-results', version: 1, ...head, runs },
        { judged: judged.map(reportedBudget), ...extras },
      )
    const texts = {
      'junit.xml': labJunit(name, head.made.seconds, this.#count, judged),
      'report.html': report,
      'frontier.csv': this.#frontier.canBe ? frontierCsv(this.#scenario, frontier) : undefined,
    }
    for (const [file, text] of Object.entries(texts)) await writeOrRemove(join(folder, file), text)
    const files = Object.entries(texts).flatMap(([file, text]) => (text === undefined ? [] : [file]))
    return { files, judged, frontier }
  }
}

export type Conclusion = {
  readonly files: readonly string[]
  readonly judged: readonly JudgedLabBudget[]
  readonly frontier: readonly FrontierPoint[]
}

/** What an earlier run left is not to be taken for this one's. */
async function writeOrRemove(path: string, text: string | undefined): Promise<void> {
  await (text === undefined ? rm(path, { force: true }) : writeFileAtomic(path, text))
}
