/** The settings of the compare page live in its address, in the words of the link profile, so that an address repeats a run. */

export type SideName = 'hls' | 'udp'

/** The part of a link profile that the page sets. A rate of Infinity is no limit. */
export type NetworkSettings = {
  readonly lossRatio: number
  readonly rateBitsPerSecond: number
  readonly oneWayDelayMs: number
  readonly queueMs: number
  readonly seed: number
}

export type CompareSettings = {
  readonly side: SideName
  readonly variant: string | undefined // undefined: HLS chooses, UDP takes the best
  readonly link: string
  readonly network: Partial<NetworkSettings> // what the address sets; the rest is the link's own
  readonly jitterBufferMs: number
  readonly udp: 'data-channel' | 'ws'
  readonly startSeconds: number
}

type Bounds = { readonly min: number; readonly max: number; readonly whole?: boolean; readonly unlimited?: boolean }

/** What each number may be, as link/profile.ts has it; one table for the reader, the writer and the panel. */
export const networkBounds: Readonly<Record<keyof NetworkSettings, Bounds>> = {
  lossRatio: { min: 0, max: 1 },
  rateBitsPerSecond: { min: 8_000, max: 10_000_000_000, unlimited: true },
  oneWayDelayMs: { min: 0, max: 10_000 },
  queueMs: { min: 1, max: 10_000 },
  seed: { min: 0, max: 4_294_967_295, whole: true },
}

const networkKeys = Object.keys(networkBounds) as (keyof NetworkSettings)[]
const defaults = { link: 'default', jitterBufferMs: 200, startSeconds: 0 }

function readNumber(text: string | null, { min, max, whole, unlimited }: Bounds): number | undefined {
  if (text === null || text.trim() === '') return undefined
  if (unlimited && text === 'unlimited') return Infinity
  const value = Number(text)
  const fits = value >= min && value <= max && (!whole || Number.isInteger(value))
  return fits ? value : undefined
}

/** Reads the page's query string; a value that makes no sense counts as absent. */
export function readCompareSettings(search: string): CompareSettings {
  const query = new URLSearchParams(search)
  const network: { -readonly [Key in keyof NetworkSettings]?: number } = {}
  for (const key of networkKeys) {
    const value = readNumber(query.get(key), networkBounds[key])
    if (value !== undefined) network[key] = value
  }
  return {
    side: query.get('side') === 'udp' ? 'udp' : 'hls',
    variant: query.get('variant') || undefined,
    link: query.get('link') || defaults.link,
    network,
    jitterBufferMs: readNumber(query.get('jitterBufferMs'), { min: 0, max: 5000 }) ?? defaults.jitterBufferMs,
    udp: query.get('udp') === 'ws' ? 'ws' : 'data-channel',
    startSeconds: readNumber(query.get('startSeconds'), { min: 0, max: 1e6 }) ?? defaults.startSeconds,
  }
}

/** Writes the query string, from `?` on; what is as by default is left out, but for the side and the network. */
export function writeCompareSettings(settings: CompareSettings): string {
  const query = new URLSearchParams({ side: settings.side })
  if (settings.variant !== undefined) query.set('variant', settings.variant)
  if (settings.link !== defaults.link) query.set('link', settings.link)
  for (const key of networkKeys) {
    const value = settings.network[key]
    if (value !== undefined) query.set(key, value === Infinity ? 'unlimited' : String(value))
  }
  if (settings.jitterBufferMs !== defaults.jitterBufferMs) query.set('jitterBufferMs', String(settings.jitterBufferMs))
  if (settings.udp === 'ws') query.set('udp', 'ws')
  if (settings.startSeconds !== defaults.startSeconds) query.set('startSeconds', String(settings.startSeconds))
  return `?${query}`
}
