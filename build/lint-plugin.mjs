import { dirname, relative, resolve, sep } from 'node:path'
import { isBuiltin } from 'node:module'
import { folderRules } from './folder-rules.mjs'
import { root } from './places.mjs'

/** @typedef {{ filename: string, report(problem: { node: unknown, message: string }): void }} Context */
/** @typedef {{ source?: { value?: unknown } | null }} ImportLike */

/** What is wrong with importing `source` from `file`; undefined when nothing is.
 *  @param {string} file @param {string} source @returns {string | undefined} */
export function importFault(file, source) {
  const folder = folderOf(file)
  const rule = folderRules[folder]
  if (rule === undefined) return `${folder}/ stands in no row of build/folder-rules.mjs`
  const here = folder === '' ? 'a file beside package.json' : `${folder}/`
  if (source.startsWith('.')) {
    if (source.includes('test-support/') && !isTool(folder, file))
      return 'only tests, benchmarks and lab/screenshots.ts may import from test-support/'
    const target = folderOf(resolve(dirname(file), source))
    if (target === folder || rule.imports.includes(target) || isData(target, source)) return undefined
    return `${here} may not import from ${target}/; it imports ${list(rule.imports)}`
  }
  if (isBuiltin(source)) return rule.node ? undefined : `${here} runs in browsers too and may not import ${source}`
  const packageName = source.split('/', source.startsWith('@') ? 2 : 1).join('/')
  if (rule.packages.includes(packageName)) return undefined
  return `${here} may not import the package ${packageName}; it imports ${list(rule.packages)}`
}

/** No part of the program, and no test: it looks at the program with the tools of the tests.
 *  @param {string} folder @param {string} file */
function isTool(folder, file) {
  return folder === 'bench' || file.endsWith('lab/screenshots.ts')
}

/** The first folder below the project's, '' for a file that lies in none.
 *  @param {string} file */
function folderOf(file) {
  const parts = relative(root, file).split(sep)
  return parts.length > 1 ? (parts[0] ?? '') : ''
}

/** package.json tells the version.
 *  @param {string} target @param {string} source */
const isData = (target, source) => target === '' && source.endsWith('.json')

/** @param {string[]} names */
const list = (names) => (names.length === 0 ? 'none' : names.join(', '))

const folderImports = {
  /** @param {Context} context */
  create(context) {
    /** @param {ImportLike} node */
    const check = (node) => {
      const source = node.source?.value
      if (typeof source !== 'string') return // `export {…}` without a source, or import() of a computed name
      const message = importFault(context.filename, source)
      if (message !== undefined) context.report({ node, message })
    }
    return {
      ImportDeclaration: check,
      ExportNamedDeclaration: check,
      ExportAllDeclaration: check,
      ImportExpression: check,
    }
  },
}

const noExponent = {
  /** @param {Context} context */
  create(context) {
    /** @param {{ operator: string }} node */
    const check = (node) => {
      if (!node.operator.startsWith('**')) return
      context.report({
        node,
        message: '`**` is rounded differently by different engines; multiply, or use link/exact-math.ts',
      })
    }
    return { BinaryExpression: check, AssignmentExpression: check }
  },
}

/** The rules of this project that no linter knows. */
export default {
  meta: { name: 'weir' },
  rules: { 'folder-imports': folderImports, 'no-exponent': noExponent },
}
