import { expect, test } from 'vitest'
import type { JudgedLabBudget } from '../simulation/lab-budget.ts'
import { claimRows } from './guided-claims.ts'

const judged = (text: string, of: Partial<JudgedLabBudget>): JudgedLabBudget => ({
  text,
  isKept: true,
  runs: 5,
  brokenRuns: 0,
  ...of,
})

const page = (claims: Readonly<Record<string, string>>) => ({ claims, names: { udp: 'UDP, no repair' } })

test('claimRows tells before a run what is expected, in the unit of the measure', () => {
  expect(claimRows(page({ 'hls.stallRatio mean > 0.3 on far': 'It stalls.' }), [], 0)).toEqual([
    {
      budget: 'hls.stallRatio mean > 0.3 on far',
      says: 'It stalls.',
      measure: 'stallRatio',
      expected: 'expected more than 30.00 %',
    },
  ])
})

for (const { budget, seeds, one, row } of [
  {
    budget: 'hls.stallRatio mean > 0.3 on far',
    seeds: 5,
    one: { value: 0.7247, limit: 0.3 },
    row: { expected: 'expected more than 30.00 %', tried: { isKept: true, came: '72.47 %', of: 'mean of 5 seeds' } },
  },
  {
    budget: 'udp.startupMs < 400',
    seeds: 5,
    one: { value: 512.4, limit: 400, isKept: false },
    row: { expected: 'expected less than 400 ms', tried: { isKept: false, came: '512 ms', of: 'worst of 5 seeds' } },
  },
  {
    budget: 'hls.startupMs > udp.startupMs + 2000',
    seeds: 1,
    one: { value: 6093, limit: 5236 },
    row: {
      expected: 'expected more than 5236 ms, held against UDP, no repair',
      tried: { isKept: true, came: '6093 ms', of: 'one run' },
    },
  },
  {
    budget: 'udp.startupMs < 400',
    seeds: 1,
    one: { isKept: false },
    row: { expected: 'expected less than 400 ms', tried: { isKept: false, came: 'nothing measured', of: 'one run' } },
  },
]) {
  test(`claimRows of "${budget}" tells ${row.tried.came}, ${row.tried.of}`, () => {
    expect(claimRows(page({ [budget]: 'So.' }), [judged(budget, one)], seeds)).toMatchObject([row])
  })
}

test('claimRows tells against whom a limit is held that is not measured yet', () => {
  const rows = claimRows(page({ 'hls.startupMs > udp.startupMs': 'So.' }), [], 0)
  expect(rows).toMatchObject([{ expected: 'held against UDP, no repair' }])
})

test('claimRows refuses what is no budget', () => {
  expect(() => claimRows(page({ 'joy > 1': 'So.' }), [], 0)).toThrow('expected a measure')
  expect(() => claimRows(page({ 'joy >': 'So.' }), [], 0)).toThrow('must have')
})
