import { expect, test } from 'vitest'
import { labScenarios } from './lab-scenarios.ts'

test('labScenarios lists files by their names, with what each asks', () => {
  const texts = {
    '../lab/scenarios/b.yaml': 'name: second\nmode: live\n',
    '../lab/scenarios/a.yaml': 'name: first\ndescription: |\n  Which is better?\n',
  }
  expect(labScenarios(texts)).toEqual([
    { path: 'lab/scenarios/a.yaml', name: 'first', description: 'Which is better?', mode: 'virtual' },
    { path: 'lab/scenarios/b.yaml', name: 'second', description: '', mode: 'live' },
  ])
})

test('labScenarios leaves out what is no scenario', () => {
  expect(labScenarios({ 'a.yaml': '- 1\n', 'b.yaml': 'mode: live\n', 'c.yaml': '' })).toEqual([])
})
