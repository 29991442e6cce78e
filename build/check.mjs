import { inRoot } from './places.mjs'
import { plantedFaults } from './planted-violations.mjs'
import { exitCodeOf } from './run.mjs'

const TYPE_PROJECTS = ['tsconfig.pure.json', 'tsconfig.browser.json', 'tsconfig.json']

/** Each step tells what it found by itself, and whether all is well.
 *  @type {[string, () => boolean | Promise<boolean>][]} */
const steps = [
  ['planted violations are refused', plantedAreRefused],
  ...TYPE_PROJECTS.map((project) => step(`types of ${project}`, 'typescript/bin/tsc', ['-p', project])),
  step('lint', 'oxlint/bin/oxlint', ['--type-aware', '--deny-warnings', '.']),
  step('format', 'oxfmt/bin/oxfmt', ['--check', '.']),
]

/** @param {string} name @param {string} program @param {string[]} args @returns {[string, () => Promise<boolean>]} */
function step(name, program, args) {
  return [name, async () => (await exitCodeOf(process.execPath, [inRoot('node_modules', program), ...args])) === 0]
}

/** First of all: a rule that has stopped to bite makes every later "no problems" worthless. */
function plantedAreRefused() {
  const faults = plantedFaults()
  faults.forEach((fault) => console.error(fault))
  return faults.length === 0
}

const failed = []
for (const [name, isWell] of steps) {
  const startMs = performance.now()
  const well = await isWell()
  console.log(`check: ${well ? 'ok    ' : 'FAILED'} ${name} (${((performance.now() - startMs) / 1000).toFixed(1)} s)`)
  if (!well) failed.push(name)
}
process.exitCode = failed.length === 0 ? 0 : 1
