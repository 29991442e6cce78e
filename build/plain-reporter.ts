import type { SerializedError } from 'vitest'
import { DefaultReporter, type TestCase, type TestModule, type TestRunEndReason } from 'vitest/node'

/** vitest's own report, failures in full; below it one line with the reason for each skipped test, and last of all,
 *  alone on its line and without colour: `N passed, N failed, N skipped`. */
export class PlainReporter extends DefaultReporter {
  override onTestRunEnd(
    modules: readonly TestModule[],
    unhandledErrors: readonly SerializedError[],
    reason: TestRunEndReason,
  ): void {
    super.onTestRunEnd(modules, unhandledErrors, reason)
    const { passed, failed, skipped } = countTests(modules, unhandledErrors.length)
    for (const test of skipped) {
      const note = noteOf(test)
      if (note !== undefined || this.ctx.config.testNamePattern === undefined) this.log(skipLine(test, note))
    }
    if (passed + failed === 0) process.exitCode = 1 // a run that tested nothing proves nothing
    this.log(`${passed} passed, ${failed} failed, ${skipped.length} skipped`)
  }
}

type Counts = { readonly passed: number; readonly failed: number; readonly skipped: readonly TestCase[] }

/** A file that did not load and an error outside of any test count as one failure each. */
function countTests(modules: readonly TestModule[], unhandledErrors: number): Counts {
  const all = modules.flatMap((module) => [...module.children.allTests()])
  const inState = (state: string): TestCase[] => all.filter((test) => test.result().state === state)
  const brokenFiles = modules.filter((module) => module.errors().length > 0).length
  return {
    passed: inState('passed').length,
    failed: inState('failed').length + brokenFiles + unhandledErrors,
    skipped: inState('skipped'),
  }
}

function noteOf(test: TestCase): string | undefined {
  const result = test.result()
  return result.state === 'skipped' ? result.note : undefined
}

function skipLine(test: TestCase, note = 'no reason given'): string {
  return `skipped: ${test.module.relativeModuleId}: ${test.fullName}: ${note}`
}
