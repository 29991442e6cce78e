import { defineConfig } from 'vitest/config'
import { LongRunReporter } from './build/long-run-reporter.ts'
import { PlainReporter } from './build/plain-reporter.ts'

const elsewhere = ['node_modules/**', 'dist/**', 'media/**']
const longRun = process.env['WEIR_TEST_LONG'] === '1'
const HOUR_MS = 3_600_000

/** Unit tests first, on every core; then whole systems, one after the other, since they keep to the clock of real media. */
export default defineConfig({
  oxc: { jsx: { runtime: 'automatic', importSource: 'preact' } },
  test: {
    reporters: [new PlainReporter(), ...(longRun ? [new LongRunReporter()] : [])],
    setupFiles: longRun ? ['./build/long-run-setup.ts'] : [],
    projects: [
      {
        extends: true,
        test: {
          name: 'unit',
          include: ['**/*.test.{ts,tsx}'],
          exclude: [...elsewhere, '**/*.system.test.ts'],
          testTimeout: longRun ? HOUR_MS : 20_000,
          hookTimeout: 30_000,
          sequence: { groupOrder: 0 },
        },
      },
      {
        extends: true,
        test: {
          name: 'system',
          include: ['**/*.system.test.ts'],
          exclude: elsewhere,
          testTimeout: longRun ? HOUR_MS : 90_000,
          hookTimeout: 90_000,
          maxWorkers: 1,
          sequence: { groupOrder: 1 },
        },
      },
    ],
  },
})
