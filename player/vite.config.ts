import { resolve } from 'node:path'
import { defineConfig, type Plugin } from 'vite'
import { readScenarioFile } from '../lab/scenario-file.ts'

const root = import.meta.dirname

/** One page; the server gives it for every address of design.md's pages. Hashed files below assets/ may be cached for ever. */
export default defineConfig({
  root,
  base: '/',
  oxc: { jsx: { runtime: 'automatic', importSource: 'preact' } },
  plugins: [scenarioModules()],
  worker: { format: 'es' },
  build: {
    outDir: resolve(root, '../dist/player'),
    emptyOutDir: true,
    target: 'es2023',
    sourcemap: true,
    rolldownOptions: { checks: { bundlerTimings: false } },
    chunkSizeWarningLimit: 1000, // kB; hls.js alone is 600
  },
})

/** `…/name.yaml?scenario` is the scenario as the lab's own reader gives it: the page has none, and they cannot differ. A
 *  file that is no scenario ends the build with all its problems. */
function scenarioModules(): Plugin {
  const query = '?scenario'
  return {
    name: 'scenario-modules',
    enforce: 'pre',
    async load(id) {
      if (!id.endsWith(query)) return undefined
      const path = id.slice(0, -query.length)
      this.addWatchFile(path)
      const read = await readScenarioFile(path)
      if (!read.ok) return this.error(read.problems.join('\n'))
      return { code: `export default ${JSON.stringify(read.scenario)}`, moduleType: 'js' }
    },
  }
}
