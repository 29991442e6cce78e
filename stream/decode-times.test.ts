import { expect, test } from 'vitest'
import { DecodeTimes } from './decode-times.ts'

function decodeTimes(reorderFrames: number, shown: readonly number[]): number[][] {
  const times = new DecodeTimes(reorderFrames, 3600)
  const all = [...shown.flatMap((frame) => times.push({ ptsTicks: frame * 3600 })), ...times.finish()]
  return all.map(({ ptsTicks, dtsTicks }) => [ptsTicks / 3600, dtsTicks / 3600])
}

test('DecodeTimes gives a picture its presentation time where none is reordered', () => {
  expect(decodeTimes(0, [0, 1, 2])).toEqual([
    [0, 0],
    [1, 1],
    [2, 2],
  ])
})

test('DecodeTimes spaces pictures evenly, two intervals ahead where B-frames lean on B-frames', () => {
  expect(decodeTimes(2, [0, 4, 2, 1, 3, 8, 6, 5, 7])).toEqual(
    [0, 4, 2, 1, 3, 8, 6, 5, 7].map((frame, index) => [frame, index - 2]),
  )
})

test('DecodeTimes gives a picture when as many more have come as can be shown before it', () => {
  const times = new DecodeTimes(1, 3600)
  expect(times.push({ ptsTicks: 0 })).toEqual([])
  expect(times.push({ ptsTicks: 7200 })).toEqual([{ ptsTicks: 0, dtsTicks: -3600 }])
})

test('DecodeTimes never decodes after presentation, whatever was lost', () => {
  for (const [pts = 0, dts = 0] of decodeTimes(1, [0, 9, 1, 2, 3, 20, 10])) expect(dts).toBeLessThanOrEqual(pts)
})
