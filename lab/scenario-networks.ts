import { isObject, mergePatch } from '../link/merge-patch.ts'
import { linkPresets } from '../link/presets.ts'
import { readLinkProfile } from '../link/profile.ts'
import { problemsOf } from '../link/schema-words.ts'
import { readTrace } from '../link/traces.ts'
import type { NamedNetwork } from '../simulation/scenario.ts'
import { nearestNames } from '../simulation/nearest-names.ts'
import { networkHeadSchema, networkKeys } from './scenario-schema.ts'

/** The text of a file that the scenario names, or why there is none. */
export type ReadText = (path: string) => Promise<{ readonly text: string } | { readonly problem: string }>

export type NetworkRead = NamedNetwork | readonly string[]

/** A network as a scenario writes it, or all that is wrong with it, each with its path under `at`. */
export async function readNetwork(value: unknown, at: string, readText: ReadText): Promise<NetworkRead> {
  if (typeof value === 'string') return presetNamed(value, at)
  const head = networkHeadSchema.safeParse(value)
  if (!isObject(value) || !head.success) return headProblems(head.error, value, at)
  const { name, preset, trace } = head.data
  const bases = [
    preset === undefined ? {} : withoutName(presetNamed(preset, `${at}.preset`)),
    trace === undefined ? {} : await readTraceFile(trace, `${at}.trace`, readText),
  ]
  const own = Object.fromEntries(Object.entries(value).filter(([key]) => !['name', 'preset', 'trace'].includes(key)))
  const problems = [...bases.flatMap((base) => (Array.isArray(base) ? base : [])), ...keyProblems(own, at)]
  if (problems.length > 0) return problems
  const profile = readLinkProfile({ ...(merged([...bases, own]) as object), name }, at)
  return profile.ok ? { name, profile: profile.profile } : profile.problems
}

function merged(patches: readonly unknown[]): unknown {
  return patches.reduce((before, patch) => mergePatch(before, patch), {})
}

function headProblems(error: Parameters<typeof problemsOf>[0] | undefined, value: unknown, at: string) {
  if (error !== undefined && isObject(value)) return problemsOf(error, value, at)
  return [`${at} must be the name of a preset, or an object with a name, got ${JSON.stringify(value)?.slice(0, 80)}`]
}

/** The seed of a network is that of the run, and every side has a copy of the line. */
function keyProblems(own: Readonly<Record<string, unknown>>, at: string): readonly string[] {
  return Object.entries(own).flatMap(([key, value]) => {
    if (key === 'sharing' && value === 'shared') return [`${at}.sharing must be "separate" in the lab, got "shared"`]
    if (networkKeys.includes(key)) return []
    const hint = key === 'seed' ? 'belongs in seeds' : `is unknown; known here: ${networkKeys.join(', ')}`
    return [`${at}.${key} ${hint}`]
  })
}

function presetNamed(name: string, at: string): NetworkRead {
  const preset = linkPresets.find((known) => known.name === name)
  if (preset !== undefined) return { name, profile: preset.profile }
  const near = nearestNames(
    name,
    linkPresets.map((known) => known.name),
  )
  return [`${at} must be a preset (weir networks) such as ${near.join(', ')}, got ${JSON.stringify(name.slice(0, 60))}`]
}

function withoutName(read: NetworkRead): unknown {
  return 'profile' in read ? read.profile : read
}

/** What a trace says of the rate goes in the place of any other rate. */
async function readTraceFile(path: string, at: string, readText: ReadText): Promise<unknown> {
  const read = await readText(path)
  if ('problem' in read) return [`${at} ${read.problem}`]
  const trace = readTrace(read.text)
  if (!trace.ok) return trace.problems.map((problem) => `${at} must be a trace; ${path}: ${problem}`)
  const { downlink, uplink } = trace.profile
  return { downlink: { rateBitsPerSecond: null, generator: null, ...downlink }, ...(uplink ? { uplink } : {}) }
}
