import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { build } from 'esbuild'

/** A module of this folder as it would be shipped: `tsx` gives every function its name while it runs, and where
 *  microseconds count that is most of them. */
export async function bundled<Module>(file: string): Promise<Module> {
  const folder = mkdtempSync(join(tmpdir(), 'weir-bench-'))
  try {
    const outfile = join(folder, 'bundle.mjs')
    const entryPoints = [join(import.meta.dirname, file)]
    await build({ entryPoints, outfile, bundle: true, platform: 'node', format: 'esm', target: 'node20.19' })
    return (await import(pathToFileURL(outfile).href)) as Module
  } finally {
    rmSync(folder, { recursive: true })
  }
}

/** A program of this folder as it would be shipped, beside its packages: the path of a module to fork. With `tsx` a child
 *  would be charged for compiling whatever it loads. */
export async function bundledProgram(file: string): Promise<string> {
  const cache = join(import.meta.dirname, '../node_modules/.cache')
  mkdirSync(cache, { recursive: true })
  const outfile = join(mkdtempSync(join(cache, 'weir-bench-')), 'program.mjs')
  process.once('exit', () => rmSync(dirname(outfile), { recursive: true, force: true }))
  const entryPoints = [join(import.meta.dirname, file)]
  const packages = 'external'
  await build({ entryPoints, outfile, bundle: true, platform: 'node', format: 'esm', target: 'node20.19', packages })
  return outfile
}
