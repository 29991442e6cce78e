import type { LinkProfile } from './profile.ts'

export type LinkPreset = { readonly name: string; readonly title: string; readonly profile: LinkProfile }

/** Named profiles to start from; `name` is what `POST /api/links {preset}` takes. */
export const linkPresets: readonly LinkPreset[] = [
  { name: 'perfect', title: 'Perfect line', profile: { name: 'perfect', seed: 1, downlink: {} } },
  {
    name: 'lossy',
    title: '2 % of the packets lost',
    profile: { name: 'lossy', seed: 1, downlink: { oneWayDelayMs: 20, loss: { kind: 'random', lossRatio: 0.02 } } },
  },
  {
    name: 'slow',
    title: '1 Mbit/s',
    profile: { name: 'slow', seed: 1, downlink: { rateBitsPerSecond: 1_000_000, queueMs: 200, oneWayDelayMs: 20 } },
  },
]
