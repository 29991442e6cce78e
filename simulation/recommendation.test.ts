import { expect, test } from 'vitest'
import type { SideMeasures } from '../stream/side-measures.ts'
import { groupRuns, type LabGroup } from './lab-statistics.ts'
import { recommend } from './recommendation.ts'
import { labRuns } from './test-support/lab-runs.ts'

const good = { startupMs: 1000, intactFrameRatio: 1, shownBitsPerSecond: 2_000_000, efficiencyRatio: 0.9 }

function six(hls: SideMeasures, udp: (index: number) => SideMeasures, seeds = 6): LabGroup {
  const [group] = groupRuns(labRuns(Array.from({ length: seeds }, (_, index) => ({ hls, udp: udp(index) }))))
  if (group === undefined) throw new Error('a group')
  return group
}

const sides = ['hls', 'udp']

test('recommend goes by intact frames first, however early the other one starts', () => {
  const { choices, reasons, isSure } = recommend(
    six(good, () => ({ ...good, intactFrameRatio: 0.9, startupMs: 100 })),
    sides,
  )
  expect([choices, isSure, reasons.map(({ measure }) => measure)]).toEqual([['hls'], true, ['intactFrameRatio']])
})

test('recommend goes by the startup where the pictures are alike', () => {
  const { choices, reasons, isSure } = recommend(
    six(good, () => ({ ...good, startupMs: 400 })),
    sides,
  )
  expect([choices, isSure, reasons.map(({ measure }) => measure)]).toEqual([['udp'], true, ['startupMs']])
})

test('recommend leaves both where nothing matters', () => {
  const { choices, isSure } = recommend(
    six(good, () => ({ ...good, startupMs: 900, intactFrameRatio: 0.995 })),
    sides,
  )
  expect([choices, isSure]).toEqual([sides, true])
})

test('recommend is not sure where a difference that would decide may be chance', () => {
  const group = six(good, (index) => ({ ...good, startupMs: 400, intactFrameRatio: index === 0 ? 0.5 : 1 }))
  const { choices, doubts, isSure } = recommend(group, sides)
  expect([choices, isSure, doubts.map(({ measure }) => measure)]).toEqual([['udp'], false, ['intactFrameRatio']])
})

test('recommend is never sure of four seeds', () => {
  const { choices, isSure } = recommend(
    six(good, () => ({ ...good, intactFrameRatio: 0.5 }), 4),
    sides,
  )
  expect([choices, isSure]).toEqual([['hls'], false])
})

test('recommend drops who never began to play, and names nobody where nobody did', () => {
  const { choices, reasons, isSure } = recommend(
    six(good, () => ({})),
    sides,
  )
  expect([choices, isSure, reasons.map(({ certainty }) => certainty)]).toEqual([['hls'], true, ['unequal-play']])
  expect(
    recommend(
      six({}, () => ({})),
      sides,
    ).choices,
  ).toEqual([])
})
