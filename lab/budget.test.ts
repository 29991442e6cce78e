import { expect, test } from 'vitest'
import { judgeBudgets, readBudgets } from './budget.ts'

const measures = ['lostPackets', 'stallRatio']

const lost = { kind: 'measure', measure: 'lostPackets' }
const stalled = { kind: 'measure', measure: 'stallRatio' }
const good = [
  ['lostPackets<1', lost, '<', 1],
  ['lostPackets <= 0', lost, '<=', 0],
  [' stallRatio>.5 ', stalled, '>', 0.5],
  ['stallRatio>=1e-3', stalled, '>=', 0.001],
  ['lostPackets=-2', lost, '=', -2],
] as const
for (const [text, left, comparison, value] of good) {
  test(`readBudgets reads "${text}"`, () => {
    const budget = { text: text.trim(), left, comparison, right: { kind: 'number', value } }
    expect(readBudgets([text], measures)).toEqual({ ok: true, budgets: [budget] })
  })
}

const comparison = 'a comparison (< <= > >= =)'
const bad = [
  ['', 'the budget "" must have a number or a measure at its end'],
  ['lostPackets', `the budget "lostPackets" must have ${comparison} at its end`],
  ['lostPackets<', 'the budget "lostPackets<" must have a number or a measure at its end'],
  ['<1', 'the budget "<1" must have a number or a measure at "<1"'],
  ['lost<1', `a budget's measure must be one of lostPackets, stallRatio, got "lost"`],
  ['lostPackets<1%', 'the budget "lostPackets<1%" must have nothing more at "%"'],
  ['lostPackets<<1', 'the budget "lostPackets<<1" must have a number or a measure at "<1"'],
  ['lostPackets<Infinity', `a budget's measure must be one of stallRatio, lostPackets, got "Infinity"`],
  [
    'udp.lostPackets<1',
    'the budget "udp.lostPackets<1" must name no side, network, cell or statistic: there is one viewer',
  ],
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
