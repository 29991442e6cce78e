import { z } from 'zod'

/** Per packet at random, in bursts of packets (Gilbert-Elliott), or all packets of bad moments in time, the same moments
 *  for whoever sends. `lossRatio` is the mean of each. */
export type LossProfile =
  | { readonly kind: 'random'; readonly lossRatio: number }
  | { readonly kind: 'gilbert-elliott'; readonly lossRatio: number; readonly meanBurstPackets: number }
  | { readonly kind: 'bad-moments'; readonly lossRatio: number; readonly meanBurstMs: number }

/** Absent rate: unlimited; absent delay, jitter, loss: none; absent queue: 200 ms (link/bottleneck.ts). */
export type DirectionProfile = {
  readonly rateBitsPerSecond?: number
  readonly queueMs?: number // at the rate of the moment
  readonly queueBytes?: number
  readonly oneWayDelayMs?: number
  readonly jitterMs?: number // uniform from 0 to this, added to the delay; never reorders
  readonly reorderRatio?: number
  readonly duplicateRatio?: number
  readonly loss?: LossProfile
}

export type CongestionControl = 'cubic' | 'reno' | 'bbr'

/** One viewer's access line, as configuration, scenarios and HTTP write it. */
export type LinkProfile = {
  readonly name?: string
  readonly seed: number
  readonly sharing?: 'separate' | 'shared' // absent: separate
  readonly applyTo?: 'page' | 'everyone' // absent: page; of the configuration's link only
  readonly downlink: DirectionProfile
  readonly uplink?: DirectionProfile
  readonly udpBlocked?: boolean
  readonly tcp?: { readonly congestionControl?: CongestionControl; readonly tlsRoundTrips?: 0 | 1 | 2 }
  readonly changes?: readonly ProfileChange[] // in order of time
}

/** A JSON merge patch (RFC 7396) of the profile at a moment of link time. */
export type ProfileChange = { readonly atSeconds: number; readonly set: Readonly<Record<string, unknown>> }

export type ProfileRead =
  | { readonly ok: true; readonly profile: LinkProfile }
  | { readonly ok: false; readonly problems: readonly string[] }

const numberFrom = (least: number, most: number) => {
  const expected = `must be a number from ${least} to ${most}`
  return z.number(expected).min(least, expected).max(most, expected)
}

const objectOf = <Shape extends z.ZodRawShape>(shape: Shape) => {
  const keys = Object.keys(shape).join(', ')
  return z.strictObject(shape, {
    error: (issue) =>
      issue.code === 'unrecognized_keys' ? `is unknown; known here: ${keys}` : `must be an object of ${keys}`,
  })
}

const seedExpected = 'must be a whole number from 0 to 4294967295'

const profileSchema = objectOf({
  name: z.string('must be a text of 1 to 60 characters').min(1).max(60).exactOptional(),
  seed: z.int(seedExpected).min(0, seedExpected).max(0xffff_ffff, seedExpected).default(1),
  downlink: objectOf({
    rateBitsPerSecond: numberFrom(8_000, 10_000_000_000).exactOptional(),
    queueMs: numberFrom(1, 10_000).exactOptional(),
    oneWayDelayMs: numberFrom(0, 10_000).exactOptional(),
    loss: objectOf({ kind: z.literal('random', 'must be "random"'), lossRatio: numberFrom(0, 1) }).exactOptional(),
  }).default({}),
})

/** Reads a profile from parsed YAML or JSON. All problems at once, each with its path under `at`, what was expected and
 *  what came: `link.downlink.queueMs must be a number from 1 to 10000, got "1s"`. */
export function readLinkProfile(value: unknown, at = 'profile'): ProfileRead {
  const read = profileSchema.safeParse(value)
  if (read.success) return { ok: true, profile: read.data as LinkProfile }
  return { ok: false, problems: read.error.issues.flatMap((issue) => problemsOf(issue, value, at)) }
}

/** The profile with the changes of a JSON merge patch (RFC 7396: null removes a key), checked as a whole. */
export function mergeProfile(profile: LinkProfile, patch: unknown, at = 'profile'): ProfileRead {
  return readLinkProfile(mergePatch(profile, patch), at)
}

function problemsOf(issue: z.core.$ZodIssue, value: unknown, at: string): string[] {
  const path = [at, ...issue.path.map(String)].join('.')
  if (issue.code === 'unrecognized_keys') return issue.keys.map((key) => `${path}.${key} ${issue.message}`)
  return [`${path} ${issue.message}, got ${JSON.stringify(valueAt(value, issue.path)) ?? 'nothing'}`]
}

function valueAt(value: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>((inner, key) => (isObject(inner) ? inner[String(key)] : undefined), value)
}

function mergePatch(target: unknown, patch: unknown): unknown {
  if (!isObject(patch)) return patch
  const merged = new Map(isObject(target) ? Object.entries(target) : [])
  for (const [key, value] of Object.entries(patch)) {
    if (value === null) merged.delete(key)
    else merged.set(key, mergePatch(merged.get(key), value))
  }
  return Object.fromEntries(merged)
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
