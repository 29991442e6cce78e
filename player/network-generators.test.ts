import { expect, test } from 'vitest'
import { generatedSteps } from '../link/generators.ts'
import { readLinkProfile } from '../link/profile.ts'
import { generatorForms, shownField, withField } from './network-generators.ts'

for (const [kind, { start, fields }] of Object.entries(generatorForms)) {
  test(`${kind} begins as a generator that a link takes`, () => {
    expect(readLinkProfile({ downlink: { generator: start } }).ok).toBe(true)
  })
  test(`${kind}: what a field shows reads back as the same generator`, () => {
    for (const field of fields) expect(withField(start, field, shownField(start, field))).toEqual(start)
  })
}

const [rates, stepSeconds] = generatorForms.steps.fields
const { start } = generatorForms.steps

test('a list of rates is read in Mbit/s, with commas or spaces between', () => {
  expect(withField(start, rates!, '5, 0.07  0')).toEqual({ ...start, ratesBitsPerSecond: [5_000_000, 70_000, 0] })
  expect(shownField(start, rates!)).toBe('6, 3, 1, 3')
})

test('what is no number, or out of bounds, changes nothing', () => {
  expect(withField(start, rates!, '5, fast')).toBeUndefined()
  expect(withField(start, rates!, '')).toBeUndefined()
  expect(withField(start, stepSeconds!, '')).toBeUndefined()
  expect(withField(start, stepSeconds!, '4000')).toBeUndefined()
  expect(withField(start, stepSeconds!, '2,5')).toEqual({ ...start, stepSeconds: 2.5 })
})

test('LTE-like begins as the link has it where nothing is told', () => {
  const { markov } = generatorForms
  expect(generatedSteps(markov.start, 7)).toEqual(generatedSteps({ kind: 'markov' }, 7))
  expect(shownField({ kind: 'markov' }, markov.fields[1]!)).toBe('2')
})
