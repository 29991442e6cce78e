import type { Stats } from 'node:fs'
import { expect, test } from 'vitest'
import { isSameFile, isSettled } from './package-files.ts'

const facts = { dev: 1, ino: 2, size: 3, mtimeMs: 1000, ctimeMs: 1000 }
const stats = facts as Stats

for (const { what, now, expected } of [
  { what: 'the same file', now: stats, expected: true },
  { what: 'no file', now: undefined, expected: false },
  { what: 'another inode', now: { ...facts, ino: 9 }, expected: false },
  { what: 'another device', now: { ...facts, dev: 9 }, expected: false },
  { what: 'another size', now: { ...facts, size: 9 }, expected: false },
  { what: 'another time of writing', now: { ...facts, mtimeMs: 1000.5 }, expected: false },
  { what: 'a time of writing that was set back', now: { ...facts, ctimeMs: 1000.5 }, expected: false },
]) {
  test(`isSameFile answers ${expected} to ${what}`, () => expect(isSameFile(stats, now as Stats)).toBe(expected))
}

test('isSettled answers false within the step of the file system’s clock', () => {
  expect([1000, 1049, 1050, 1051].map((nowMs) => isSettled(stats, nowMs))).toEqual([false, false, false, true])
  expect(isSettled({ ...facts, mtimeMs: 0 } as Stats, 1040)).toBe(false)
})
