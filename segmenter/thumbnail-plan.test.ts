import { expect, test } from 'vitest'
import { planThumbnails } from './thumbnail-plan.ts'

const keyframesOf = (count: number) =>
  Array.from({ length: count }, (_, index) => ({
    uri: 'x.ts',
    offsetBytes: 188,
    sizeBytes: 188,
    startSeconds: 2 * index,
  }))
const wide = { widthPixels: 426, heightPixels: 240 }

test('planThumbnails takes each keyframe of a short video, ten in a row', () => {
  const plan = planThumbnails({ keyframes: keyframesOf(12), durationSeconds: 23, ...wide })
  expect(plan).toMatchObject({ columns: 10, rows: 2, widthPixels: 160, heightPixels: 90 })
  expect(plan.thumbnails.map(({ startSeconds, x, y }) => [startSeconds, x, y]).slice(9)).toEqual([
    [18, 1440, 0],
    [20, 0, 90],
    [22, 160, 90],
  ])
  expect(plan.thumbnails.at(-1)?.endSeconds).toBe(23)
})

test('planThumbnails takes every n-th keyframe of a long one: no sheet has more than a hundred', () => {
  for (const [count, taken] of [
    [100, 100],
    [101, 51],
    [3600, 100],
    [14_400, 100],
  ] as const) {
    const plan = planThumbnails({ keyframes: keyframesOf(count), durationSeconds: 2 * count, ...wide })
    expect(plan.thumbnails).toHaveLength(taken)
    expect(plan.thumbnails.map(({ endSeconds }) => endSeconds).slice(0, -1)).toEqual(
      plan.thumbnails.map(({ startSeconds }) => startSeconds).slice(1),
    )
  }
})

test('planThumbnails keeps the shape of upright, single and thin pictures', () => {
  const one = { keyframes: keyframesOf(1), durationSeconds: 1 }
  expect(planThumbnails({ ...one, widthPixels: 240, heightPixels: 426 })).toMatchObject({
    columns: 1,
    rows: 1,
    widthPixels: 90,
    heightPixels: 160,
  })
  expect(planThumbnails({ ...one, widthPixels: 1000, heightPixels: 2 })).toMatchObject({
    widthPixels: 160,
    heightPixels: 2,
  })
})
