import { expect, test } from 'vitest'
import { captureToShownMs, LatencySplitFold } from './latency-split.ts'

const latency = (captureToPublishMs: number, publishToReceivedMs: number, receivedToShownMs: number) => ({
  ...({ kind: 'picture-latency', atMs: 0 } as const),
  ...{ captureToPublishMs, publishToReceivedMs, receivedToShownMs },
})

test('LatencySplitFold knows nothing before the first picture', () => {
  expect(new LatencySplitFold().split).toBeUndefined()
})

test('captureToShownMs is the sum of the three stretches', () => {
  expect(captureToShownMs(latency(200, 30, 400))).toBe(630)
})

test('LatencySplitFold tells each stretch over all pictures, whose means add up to the whole', () => {
  const fold = new LatencySplitFold()
  for (let picture = 0; picture < 100; picture += 1) {
    fold.add(latency(picture, 0.04, picture < 94 ? 0.02 : 1000))
  }
  const split = fold.split!
  expect(split.pictures).toBe(100)
  expect(split.captureToPublish).toEqual({ p50Ms: expect.closeTo(49, -1) as number, p95Ms: 93.184, meanMs: 49.5 })
  expect(split.publishToReceived.p95Ms).toBeCloseTo(0.04, 6)
  expect(split.receivedToShown.p50Ms).toBeCloseTo(0.02, 6)
  expect(split.receivedToShown.p95Ms).toBeCloseTo(1000, -2)
  const { captureToPublish, publishToReceived, receivedToShown, captureToShown } = split
  expect(captureToPublish.meanMs + publishToReceived.meanMs + receivedToShown.meanMs).toBeCloseTo(captureToShown.meanMs)
  expect(split.newestMs).toBeCloseTo(1099.04, 6)
})
