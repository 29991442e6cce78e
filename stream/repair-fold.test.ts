import { expect, test } from 'vitest'
import { RepairFold } from './repair-fold.ts'

const repair = { kind: 'repair-received', atMs: 0, sizeBytes: 100, repairedPackets: 1, repairedBytes: 98 } as const

test('RepairFold counts what came back in time and too late, what it cost and how long it took', () => {
  const fold = new RepairFold()
  fold.add({ ...repair, delayMs: 40 })
  fold.add({ ...repair, delayMs: 80 })
  fold.add({ ...repair, repairedPackets: 0, repairedBytes: 0, latePackets: 1 })
  expect(fold.measures()).toEqual({
    repairedPackets: 2,
    lateRepairs: 1,
    sentBytes: 300,
    meanDelayMs: 60,
    longestDelayMs: 80,
  })
})

test('RepairFold tells no delay while nothing came back', () => {
  const fold = new RepairFold()
  fold.add({ ...repair, repairedPackets: 0, repairedBytes: 0 })
  expect(fold.measures()).toEqual({ repairedPackets: 0, lateRepairs: 0, sentBytes: 100 })
})
