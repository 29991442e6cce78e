import { readFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import { parse } from 'yaml'
import { linkPresets } from '../link/presets.ts'
import { readLinkProfile, type ProfileRead } from '../link/profile.ts'

const MAX_FILE_CHARACTERS = 10_000_000

/** The profile that is meant by a preset's name, or by a file with a profile in YAML or JSON; a name counts before a file.
 *  Problems are told each with what was expected. */
export async function readNetworkWish(wish: string, folder: string): Promise<ProfileRead> {
  const preset = linkPresets.find(({ name }) => name === wish)
  if (preset !== undefined) return { ok: true, profile: preset.profile }
  const path = resolve(folder, wish)
  const text = await readFile(path, 'utf8').catch(() => undefined)
  if (text === undefined) {
    const names = linkPresets.map(({ name }) => name).join(', ')
    return { ok: false, problems: [`it must be a file with a profile, or one of ${names}; got ${wish.slice(0, 200)}`] }
  }
  if (text.length > MAX_FILE_CHARACTERS) return { ok: false, problems: [`${path} is too large for a profile`] }
  try {
    return readLinkProfile(parse(text), path)
  } catch (error) {
    return { ok: false, problems: [`${path} is no YAML: ${(error as Error).message.split('\n')[0]}`] }
  }
}
