import { appendFileSync, readFileSync, truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { RunsFile } from './runs-file.ts'
import { temporaryFolder } from './test-support/temporary-folder.ts'
import { madeRun, tinyScenario } from './test-support/tiny-scenario.ts'

const identity = { weir: '0.6.0', scenario: tinyScenario }
const ORDER = [3, 0, 11, 1, 2, 7] // in which they ended
const runOf = (index: number) => madeRun(tinyScenario, index)

/** A file with the runs of ORDER. */
async function filled(path: string): Promise<void> {
  const file = await RunsFile.open(path, identity)
  for (const index of ORDER) await file.append(runOf(index))
  await file.close()
}

async function all(file: RunsFile) {
  const runs = []
  for await (const run of file.inOrder()) runs.push(run)
  await file.close()
  return runs
}

test('RunsFile gives its runs in the order of the plan', async (context) => {
  const path = join(temporaryFolder(context), 'runs.jsonl')
  await filled(path)
  const file = await RunsFile.open(path, identity)
  expect(file.count).toBe(6)
  expect([0, 4, 11].map((index) => file.has(index))).toEqual([true, false, true])
  expect(await all(file)).toEqual(ORDER.toSorted((a, b) => a - b).map(runOf))
})

test('RunsFile reads back what was appended since it was read', async (context) => {
  const path = join(temporaryFolder(context), 'runs.jsonl')
  await filled(path)
  const file = await RunsFile.open(path, identity)
  for await (const run of file.inOrder()) if (run.index === 7) await file.append(runOf(9))
  expect((await all(file)).map(({ index }) => index)).toEqual([0, 1, 2, 3, 7, 9, 11])
})

test('RunsFile drops a last line that was cut off, and goes on behind the one before', async (context) => {
  const path = join(temporaryFolder(context), 'runs.jsonl')
  await filled(path)
  const whole = readFileSync(path)
  truncateSync(path, whole.length - 5)
  appendFileSync(path, 'x'.repeat(5000)) // longer than what is written in its place
  const file = await RunsFile.open(path, identity)
  expect([file.count, file.has(7)]).toEqual([5, false])
  await file.append(runOf(7))
  await file.close()
  expect(readFileSync(path)).toEqual(whole)
})

test('RunsFile begins anew where not even its head was written', async (context) => {
  const path = join(temporaryFolder(context), 'runs.jsonl')
  writeFileSync(path, '{"format":"weir-lab-r')
  const file = await RunsFile.open(path, identity)
  await file.append(runOf(5))
  expect(await all(file)).toEqual([runOf(5)])
  expect(readFileSync(path, 'utf8').split('\n')).toHaveLength(3)
})

test('RunsFile refuses what are not its runs', async (context) => {
  const path = join(temporaryFolder(context), 'runs.jsonl')
  await filled(path)
  const others = [
    { ...identity, weir: '0.7.0' },
    { ...identity, scenario: { ...tinyScenario, durationSeconds: 5 } },
    { ...identity, videoSha256: 'ab' },
  ]
  for (const other of others) {
    await expect(RunsFile.open(path, other)).rejects.toThrow(
      `${path} has runs of another scenario, video or version of Weir (tiny, and "quoted"): choose another folder`,
    )
  }
  for (const line of [JSON.stringify(runOf(3)), '{"index":12}', 'nonsense', '{"index":"4"}', 'null']) {
    const other = `${path}.${line.length}`
    await filled(other)
    appendFileSync(other, `${line}\n`)
    await expect(RunsFile.open(other, identity)).rejects.toThrow(`${other}: line 8 is no run of this scenario`)
  }
  writeFileSync(path, 'dear diary\n')
  await expect(RunsFile.open(path, identity)).rejects.toThrow(`${path} must be a list of runs, got dear diary`)
})
