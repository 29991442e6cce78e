import { expect, test } from 'vitest'
import { workerCount } from './what-if-workers.ts'

test('workerCount takes both of two cores, and leaves the page one of more, up to four', () => {
  expect([1, 2, 3, 4, 8, 64].map(workerCount)).toEqual([1, 2, 2, 3, 4, 4])
})
