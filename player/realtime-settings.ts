import type { RealtimeSettings } from '../protocol/realtime-api.ts'

/** What the address of the realtime page sets. */
export type RealtimePageSettings = RealtimeSettings & {
  readonly pollMs: number // between two short polls
  readonly preset: string // of the link of each way; '' is none
}

type NumberKey = 'eventsPerSecond' | 'eventBytes' | 'seed' | 'pollMs'

export const realtimeBounds: Readonly<Record<NumberKey, { readonly min: number; readonly max: number }>> = {
  eventsPerSecond: { min: 0, max: 200 },
  eventBytes: { min: 100, max: 4000 },
  seed: { min: 0, max: 4_294_967_295 },
  pollMs: { min: 20, max: 10_000 },
}

export const defaultRealtime: RealtimePageSettings = {
  eventsPerSecond: 10,
  eventBytes: 200,
  seed: 7,
  pollMs: 250,
  preset: '',
}

const numberKeys = Object.keys(realtimeBounds) as NumberKey[]

/** What makes no sense counts as absent. */
export function readRealtimeSettings(search: string): RealtimePageSettings {
  const given = new URLSearchParams(search)
  const numbers = numberKeys.map((key) => [key, boundedOr(defaultRealtime[key], given.get(key), realtimeBounds[key])])
  return { ...defaultRealtime, ...Object.fromEntries(numbers), preset: given.get('preset') ?? defaultRealtime.preset }
}

/** What differs from the defaults. */
export function writeRealtimeSettings(settings: RealtimePageSettings): string {
  const told = [...numberKeys, 'preset' as const].filter((key) => settings[key] !== defaultRealtime[key])
  const query = new URLSearchParams(told.map((key) => [key, String(settings[key])]))
  return told.length === 0 ? '' : `?${query}`
}

function boundedOr(fallback: number, text: string | null, { min, max }: { min: number; max: number }): number {
  const value = Number(text)
  return text !== null && text !== '' && Number.isInteger(value) && value >= min && value <= max ? value : fallback
}
