import { expect, test } from 'vitest'
import { cpuSecondsPerMegapixel, encoderEffort } from './encoder-preset.ts'
import { ladderFor } from './ladder.ts'

const frameRate = { numerator: 30, denominator: 1 }
const rungs = ladderFor({ widthPixels: 1280, heightPixels: 720, frameRate })
const megapixelsPerSecond = rungs.reduce((sum, rung) => sum + (rung.widthPixels * rung.heightPixels * 30) / 1e6, 0)

test('encoderEffort is the usual one without a budget', () =>
  expect(encoderEffort(rungs, frameRate, undefined)).toEqual({ preset: 'veryfast' }))

test('encoderEffort takes the slowest preset that the budget pays', () => {
  const medium = cpuSecondsPerMegapixel.medium * megapixelsPerSecond
  expect(encoderEffort(rungs, frameRate, medium)).toEqual({ preset: 'medium', threads: Math.ceil(medium) })
  expect(encoderEffort(rungs, frameRate, 0.999 * medium).preset).toBe('fast')
  expect(encoderEffort(rungs, frameRate, 100)).toEqual({ preset: 'slow', threads: 100 })
})

test('encoderEffort is the least there is where the budget pays for nothing', () =>
  expect(encoderEffort(rungs, frameRate, 0.1)).toEqual({ preset: 'ultrafast', threads: 1 }))

test('encoderEffort spends on the others what a copied variant saves', () => {
  const budgetCores = cpuSecondsPerMegapixel.veryfast * megapixelsPerSecond
  expect(encoderEffort(rungs, frameRate, budgetCores).preset).toBe('veryfast')
  expect(encoderEffort(rungs.slice(1), frameRate, budgetCores).preset).not.toBe('veryfast')
})
