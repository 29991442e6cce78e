import { expect, test } from 'vitest'
import { EventQueue } from '../link/event-queue.ts'
import { PlaybackClock } from '../stream/playback-clock.ts'
import type { FrameState } from '../stream/reference-chain.ts'
import { Screen } from './screen.ts'

const frame = (ptsMs: number) =>
  ({ kind: 'reference', ptsTicks: ptsMs * 90, dtsTicks: ptsMs * 90, nalSizesBytes: [1] }) as const

/** Frames as [presentation time, moment of coming, state]; gives what the screen told, with presentation time 0 due at 200. */
function run(frames: readonly (readonly [ptsMs: number, comesMs: number, state: FrameState])[]) {
  const alarms = new EventQueue()
  const clock = new PlaybackClock(200)
  clock.start(0, 0)
  const told: string[] = []
  const screen = new Screen(alarms, clock, (event) => told.push(`${event.atMs} ${event.kind}`))
  for (const [ptsMs, comesMs, state] of frames) {
    while (alarms.nextEventMs() < comesMs) alarms.ringNext()
    screen.add({ frame: frame(ptsMs), state }, comesMs)
  }
  while (alarms.nextEventMs() < Infinity) alarms.ringNext()
  return { told, skipped: screen.skippedFrames }
}

test('Screen shows frames in order of presentation when they are due', () => {
  const { told } = run([
    [0, 0, 'intact'],
    [80, 10, 'intact'],
    [40, 20, 'damaged'],
  ])
  expect(told).toEqual(['200 frame-shown', '240 frame-shown', '280 frame-shown'])
})

test('Screen shows a late frame when it comes', () => {
  expect(run([[0, 250, 'intact']]).told).toEqual(['250 frame-shown'])
})

test('Screen shows the newest of late frames that come together, and none older than what was shown', () => {
  const late = run([
    [0, 300, 'intact'],
    [40, 300, 'intact'],
    [80, 310, 'intact'],
    [60, 330, 'intact'],
  ])
  expect(late).toEqual({ told: ['300 frame-shown', '310 frame-shown'], skipped: 2 })
})

test('Screen tells of frozen frames at their time', () => {
  const { told } = run([
    [0, 0, 'intact'],
    [40, 0, 'frozen'],
    [80, 0, 'intact'],
  ])
  expect(told).toEqual(['200 frame-shown', '240 frame-frozen', '280 frame-shown'])
})
