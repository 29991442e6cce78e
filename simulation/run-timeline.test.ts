import { expect, test } from 'vitest'
import { linkPresets } from '../link/presets.ts'
import { runExperiment, type NamedSide } from './experiment.ts'
import { modelVideo } from './model-video.ts'
import { timelineOf } from './run-timeline.ts'

const video = modelVideo({
  kind: 'model',
  seconds: 20,
  variants: [{ name: '720p', bitsPerSecond: 2_500_000, heightPixels: 720, framesPerSecond: 30 }],
})
const sides: readonly NamedSide[] = [
  { name: 'hls', spec: { kind: 'hls', abr: 'fixed' } },
  { name: 'udp', spec: { kind: 'udp', repair: 'off' } },
]
const profile = linkPresets.find(({ name }) => name === 'train')?.profile ?? { seed: 1, downlink: {} }
const run = { index: 0, network: 'train', profile: { ...profile, seed: 1 }, sides, axes: {}, seed: 1 }

test('timelineOf stands still and shows damage for as long as the measures of the same run say', () => {
  const timeline = timelineOf(run, video, 20)
  const outcomes = runExperiment({ video, sides, profile: run.profile, durationSeconds: 20 })
  outcomes.forEach(({ measures }, index) => {
    const { still = [], damagedFrames = [] } = timeline.sides[index] ?? {}
    const stillSeconds = still.reduce((sum, { fromSeconds, toSeconds }) => sum + toSeconds - fromSeconds, 0)
    expect(stillSeconds * 1000).toBeCloseTo(measures.freezeMs ?? NaN, 3)
    expect(damagedFrames.reduce((sum, frames) => sum + frames, 0)).toBe(measures.damagedFrames)
  })
  expect(timeline.sides.map(({ still }) => still.length > 0)).toEqual([true, true])
})

test('timelineOf has a value for each half second, and delivers no more than the line carries', () => {
  const { binSeconds, sides: told } = timelineOf(
    { ...run, profile: { seed: 1, downlink: { rateBitsPerSecond: 4_000_000 } } },
    video,
    20,
  )
  expect([binSeconds, ...told.map(({ deliveredBitsPerSecond }) => deliveredBitsPerSecond.length)]).toEqual([
    0.5, 40, 40,
  ])
  const [hls, udp] = told.map(({ deliveredBitsPerSecond }) => deliveredBitsPerSecond)
  expect(Math.max(...(hls ?? []))).toBeLessThanOrEqual(4_000_000 + (1500 * 8) / 0.5) // a packet may end in the next bin
  expect(Math.max(...(udp ?? []))).toBeLessThan(4_000_000)
  const buffer = told[0]?.bufferSeconds ?? []
  expect(Math.max(...buffer.map((seconds) => seconds ?? 0))).toBeGreaterThan(4)
  const [sixth, last] = [buffer.at(-6) ?? NaN, buffer.at(-1) ?? NaN] as const
  expect(sixth - last).toBeCloseTo(2.5, 1) // all has come: five bins of half a second are eaten
})

test('timelineOf takes wider bins for a long run', () => {
  const { binSeconds, sides: told } = timelineOf({ ...run, sides: sides.slice(0, 1) }, video, 480)
  expect([binSeconds, told[0]?.deliveredBitsPerSecond.length]).toEqual([2, 240])
})
