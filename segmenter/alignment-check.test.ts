import { expect, test } from 'vitest'
import { alignmentProblem } from './alignment-check.ts'

const best = { name: '720p', durationsSeconds: [4, 4, 2], audioHash: 'a' }

test('alignmentProblem finds none among equals', () => {
  expect(alignmentProblem([best, { ...best, name: '360p' }])).toBeUndefined()
})
test('alignmentProblem names the variant that is cut elsewhere', () => {
  expect(alignmentProblem([best, { ...best, name: '360p', durationsSeconds: [4, 6] }])).toBe(
    '360p is cut at other times than 720p',
  )
})
test('alignmentProblem names the variant with another sound', () => {
  expect(alignmentProblem([best, best, { ...best, name: '240p', audioHash: 'b' }])).toBe(
    '240p has other sound than 720p',
  )
})
