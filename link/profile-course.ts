import { isObject, mergePatch } from './merge-patch.ts'
import { profileAfter, readLinkProfile, type LinkProfile, type ProfileChange } from './profile.ts'

export type ProfileFrom = { readonly fromMs: number; readonly profile: LinkProfile }

/** Which profile counts from which moment of link time on: the one told first, its `changes`, and what is told in
 *  between. Somebody who changes one number at second 30 keeps what a change at second 20 made of the others. */
export class ProfileCourse {
  readonly #entries: ProfileFrom[]
  #told: LinkProfile

  constructor(profile: LinkProfile) {
    this.#told = profile
    this.#entries = courseOf({ fromMs: -Infinity, profile }, profile.changes)
  }

  /** Where it begins, and each change. */
  get entries(): readonly ProfileFrom[] {
    return this.#entries
  }

  /** Another profile was told: gives what counts from `nowMs` on. What differs from the profile told before goes into the
   *  one that counts now; if the changes differ too, or the two do not go together, the told one counts with those of its
   *  changes that are past. */
  change(profile: LinkProfile, nowMs: number): readonly ProfileFrom[] {
    const before = this.#told
    this.#told = profile
    while ((this.#entries.at(-1)?.fromMs ?? nowMs) > nowMs) this.#entries.pop()
    const inEffect = this.#entries.at(-1)?.profile ?? before
    const composed = isSame(before.changes, profile.changes)
      ? composedOf(inEffect, patchBetween(before, profile))
      : undefined
    const changes = profile.changes ?? []
    const isPast = ({ atSeconds }: ProfileChange): boolean => atSeconds * 1000 <= nowMs
    const now = composed ?? changes.filter(isPast).reduce(profileAfter, profile)
    const told = courseOf(
      { fromMs: nowMs, profile: now },
      changes.filter((change) => !isPast(change)),
    )
    this.#entries.push(...told)
    return told
  }
}

function courseOf(first: ProfileFrom, changes: readonly ProfileChange[] = []): ProfileFrom[] {
  const course = [first]
  for (const { atSeconds, set } of changes) {
    const before = course.at(-1)?.profile ?? first.profile
    course.push({ fromMs: atSeconds * 1000, profile: composedOf(before, set) ?? before })
  }
  return course
}

/** Undefined when they contradict each other. */
function composedOf(profile: LinkProfile, patch: unknown): LinkProfile | undefined {
  const merged = mergePatch(profile, patch)
  return readLinkProfile(merged, '', 'configuration').ok ? (merged as LinkProfile) : undefined
}

/** The merge patch that makes the second of the first. */
function patchBetween(from: unknown, to: unknown): unknown {
  if (!isObject(from) || !isObject(to)) return to
  const removed = Object.keys(from).filter((key) => !(key in to))
  const changed = Object.keys(to).filter((key) => !isSame(from[key], to[key]))
  return Object.fromEntries([
    ...removed.map((key) => [key, null]),
    ...changed.map((key) => [key, patchBetween(from[key], to[key])]),
  ])
}

function isSame(a: unknown, b: unknown): boolean {
  return JSON.stringify(a) === JSON.stringify(b)
}
