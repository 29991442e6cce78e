import { gzipSync } from 'node:zlib'
import { build, type Rolldown } from 'vite'
import { beforeAll, expect, test } from 'vitest'
import { inRoot } from '../build/places.mjs'

const BUDGET_BYTES = 250_000
/** Large, and needed with the first HLS picture and the first chart alone: the budget is without them. */
const LATER_PACKAGES = ['hls.js', 'uplot']

type Output = Rolldown.OutputChunk | Rolldown.OutputAsset

let files: ReadonlyMap<string, Output>

/** The pages as they are shipped, in memory; the later packages stay outside as imports. */
beforeAll(async () => {
  const built = await build({
    configFile: inRoot('player/vite.config.ts'),
    logLevel: 'silent',
    build: { write: false, sourcemap: false, rolldownOptions: { external: LATER_PACKAGES } },
  })
  const { output } = built as Rolldown.RolldownOutput
  files = new Map(output.map((file) => [file.fileName, file]))
})

const isChunk = (file: Output | undefined): file is Rolldown.OutputChunk => file?.type === 'chunk'

function chunkOf(isIt: (chunk: Rolldown.OutputChunk) => boolean): Rolldown.OutputChunk {
  const found = [...files.values()].filter(isChunk).find(isIt)
  if (found === undefined) throw new Error(`no such chunk among ${[...files.keys()].join(', ')}`)
  return found
}

const entry = (): Rolldown.OutputChunk => chunkOf(({ isEntry }) => isEntry)
const pageChunk = (file: string): Rolldown.OutputChunk =>
  chunkOf(({ facadeModuleId }) => facadeModuleId?.endsWith(`/${file}`) ?? false)
const comparePage = (): Rolldown.OutputChunk => pageChunk('compare-page.tsx')

/** The chunks that load with these, and what they import from outside. */
function reachedFrom(chunks: readonly Rolldown.OutputChunk[]): Set<string> {
  const reached = new Set<string>()
  const visit = (name: string): void => {
    if (reached.has(name)) return
    reached.add(name)
    const file = files.get(name)
    if (isChunk(file)) file.imports.forEach(visit)
  }
  chunks.forEach(({ fileName }) => visit(fileName))
  return reached
}

/** Scripts by name; of the rest what a page asks for before somebody does anything: style sheets, and UDP's worker. */
function firstLoadBytes(chunks: readonly Rolldown.OutputChunk[]): number {
  const others = [...files.keys()].filter((name) => /\.(css|html)$/.test(name) || /\/udp-worker-[^/]*\.js$/.test(name))
  return [...reachedFrom(chunks), ...others].reduce((sum, name) => sum + gzipBytes(files.get(name)), 0)
}

function gzipBytes(file: Output | undefined): number {
  if (file === undefined) return 0 // a later package
  return gzipSync(isChunk(file) ? file.code : file.source).length
}

test('the compare page loads less than 250 kB, compressed, without hls.js and uPlot', () => {
  const bytes = firstLoadBytes([entry(), comparePage()])
  expect(bytes).toBeGreaterThan(40_000) // it is the whole page that was weighed
  expect(bytes).toBeLessThan(BUDGET_BYTES)
})

test('the library page loads neither hls.js nor uPlot nor any other page', () => {
  const reached = reachedFrom([entry()])
  const pages = ['compare-page.tsx', 'what-if-page.tsx', 'lab-page.tsx', 'realtime-page.tsx'].map(
    (file) => pageChunk(file).fileName,
  )
  for (const name of [...LATER_PACKAGES, ...pages]) expect(reached).not.toContain(name)
})

test('the what-if page loads neither hls.js nor uPlot nor the compare page', () => {
  const reached = reachedFrom([entry(), pageChunk('what-if-page.tsx')])
  for (const name of [...LATER_PACKAGES, comparePage().fileName]) expect(reached).not.toContain(name)
})

test('the compare page loads hls.js and uPlot when they are needed, not with itself', () => {
  const reached = reachedFrom([entry(), comparePage()])
  for (const name of LATER_PACKAGES) expect(reached).not.toContain(name)
})
