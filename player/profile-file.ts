import { parse, stringify } from 'yaml'
import { readLinkProfile, type LinkProfile, type ProfileRead } from '../link/profile.ts'
import { profileWords } from './words.ts'

/** Loaded when somebody opens or saves a profile: YAML and the profile's schema are needed for nothing else. */

const MOST_BYTES = 1_000_000

/** Reads a profile as YAML or JSON: bare, as `link:` of weir.yaml, or as the body of `POST /api/links`. All problems at once,
 *  each with its path. */
export function readProfileText(text: string): ProfileRead {
  if (text.length > MOST_BYTES) return refused(profileWords.tooLong(text.length, MOST_BYTES))
  let value: unknown
  try {
    value = parse(text) // JSON is YAML
  } catch (error) {
    return refused(profileWords.unreadable(String((error as Error).message.split('\n')[0])))
  }
  return readLinkProfile(unwrapped(value), 'link')
}

function refused(problem: string): ProfileRead {
  return { ok: false, problems: [problem] }
}

function unwrapped(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value
  const [[key, inner] = [], ...others] = Object.entries(value)
  return others.length === 0 && (key === 'link' || key === 'profile') ? inner : value
}

/** As the `link` part of weir.yaml; `applyTo` belongs to the server's configuration alone. */
export function writeProfileYaml({ applyTo: _applyTo, ...profile }: LinkProfile): string {
  return stringify({ link: profile }, { lineWidth: 120 })
}

/** As the body of `POST /api/links`. */
export function writeProfileJson({ applyTo: _applyTo, ...profile }: LinkProfile): string {
  return JSON.stringify({ profile }, undefined, 2) + '\n'
}
