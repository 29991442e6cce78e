import type { Reporter, TestCase } from 'vitest/node'
import { appendLongRow } from './long-run-state.ts'

/** Writes each row down as soon as it has ended. */
export class LongRunReporter implements Reporter {
  onTestCaseResult(test: TestCase): void {
    const { state } = test.result()
    if (state !== 'passed' && state !== 'failed') return
    const seconds = (test.diagnostic()?.duration ?? 0) / 1000
    appendLongRow({ file: test.module.relativeModuleId, name: test.fullName, state, seconds })
  }
}
