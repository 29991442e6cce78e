import { expect, test } from 'vitest'
import { UnplayableSide } from '../simulation/experiment.ts'
import type { LabRun } from '../simulation/lab-results.ts'
import { modelVideo } from '../simulation/model-video.ts'
import { playRun } from '../simulation/play-run.ts'
import type { Scenario } from '../simulation/scenario.ts'
import { sweep, SweepFailure, type SweepOptions } from './sweep-pool.ts'
import { tinyScenario } from './test-support/tiny-scenario.ts'

const { source } = tinyScenario
if (source.kind !== 'model') throw new Error('a modelled source')
const video = modelVideo(source)
const endless: Scenario = { ...tinyScenario, seeds: Array.from({ length: 100_000 }, (_, seed) => seed) }

async function swept(scenario: Scenario, options: SweepOptions): Promise<LabRun[]> {
  const runs: LabRun[] = []
  for await (const run of sweep(scenario, video, options)) runs.push(run)
  return runs.sort((a, b) => a.index - b.index)
}

test('sweep plays the runs of the plan, but those that it shall skip', async () => {
  const runs = await swept(tinyScenario, { jobs: 2, skip: (index) => index === 1 || index > 6 })
  expect(runs).toEqual([0, 2, 3, 4, 5, 6].map((index) => playRun(tinyScenario, video, index)))
})

test('sweep starts nothing where all is skipped', async () => {
  const startMs = performance.now()
  expect(await swept(endless, { skip: () => true })).toEqual([])
  expect(performance.now() - startMs).toBeLessThan(500)
})

test('sweep is at most two runs a worker ahead of whoever takes them, and ends with its signal', async () => {
  const stop = new AbortController()
  const asked: number[] = []
  const skip = (index: number): boolean => asked.push(index) < 0
  const runs = sweep(endless, video, { jobs: 1, skip, signal: stop.signal })
  for (let taken = 0; taken < 3; taken += 1) await runs.next()
  expect(asked).toEqual([0, 1, 2, 3])
  const startMs = performance.now()
  stop.abort(new Error('enough'))
  await expect(runs.next()).rejects.toThrow('enough')
  expect(performance.now() - startMs).toBeLessThan(1000)
  await expect(swept(endless, { signal: stop.signal })).rejects.toThrow('enough')
})

test('sweep names the side that cannot be played', async () => {
  const sides = [{ name: 'mine', spec: { kind: 'udp', repair: 'off', variant: '8k' } }] as const
  const runs = swept({ ...tinyScenario, sides }, { jobs: 1 })
  await expect(runs).rejects.toThrow(UnplayableSide)
  await expect(runs).rejects.toThrow('side mine: there is no variant 8k')
})

test('sweep names the run that failed, and why', async () => {
  const broken = { ...video, outlines: [{ ...video.outlines[0], segments: undefined }] } as unknown as typeof video
  const runs = sweep(tinyScenario, broken, { jobs: 1, skip: (index) => index < 9 }).next()
  await expect(runs).rejects.toThrow(SweepFailure)
  await expect(runs).rejects.toThrow(
    /^run 9 \(line, rateBitsPerSecond 2000000, lossRatio 0.01, seed 8\): TypeError: .*\n +at .*bundled-worker\.mjs:\d+/,
  )
})

test('sweep names the run of a worker that dies, and why', async () => {
  const runs = swept(tinyScenario, { jobs: 1, skip: (index) => index < 4, maxHeapMegabytes: 8 })
  await expect(runs).rejects.toThrow(/^run 4 \(line, .*seed 7\): Error: .*reaching memory limit/)
})
