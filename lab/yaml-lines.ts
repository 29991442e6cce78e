import { isMap, isSeq, LineCounter, parseDocument, type Document } from 'yaml'

/** A YAML text, read, that still knows where everything stood. */
export type YamlText =
  | { readonly ok: true; readonly value: unknown; lineOf(path: readonly string[]): number }
  | { readonly ok: false; readonly problems: readonly string[] }

const MOST_ALIASES = 100 // an alias of aliases of aliases fills the memory

/** Reads YAML 1.2. What is malformed is told with its line: `line 3: Map keys must be unique`. */
export function readYaml(text: string): YamlText {
  const lineCounter = new LineCounter()
  const document = parseDocument(text, { lineCounter })
  const faults = [...document.errors, ...document.warnings].map(
    ({ message, pos: [offset] }) => `line ${lineCounter.linePos(offset).line}: ${message.split(/ at line |\n/)[0]}`,
  )
  if (faults.length > 0) return { ok: false, problems: faults }
  try {
    const value: unknown = JSON.parse(JSON.stringify(document.toJS({ maxAliasCount: MOST_ALIASES }) ?? null)) // refuses circles
    return { ok: true, value, lineOf: (path) => lineCounter.linePos(offsetOf(document, path)).line }
  } catch (error) {
    return { ok: false, problems: [(error as Error).message.split('\n')[0] as string] }
  }
}

/** Where the last key of the path stands, or the last one that is there. */
function offsetOf(document: Document.Parsed, path: readonly string[]): number {
  let node: unknown = document.contents
  let offset = document.contents?.range[0] ?? 0
  for (const key of path) {
    const pair = isMap(node) ? node.items.find((item) => String(item.key) === key) : undefined
    const inner = isSeq(node) ? node.items[Number(key)] : pair?.value
    const start = rangeOf(pair?.key ?? inner)?.[0]
    if (start === undefined) return offset
    offset = start
    node = inner
  }
  return offset
}

function rangeOf(node: unknown): readonly number[] | undefined {
  return (node as { readonly range?: readonly number[] } | null | undefined)?.range
}
