import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { linkPresets } from '../link/presets.ts'
import { ladderVideo, startedAt, tracedLine, viewingOf, watchByRules } from './finding-bola.ts'
import { sharedFile } from './test-support/shared-files.ts'

describe('startedAt', () => {
  test('cuts the step in which it begins, and ends with what was before', () => {
    const steps = [
      [1000, 4],
      [500, 6],
    ] as const
    expect(startedAt(steps, 0)).toEqual(steps)
    expect(startedAt(steps, 0.4)).toEqual([steps[1], steps[0]])
    expect(startedAt(steps, 0.5)).toEqual([
      [500, 5],
      [1000, 4],
      [500, 1],
    ])
  })

  test('counts the opportunities of a mahimahi trace anew, the last of which still ends it', () => {
    expect(startedAt([1, 5, 5, 9, 10], 0)).toEqual([1, 5, 5, 9, 10])
    expect(startedAt([1, 5, 5, 9, 10], 0.5)).toEqual([4, 5, 6, 10, 10])
  })
})

const video = ladderVideo('hd', 200)

describe('BOLA against the throughput rule (Spiteri, Urgaonkar, Sitaraman 2016)', () => {
  test('on a 3G trace it shows a higher bitrate without more rebuffering, changes more often, and comes nearer its aim', (context) => {
    const file = sharedFile(context, 'traces/sabre-norway-hsdpa-2010-09-13_1003.json')
    const line = tracedLine('3G', readFileSync(file, 'utf8'), 'hd')
    const { bola, throughput } = watchByRules(viewingOf(line, 0, 6), video)
    expect(bola.playedBitsPerSecond / throughput.playedBitsPerSecond).toBeCloseTo(1.362, 3)
    expect([bola.rebufferRatio, throughput.rebufferRatio]).toEqual([0, 0])
    expect(bola.switchesPerMinute).toBeGreaterThan(2 * throughput.switchesPerMinute)
    expect(bola.objective).toBeGreaterThan(throughput.objective)
  })

  test('so it does where the rate wanders by chance', () => {
    const profile = linkPresets.find(({ name }) => name === 'lte-walking')?.profile
    if (profile === undefined) throw new Error('expected the preset lte-walking')
    const { bola, throughput } = watchByRules(viewingOf({ name: '', profile, ladder: 'hd' }, 0, 1), video)
    expect(bola.playedBitsPerSecond).toBeGreaterThan(1.2 * throughput.playedBitsPerSecond)
    expect(bola.rebufferRatio).toBeLessThan(0.01)
  })
})
