import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { parseArgs } from 'node:util'
import { commitName } from '../build/git.ts'
import { machineLine } from '../build/machine.ts'
import { inRoot } from '../build/places.mjs'
import { boundHolds, measure, type Benchmark, type Report } from './benchmark.ts'
import { table } from './table.ts'

const SUFFIX = '.bench.ts'

function names(): string[] {
  return readdirSync(import.meta.dirname).flatMap((file) =>
    file.endsWith(SUFFIX) ? [file.slice(0, -SUFFIX.length)] : [],
  )
}

async function load(name: string): Promise<Benchmark | Report> {
  const file = join(import.meta.dirname, `${name}${SUFFIX}`)
  if (!existsSync(file)) throw new RangeError(`no benchmark is called "${name}"; there are ${names().join(', ')}`)
  const { default: benchmark } = (await import(pathToFileURL(file).href)) as { default: Benchmark | Report }
  return benchmark
}

/** Measures one, prints its table and keeps it in docs/measured/; gives whether its bound holds. */
async function run(name: string): Promise<boolean> {
  const benchmark = await load(name)
  const { text, holds } = 'report' in benchmark ? await benchmark.report() : await compareSides(benchmark)
  console.log(text)
  const source = `${new Date().toISOString().slice(0, 10)}, commit ${commitName()}, ${machineLine()}.`
  mkdirSync(inRoot('docs/measured'), { recursive: true })
  writeFileSync(inRoot('docs/measured', `${name}.md`), `${text}\n${source} Made by \`npm run bench -- ${name}\`.\n`)
  return holds
}

async function compareSides(benchmark: Benchmark): Promise<Awaited<ReturnType<Report['report']>>> {
  const results = await measure(benchmark)
  return {
    text: table(benchmark, results),
    holds: (benchmark.bounds ?? []).every((bound) => boundHolds(bound, results)),
  }
}

const { values: flags, positionals } = parseArgs({ allowPositionals: true, options: { check: { type: 'boolean' } } })
const missed: string[] = []
for (const name of positionals.length > 0 ? positionals : names()) {
  if (!(await run(name))) missed.push(name)
}
if (missed.length > 0) console.log(`bounds not met: ${missed.join(', ')}`)
if (flags.check === true && missed.length > 0) process.exitCode = 1
