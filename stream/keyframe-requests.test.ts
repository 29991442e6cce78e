import { expect, test } from 'vitest'
import { KeyframeRequests } from './keyframe-requests.ts'

/** Looks every 100 ms; a keyframe comes 100 ms after each request. */
function requestTimes(seconds: number, lossesMs: readonly number[], answersMs: number): number[] {
  const keyframes = new KeyframeRequests({ intervalMs: 2000, pauseMs: 500 }, 0)
  const asked: number[] = []
  let comesMs = 100 // the first picture
  for (let nowMs = 0; nowMs <= seconds * 1000; nowMs += 100) {
    if (nowMs === comesMs) keyframes.noteKeyframe(nowMs)
    if (lossesMs.includes(nowMs)) keyframes.noteLoss(nowMs)
    if (!keyframes.takeDue(nowMs)) continue
    asked.push(nowMs)
    comesMs = nowMs + answersMs
  }
  expect(keyframes.requests).toBe(asked.length)
  return asked
}

test('KeyframeRequests asks when the last keyframe is too long ago', () => {
  expect(requestTimes(7, [], 100)).toEqual([2100, 4200, 6300])
})

test('KeyframeRequests asks at once where a picture was lost', () => {
  expect(requestTimes(4, [700], 100)).toEqual([700, 2800])
})

test('KeyframeRequests asks again, after a pause, for a keyframe that does not come', () => {
  expect(requestTimes(4, [], Infinity)).toEqual([2100, 2600, 3100, 3600])
})

test('KeyframeRequests does not ask more often for many losses', () => {
  expect(requestTimes(1.5, [300, 400, 500, 600, 700, 800], 100)).toEqual([300, 800])
})
