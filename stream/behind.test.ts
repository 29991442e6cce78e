import { expect, test } from 'vitest'
import { Behind } from './behind.ts'
import type { ViewerEvent } from './record.ts'

const FRAME_MS = 40

function fold(events: readonly ViewerEvent[]): readonly (number | undefined)[] {
  const behind = new Behind(FRAME_MS)
  return events.map((event) => behind.add(event)).filter((ms) => ms !== undefined)
}

const asked = (atMs: number, fromSeconds?: number): ViewerEvent => ({
  kind: 'play-asked',
  atMs,
  ...(fromSeconds === undefined ? {} : { fromSeconds }),
})
const shown = (atMs: number): ViewerEvent => ({ kind: 'frame-shown', atMs, state: 'intact' })
const playhead = (atMs: number, positionSeconds: number): ViewerEvent => ({ kind: 'playhead', atMs, positionSeconds })

test('Behind counts the startup and every stall', () => {
  expect(fold([asked(1000, 4), shown(1300), playhead(1300, 4), playhead(2300, 5), playhead(3800, 5.5)])).toEqual([
    300, 300, 1300,
  ])
})

test('Behind leaves out pauses, and begins anew with a seek, also one while paused', () => {
  const events: ViewerEvent[] = [
    asked(0, 0),
    shown(200),
    playhead(200, 0),
    { kind: 'paused', atMs: 300 },
    { kind: 'resumed', atMs: 900 },
    playhead(1000, 0.2),
    { kind: 'paused', atMs: 1100 },
    asked(2000, 60),
    shown(2100),
    playhead(2100, 60),
    { kind: 'resumed', atMs: 5000 },
    playhead(5050, 60.01),
  ]
  expect(fold(events).map((ms) => Math.round(ms ?? NaN))).toEqual([200, 200, 40])
})

test('Behind believes the code in the picture more than the playhead', () => {
  expect(
    fold([
      asked(0, 0),
      shown(100),
      playhead(100, 0),
      { kind: 'code-read', atMs: 400, frameNumber: 5 },
      playhead(500, 0.4),
    ]),
  ).toEqual([100, 200])
})

test('Behind takes the first position for the start where the wish names none, and ends with the video', () => {
  expect(fold([asked(0), shown(250), playhead(250, 7), { kind: 'ended', atMs: 300 }, playhead(900, 7.1)])).toEqual([
    250,
  ])
})
