import { expect, test } from 'vitest'
import { advantageOf, CONTEST_MEASURES, contestOf, isClaim, type ContestMeasure } from './contest.ts'
import { groupRuns, type LabGroup } from './lab-statistics.ts'
import { labRuns } from './test-support/lab-runs.ts'

const [startup] = CONTEST_MEASURES
const intact: ContestMeasure = { key: 'intactFrameRatio', better: 'higher', matters: { by: 0.01 } }
const bitrate: ContestMeasure = { key: 'shownBitsPerSecond', better: 'higher', matters: { share: 0.05 } }

/** Six seeds; UDP's values are HLS's and these differences. */
function apart(
  key: 'startupMs' | 'intactFrameRatio' | 'shownBitsPerSecond',
  of: number,
  more: readonly number[],
): LabGroup {
  const played = { startupMs: 1 }
  const [group] = groupRuns(
    labRuns(more.map((by) => ({ hls: { ...played, [key]: of }, udp: { ...played, [key]: of + by } }))),
  )
  if (group === undefined) throw new Error('a group')
  return group
}

test('contestOf gives it to the lower startup and to the higher ratio', () => {
  const later = contestOf(apart('startupMs', 500, [300, 310, 290, 305, 295, 300]), startup, 'hls', 'udp')
  expect([later.winner, later.matters, later.isNegligible, isClaim(later)]).toEqual(['first', true, false, true])
  const more = contestOf(apart('intactFrameRatio', 0.5, [0.2, 0.3, 0.25, 0.2, 0.3, 0.25]), intact, 'hls', 'udp')
  expect([more.winner, more.matters, isClaim(more)]).toEqual(['second', true, true])
})

test('contestOf calls a sure difference that nobody notices negligible', () => {
  const contest = contestOf(apart('startupMs', 500, [30, 31, 29, 30, 31, 29]), startup, 'hls', 'udp')
  expect([contest.certainty, contest.matters, contest.isNegligible]).toEqual(['sure', false, true])
})

test('contestOf never calls negligible what is merely not known', () => {
  const wide = contestOf(apart('startupMs', 500, [900, -900, 800, -800, 10, -10]), startup, 'hls', 'udp')
  expect([wide.certainty, wide.isNegligible, isClaim(wide)]).toEqual(['not-told-apart', false, false])
  const few = contestOf(apart('startupMs', 500, [1, 1]), startup, 'hls', 'udp')
  expect([few.certainty, few.isNegligible, isClaim(few)]).toEqual(['too-few-seeds', false, false])
})

test('contestOf takes a share of the larger mean where the measure has no absolute size', () => {
  const bits = (more: number) =>
    contestOf(apart('shownBitsPerSecond', 1_000_000, Array(6).fill(more)), bitrate, 'hls', 'udp')
  expect([bits(52_000).matters, bits(53_000).matters]).toEqual([false, true]) // 5 % of 1.052 and 1.053 Mbit/s
})

test('contestOf gives it to the one that plays where the other never does, whatever the measure', () => {
  const [group] = groupRuns(labRuns(Array(5).fill({ hls: { startupMs: 900 } })))
  if (group === undefined) throw new Error('a group')
  const { winner, certainty, mean } = contestOf(group, intact, 'udp', 'hls')
  expect([winner, certainty, mean]).toEqual(['second', 'unequal-play', undefined])
})

test('advantageOf is above 0 for the winner', () => {
  const group = apart('startupMs', 500, [-300, -310, -290, -305, -295, -300])
  const { by, interval } = advantageOf(contestOf(group, startup, 'udp', 'hls'))
  expect(by).toBe(300)
  expect(interval?.low).toBeCloseTo(292.58, 2) // variance 50, standard error 2.887, t of 5 degrees of freedom 2.571
})
