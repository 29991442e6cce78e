import { resolve } from 'node:path'
import { defineConfig } from 'vite'

const root = import.meta.dirname

/** One page; the server gives it for every address of design.md's pages. Hashed files below assets/ may be cached for ever. */
export default defineConfig({
  root,
  base: '/',
  oxc: { jsx: { runtime: 'automatic', importSource: 'preact' } },
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
