import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { root } from '../../build/places.mjs'
import { kernelFigures } from './kernel-figures.ts'

const fileOf = (name: string) => readFileSync(join(root, 'docs/measured', name), 'utf8')

/** The largest size among per cent, as a ratio to a thousandth. */
function largest(percents: readonly (string | undefined)[]): number {
  return Math.round(Math.max(...percents.map((percent) => Math.abs(Number(percent)))) * 10) / 1000
}

test('the kernel figures of the report are those of docs/measured/tcp-kernel.md', () => {
  const text = fileOf('tcp-kernel.md')
  const errors = [...text.matchAll(/([+-][\d.]+) % ± [\d.]+/g)].map(([, percent]) => percent)
  const [, mean] = /Mean \|error\|: ([\d.]+) %/.exec(text) ?? []
  const [, day, commit] = /(\d{4}-\d\d-\d\d), commit (\w+)/.exec(text) ?? []
  const { count, meanErrorRatio, largestErrorRatio, source } = kernelFigures.lines
  expect([errors.length, largest([mean]), largest(errors)]).toEqual([count, meanErrorRatio, largestErrorRatio])
  expect(source).toContain(`${day}, commit ${commit}`)
})

test('the kernel figures of the report are those of docs/measured/tcp-grid.md', () => {
  const [grid = '', fetches = ''] = fileOf('tcp-grid.md').split('fetches over one kept connection')
  const errorsIn = (text: string) =>
    [...text.matchAll(/\| (-?[\d.]+) \| [\d.]+ to [\d.]+ \|/g)].map(([, percent]) => percent)
  const [, mean] = /^([\d.]+) % against the mean of all runs/m.exec(grid) ?? []
  const [, day, commit] = /(\d{4}-\d\d-\d\d), commit (\w+)/.exec(fetches) ?? []
  expect([errorsIn(grid).length, largest([mean]), largest(errorsIn(grid))]).toEqual([
    kernelFigures.grid.count,
    kernelFigures.grid.meanErrorRatio,
    kernelFigures.grid.largestErrorRatio,
  ])
  expect([errorsIn(fetches).length, largest(errorsIn(fetches))]).toEqual([
    kernelFigures.fetches.count,
    kernelFigures.fetches.largestErrorRatio,
  ])
  for (const { source } of [kernelFigures.grid, kernelFigures.fetches])
    expect(source).toContain(`${day}, commit ${commit}`)
})
