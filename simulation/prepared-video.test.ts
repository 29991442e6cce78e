import { expect, test } from 'vitest'
import { modelVideo } from './model-video.ts'
import { preparedVideo } from './prepared-video.ts'

const variants = [
  { name: 'low', bitsPerSecond: 400_000, heightPixels: 240, framesPerSecond: 30 },
  { name: 'high', bitsPerSecond: 1_200_000, heightPixels: 480, framesPerSecond: 30 },
]
const video = modelVideo({ kind: 'model', seconds: 8, variants })

test('preparedVideo plans once for all who have the same video', () => {
  const [first, second] = [preparedVideo(video), preparedVideo(video)]
  const best = first.variant(undefined)
  expect(best.variant).toBe('high')
  expect(second.planOf(best)).toBe(first.planOf(best))
  expect(second.packageOf(2)).toBe(first.packageOf(2))
  expect(second.packageOf(2)).not.toBe(first.packageOf(undefined))
  expect(second.liveChannel(best, 200)).toBe(first.liveChannel(best, 200))
  expect(preparedVideo({ ...video })).not.toBe(first)
})

test('PreparedVideo keeps sixteen packages, whatever is tried', () => {
  const prepared = preparedVideo({ ...video })
  const first = prepared.packageOf(2)
  for (let length = 1; length <= 15; length += 1) prepared.packageOf(2 + length / 10)
  expect(prepared.packageOf(2)).toBe(first)
  prepared.packageOf(8)
  expect(prepared.packageOf(2)).not.toBe(first)
})

test('PreparedVideo refuses a variant that is not there', () => {
  expect(() => preparedVideo(video).variant('1080p')).toThrow(new RangeError('there is no variant 1080p'))
})
