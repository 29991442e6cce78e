import { createHash } from 'node:crypto'
import { resolve } from 'node:path'
import { defineConfig, type Plugin, type Rolldown } from 'vite'

const root = import.meta.dirname

/** The report of a run, all in one file: the server writes the run into it. Built after the pages, into their folder. */
export default defineConfig({
  root,
  base: './',
  publicDir: false,
  oxc: { jsx: { runtime: 'automatic', importSource: 'preact' } },
  plugins: [inOneFile('report.html')],
  build: {
    outDir: resolve(root, '../dist/player'),
    emptyOutDir: false,
    target: 'es2023',
    modulePreload: false,
    cssCodeSplit: false,
    rolldownOptions: {
      input: resolve(root, 'report.html'),
      output: { codeSplitting: false },
      checks: { bundlerTimings: false },
    },
  },
})

/** Puts scripts and styles into the page that loads them. The page then says which script is its own: whatever a run
 *  brings into it, nothing else is executed and nothing is asked for. */
function inOneFile(name: string): Plugin {
  return {
    name: 'in-one-file',
    enforce: 'post',
    generateBundle(_options, bundle) {
      const page = bundle[name]
      if (page?.type !== 'asset') throw new Error(`expected ${name} among ${Object.keys(bundle).join(', ')}`)
      let html = String(page.source)
      for (const file of Object.values(bundle)) {
        if (file === page) continue
        html = file.type === 'chunk' ? withScript(html, file) : withStyle(html, file)
        delete bundle[file.fileName]
      }
      page.source = html
    },
  }
}

function withScript(html: string, { fileName, code }: Rolldown.OutputChunk): string {
  const script = code.replaceAll('</script', String.raw`<\/script`)
  const hash = createHash('sha256').update(script).digest('base64')
  const policy = `default-src 'none'; script-src 'sha256-${hash}'; style-src 'unsafe-inline'; img-src data:`
  return replaced(
    html,
    new RegExp(`<script [^>]*src="./${fileName}"[^>]*></script>`),
    `<script type="module">${script}</script>`,
  ).replace('<head>', () => `<head>\n    <meta http-equiv="Content-Security-Policy" content="${policy}" />`)
}

function withStyle(html: string, { fileName, source }: Rolldown.OutputAsset): string {
  return replaced(html, new RegExp(`<link [^>]*href="./${fileName}"[^>]*>`), `<style>${String(source)}</style>`)
}

function replaced(html: string, place: RegExp, text: string): string {
  if (!place.test(html)) throw new Error(`expected ${place} in the page`)
  return html.replace(place, () => text)
}
