import { mergePatch } from '../link/merge-patch.ts'
import type { LinkProfile } from '../link/profile.ts'
import type { SideSpec } from './experiment.ts'
import type { Scenario } from './scenario.ts'

/** What is taken away from a scenario, to see whether its claims hang on it: JSON merge patches (RFC 7396). */
export type ScenarioControl = {
  readonly networks?: Readonly<Record<string, unknown>> // of the profile of every network
  readonly sides?: Readonly<Record<string, Readonly<Record<string, unknown>>>> // of some sides, by their names
}

/** The same scenario without it. What comes out is not checked anew. Throws RangeError for a side that there is not. */
export function controlledScenario(scenario: Scenario, { networks = {}, sides = {} }: ScenarioControl): Scenario {
  const known = scenario.sides.map(({ name }) => name)
  const unknown = Object.keys(sides).find((name) => !known.includes(name))
  if (unknown !== undefined) throw new RangeError(`expected one of the sides ${known.join(', ')}, got ${unknown}`)
  return {
    ...scenario,
    networks: scenario.networks.map(({ name, profile }) => ({
      name,
      profile: mergePatch(profile, networks) as LinkProfile,
    })),
    sides: scenario.sides.map(({ name, spec }) => ({ name, spec: mergePatch(spec, sides[name] ?? {}) as SideSpec })),
  }
}
