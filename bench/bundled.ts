import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
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
