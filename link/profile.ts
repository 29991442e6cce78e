import { isObject, mergePatch } from './merge-patch.ts'
import { profileSchema } from './profile-schema.ts'
import { problemsOf } from './schema-words.ts'

/** Per packet at random, in bursts of packets (Gilbert-Elliott), or all packets of bad moments in time, the same moments
 *  for whoever sends. `lossRatio` is the mean of each. */
export type LossProfile =
  | { readonly kind: 'random'; readonly lossRatio: number }
  | { readonly kind: 'gilbert-elliott'; readonly lossRatio: number; readonly meanBurstPackets: number }
  | { readonly kind: 'bad-moments'; readonly lossRatio: number; readonly meanBurstMs: number }

/** A rate over time, which begins again at its end: steps of [kbit/s, seconds], or in mahimahi's way the milliseconds at
 *  which 1500 bytes may leave. link/traces.ts reads files. */
export type RateTrace = readonly (readonly [kilobitsPerSecond: number, seconds: number])[] | readonly number[]

/** A rate over time made from a few numbers, which begins again at its end. link/generators.ts says what each does. */
export type RateGenerator =
  | { readonly kind: 'steps'; readonly ratesBitsPerSecond: readonly number[]; readonly stepSeconds: number }
  | {
      readonly kind: 'spike'
      readonly rateBitsPerSecond: number
      readonly spikeRateBitsPerSecond: number
      readonly periodSeconds: number
      readonly spikeSeconds: number
    }
  | {
      readonly kind: 'sawtooth'
      readonly lowestRateBitsPerSecond: number
      readonly highestRateBitsPerSecond: number
      readonly periodSeconds: number
    }
  | {
      readonly kind: 'markov'
      readonly ratesBitsPerSecond?: readonly number[]
      readonly meanDwellSeconds?: number
      readonly outagesPerMinute?: number
    }

/** Of `rateBitsPerSecond`, `trace` and `generator` at most one, of `queueMs` and `queueBytes` too. Absent rate:
 *  unlimited; absent delay, jitter, loss: none; absent queue: 200 ms (link/bottleneck.ts). */
export type DirectionProfile = {
  readonly rateBitsPerSecond?: number
  readonly trace?: RateTrace
  readonly generator?: RateGenerator
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
  readonly rtspBlocked?: boolean // the RTSP connection, and RTP in it: as where HTTP alone comes through
  readonly tcp?: { readonly congestionControl?: CongestionControl; readonly tlsRoundTrips?: 0 | 1 | 2 }
  readonly changes?: readonly ProfileChange[] // in order of time
}

/** A JSON merge patch (RFC 7396) of `downlink`, `uplink`, `udpBlocked` or `rtspBlocked` at a moment of link time. */
export type ProfileChange = { readonly atSeconds: number; readonly set: Readonly<Record<string, unknown>> }

export type ProfileRead =
  | { readonly ok: true; readonly profile: LinkProfile }
  | { readonly ok: false; readonly problems: readonly string[] }

/** Who wrote it: `applyTo` has a meaning in the configuration alone. */
export type ProfileOrigin = 'configuration' | 'request'

/** Reads a profile from parsed YAML or JSON; its changes come out in order of time, each tried on what those before it
 *  made. All problems at once, each with its path under `at`, what was expected and what came:
 *  `link.downlink.queueMs must be a number from 1 to 10000, got "1s"`. */
export function readLinkProfile(value: unknown, at = 'profile', origin: ProfileOrigin = 'request'): ProfileRead {
  const read = profileSchema.safeParse(value)
  const misplaced = origin === 'request' ? applyToProblems(value, at) : []
  if (!read.success) return { ok: false, problems: [...problemsOf(read.error, value, at), ...misplaced] }
  const profile = inOrderOfTime(read.data as LinkProfile)
  const problems = [...misplaced, ...changeProblems(profile, read.data as LinkProfile, at)]
  return problems.length === 0 ? { ok: true, profile } : { ok: false, problems }
}

/** The profile with the changes of a JSON merge patch, checked as a whole. What the configuration says of `applyTo` stays. */
export function mergeProfile({ applyTo, ...profile }: LinkProfile, patch: unknown, at = 'profile'): ProfileRead {
  const read = readLinkProfile(mergePatch(profile, patch), at)
  return read.ok && applyTo !== undefined ? { ok: true, profile: { ...read.profile, applyTo } } : read
}

/** The profile after one of its changes, which the reader has tried. */
export function profileAfter(profile: LinkProfile, { set }: ProfileChange): LinkProfile {
  return mergePatch(profile, set) as LinkProfile
}

function applyToProblems(value: unknown, at: string): string[] {
  if (!isObject(value) || !('applyTo' in value)) return []
  return [`${at}.applyTo belongs in the configuration's link alone, got ${JSON.stringify(value['applyTo'])}`]
}

function inOrderOfTime(profile: LinkProfile): LinkProfile {
  if (profile.changes === undefined) return profile
  return { ...profile, changes: profile.changes.toSorted((a, b) => a.atSeconds - b.atSeconds) }
}

/** What is wrong with the profile that each change makes. A wrong change is told once: the next one is tried without it. */
function changeProblems({ changes = [], ...profile }: LinkProfile, asWritten: LinkProfile, at: string): string[] {
  const problems: string[] = []
  let before: unknown = profile
  for (const change of changes) {
    const after = mergePatch(before, change.set)
    const read = profileSchema.safeParse(after)
    if (read.success) before = after
    else {
      const place = `${at}.changes.${asWritten.changes?.indexOf(change)}.set`
      problems.push(...problemsOf(read.error, after, place))
    }
  }
  return problems
}
