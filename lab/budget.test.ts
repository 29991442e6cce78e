import { expect, test } from 'vitest'
import { judgeBudgets, readBudgets } from './budget.ts'

const measures = ['lostPackets', 'stallRatio']

const good = [
  ['lostPackets<1', { measure: 'lostPackets', comparison: '<', limit: 1 }],
  ['lostPackets <= 0', { measure: 'lostPackets', comparison: '<=', limit: 0 }],
  [' stallRatio>.5 ', { measure: 'stallRatio', comparison: '>', limit: 0.5 }],
  ['stallRatio>=1e-3', { measure: 'stallRatio', comparison: '>=', limit: 0.001 }],
  ['lostPackets=-2', { measure: 'lostPackets', comparison: '=', limit: -2 }],
] as const
for (const [text, budget] of good) {
  test(`readBudgets reads "${text}"`, () => {
    expect(readBudgets([text], measures)).toEqual({ ok: true, budgets: [{ ...budget, text: text.trim() }] })
  })
}

const shape = 'a budget must be a measure, a comparison (< <= > >= =) and a number'
const bad = [
  ['', `${shape}, got ""`],
  ['lostPackets', `${shape}, got "lostPackets"`],
  ['lostPackets<', `${shape}, got "lostPackets<"`],
  ['<1', `${shape}, got "<1"`],
  ['lost<1', `a budget's measure must be one of lostPackets, stallRatio, got "lost"`],
  ['lostPackets<1%', 'the limit of "lostPackets<1%" must be a number, got "1%"'],
  ['lostPackets<<1', 'the limit of "lostPackets<<1" must be a number, got "<1"'],
  ['lostPackets<Infinity', 'the limit of "lostPackets<Infinity" must be a number, got "Infinity"'],
] as const
for (const [text, problem] of bad) {
  test(`readBudgets refuses "${text}"`, () => {
    expect(readBudgets([text], measures)).toEqual({ ok: false, problems: [problem] })
  })
}

test('readBudgets names everything that is wrong', () => {
  const read = readBudgets(['lostPackets<1', 'lost<1', 'stallRatio<x'], measures)
  expect(read).toMatchObject({
    ok: false,
    problems: [expect.stringContaining('"lost"'), expect.stringContaining('"x"')],
  })
})

test('judgeBudgets compares each with its figure, at the limit and beside it', () => {
  const isKept = (text: string, value: number | undefined) => {
    const read = readBudgets([text], measures)
    return read.ok && judgeBudgets(read.budgets, { lostPackets: value })[0]?.isKept
  }
  const kept = (comparison: string) => [0, 1, 2].map((value) => isKept(`lostPackets${comparison}1`, value))
  expect([kept('<'), kept('<='), kept('>'), kept('>='), kept('=')]).toEqual([
    [true, false, false],
    [true, true, false],
    [false, false, true],
    [false, true, true],
    [false, true, false],
  ])
  expect(isKept('lostPackets<1', undefined)).toBe(false)
})
