import type { LinkProfile } from '../link/profile.ts'
import type { Scenario } from '../simulation/scenario.ts'
import type { GuidedNext } from './guided-page-file.ts'
import { settingsOf, tellingSettings } from './network-profile.ts'
import { readCompareSettings, writeCompareSettings } from './settings.ts'

const BASE: LinkProfile = { seed: 0, downlink: {}, uplink: {} } // of the preset `perfect`

/** The addresses of what is to be tried next with a video of the library: the compare page with the line of one of the
 *  scenario's networks and its first seed, and the what-if page that maps it. None where the step names no network. */
export function nextAddresses(
  next: GuidedNext,
  { networks, seeds }: Scenario,
  videoId: string,
): { readonly compare?: string; readonly map?: string } {
  const profile = networks.find(({ name }) => name === next.network)?.profile
  if (profile === undefined) return {}
  const seed = seeds[0] ?? 1
  const network = tellingSettings(settingsOf({ ...profile, seed }), settingsOf(BASE))
  const settings = { ...readCompareSettings('', 'both'), preset: 'perfect', network }
  const query = new URLSearchParams(writeCompareSettings(settings))
  for (const [key, value] of Object.entries(next.query ?? {})) query.set(key, value)
  const id = encodeURIComponent(videoId)
  if (next.axes === undefined) return { compare: `/compare/${id}?${query}` }
  const axes = new URLSearchParams({ ...next.axes })
  query.delete('side')
  return {
    compare: `/compare/${id}?${addedTo('side=both', query)}`,
    map: `/what-if/${id}?${addedTo(String(axes), query)}`,
  }
}

function addedTo(first: string, rest: URLSearchParams): string {
  return `${first}&${rest}`
}
