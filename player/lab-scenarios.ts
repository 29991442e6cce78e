import { parse } from 'yaml'

/** An example of lab/scenarios/, as the page tells it. */
export type LabScenario = {
  readonly path: string // from the project's folder
  readonly name: string
  readonly description: string
  readonly mode: string // virtual or live
}

/** By the text of each file, in the order of their names. A file that is no scenario is left out: the page lists, it does not check. */
export function labScenarios(texts: Readonly<Record<string, string>>): readonly LabScenario[] {
  return Object.entries(texts)
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .flatMap(([path, text]) => scenarioOf(path, text))
}

function scenarioOf(path: string, text: string): readonly LabScenario[] {
  const value: unknown = parse(text)
  if (typeof value !== 'object' || value === null) return []
  const { name, description, mode } = value as Readonly<Record<string, unknown>>
  if (typeof name !== 'string') return []
  const said = typeof description === 'string' ? description.trim() : ''
  return [{ path: path.replace(/^(\.\.\/)+/, ''), name, description: said, mode: mode === 'live' ? 'live' : 'virtual' }]
}
