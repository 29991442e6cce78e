import type { ProfileChange, RateGenerator } from '../link/profile.ts'

/** The parts of a profile that are no single number stand in the page's address as the JSON of the profile. Only their
 *  shape is looked at here; what is wrong inside, the server refuses by its path. */

const generatorKinds: readonly string[] = ['steps', 'spike', 'sawtooth', 'markov'] satisfies RateGenerator['kind'][]
const NO_CHANGES = 'none'

/** Undefined for what is absent or makes no sense. */
export function readGenerator(text: string | null): RateGenerator | undefined {
  const value = parsed(text)
  if (!isObject(value) || !generatorKinds.includes(String(value['kind']))) return undefined
  return value as RateGenerator
}

/** The same. `none` says that nothing changes by itself, whatever the link had. */
export function readChanges(text: string | null): readonly ProfileChange[] | undefined {
  if (text === NO_CHANGES) return []
  const value = parsed(text)
  if (!Array.isArray(value)) return undefined
  const isChange = (entry: unknown) =>
    isObject(entry) && typeof entry['atSeconds'] === 'number' && isObject(entry['set'])
  return value.every(isChange) ? (value as ProfileChange[]) : undefined
}

export function writeChanges(changes: readonly ProfileChange[]): string {
  return changes.length === 0 ? NO_CHANGES : JSON.stringify(changes)
}

function parsed(text: string | null): unknown {
  try {
    return JSON.parse(text ?? 'null')
  } catch {
    return undefined
  }
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
