import { expect, test } from 'vitest'
import { MeasuresFold } from '../stream/measures.ts'
import type { ViewerEvent } from '../stream/record.ts'
import { watchFigures } from './watch-figures.ts'

const shown = (atMs: number): ViewerEvent => ({ kind: 'frame-shown', atMs, state: 'intact' })

function figuresOf(events: readonly ViewerEvent[], nowMs: number) {
  const fold = new MeasuresFold(40)
  for (const event of events) fold.add(event)
  const reception = { measures: fold.at(nowMs), tracks: [], positionSeconds: 0, bufferMs: 0, skippedFrames: 0 }
  return watchFigures(reception, nowMs)
}

test('watchFigures counts as played what lies between the first frame and the end, not the quiet after it', () => {
  const figures = figuresOf(
    [{ kind: 'play-asked', atMs: 0 }, shown(500), shown(1500), { kind: 'ended', atMs: 2500 }],
    4000,
  )
  expect(figures).toMatchObject({ startupMs: 500, playedSeconds: 2 })
  expect(figures.freezeRatio).toBe((figures.freezeMs ?? 0) / 2000)
})

test('watchFigures has no startup and no time played before a first frame', () => {
  const figures = figuresOf([{ kind: 'play-asked', atMs: 0 }], 4000)
  expect(figures).toMatchObject({ startupMs: undefined, playedSeconds: undefined, freezeRatio: 0, lossRatio: 0 })
})
