import type { Stats } from 'node:fs'
import { expect, test } from 'vitest'
import { isSameFile, isSettled } from './package-files.ts'

const stats = { dev: 1, ino: 2, size: 3, mtimeMs: 1000, ctimeMs: 1000 } as Stats

for (const { what, now, expected } of [
  { what: 'the same file', now: stats, expected: true },
  { what: 'no file', now: undefined, expected: false },
  { what: 'another inode', now: { ...stats, ino: 9 }, expected: false },
  { what: 'another device', now: { ...stats, dev: 9 }, expected: false },
  { what: 'another size', now: { ...stats, size: 9 }, expected: false },
  { what: 'another time of writing', now: { ...stats, mtimeMs: 1000.5 }, expected: false },
  { what: 'a time of writing that was set back', now: { ...stats, ctimeMs: 1000.5 }, expected: false },
]) {
  test(`isSameFile answers ${expected} to ${what}`, () => expect(isSameFile(stats, now as Stats)).toBe(expected))
}

test('isSettled answers false within the step of the file system’s clock', () => {
  expect([1000, 1049, 1050, 1051].map((nowMs) => isSettled(stats, nowMs))).toEqual([false, false, false, true])
  expect(isSettled({ ...stats, mtimeMs: 0 } as Stats, 1040)).toBe(false)
})
