import type { LinkProfile } from '../link/profile.ts'
import { ways, type RtpRepair } from '../protocol/ways.ts'
import type { AbrRule, NamedSide } from '../simulation/experiment.ts'
import { MAP_AXES, type MapAxisName } from '../simulation/map-axes.ts'
import { MAP_MEASURES, type MapMeasure } from '../simulation/map-figures.ts'
import type { MeasureKey } from '../stream/measure-table.ts'
import { settingsOf, tellingSettings, withSettings } from './network-profile.ts'
import { readCompareSettings, writeCompareSettings, type CompareSettings, type NetworkSettings } from './settings.ts'

/** The settings of the what-if page live in its address. The network, the variant, the jitter buffer and the seed stand
 *  there as on the compare page; on the axes they are those of the chosen cell. */
export type WhatIfSettings = {
  readonly x: MapAxisName
  readonly y: MapAxisName
  readonly measure: MeasureKey
  readonly shown: MapShown
  readonly variant: string | undefined // of both sides, of HLS unless it chooses by a rule; undefined: the best
  readonly abr: AbrRule
  readonly repair: 'off' | RtpRepair
  readonly seconds: number // watched in each run
  readonly preset: string
  readonly network: Partial<NetworkSettings> // what is set on the preset
  readonly jitterBufferMs: number
}

/** Who wins, or the figure of one side. */
export type MapShown = 'winner' | 'hls' | 'udp'

export type MapPoint = { readonly x: number; readonly y: number } // values of the axes

export const RUN_SECONDS = [20, 60] as const
export const DEFAULT_PRESET = 'perfect'
export const DEFAULT_SEED = 1

const shownWords: readonly MapShown[] = ['winner', 'hls', 'udp']
/** What HLS and UDP can do about a bad network. */
export const ABR_RULES: readonly AbrRule[] = ['fixed', 'throughput', 'bola', 'hls.js']
export const REPAIRS: readonly WhatIfSettings['repair'][] = ['off', 'rtx', 'fec']
const NEWCOMERS_DELAY_MS = 20

/** Reads the page's query string; a value that makes no sense counts as absent. */
export function readWhatIfSettings(search: string): WhatIfSettings {
  const query = new URLSearchParams(search)
  const { preset, network, jitterBufferMs, variants, way } = readCompareSettings(search)
  const isNew = preset === undefined && Object.keys(network).length === 0
  const oneOf = <Word>(words: readonly Word[], name: string, otherwise: Word): Word =>
    words.find((word) => String(word) === query.get(name)) ?? otherwise
  const x = oneOf<MapAxisName>(MAP_AXES, 'x', 'rateBitsPerSecond')
  const y = oneOf<MapAxisName>(MAP_AXES, 'y', 'lossRatio')
  return {
    x,
    y: y === x ? otherAxis(x) : y,
    measure: oneOf(
      MAP_MEASURES.map(({ key }) => key),
      'measure',
      'freezeRatio',
    ),
    shown: oneOf(shownWords, 'shown', 'winner'),
    variant: variants.udp,
    abr: oneOf(ABR_RULES, 'abr', 'fixed'),
    repair: oneOf(REPAIRS, 'repair', ways[way].repair ?? 'off'), // of an address of the compare page its way
    seconds: oneOf<number>(RUN_SECONDS, 'seconds', RUN_SECONDS[0]),
    preset: preset ?? DEFAULT_PRESET,
    network: isNew ? { oneWayDelayMs: NEWCOMERS_DELAY_MS, seed: DEFAULT_SEED } : { seed: DEFAULT_SEED, ...network },
    jitterBufferMs,
  }
}

/** Writes the query string, from `?` on. */
export function writeWhatIfSettings(settings: WhatIfSettings): string {
  const { x, y, measure, shown, abr, repair, seconds } = settings
  const query = new URLSearchParams({ x, y, measure })
  if (shown !== 'winner') query.set('shown', shown)
  if (abr !== 'fixed') query.set('abr', abr)
  if (repair !== 'off') query.set('repair', repair)
  if (seconds !== RUN_SECONDS[0]) query.set('seconds', String(seconds))
  const shared = new URLSearchParams(writeCompareSettings(asCompared(settings, settings.network)))
  for (const [name, value] of shared) if (name !== 'side') query.set(name, value)
  return `?${query}`
}

/** Of the settings' measure, which the reader has found among them. */
export function mapMeasureOf(key: MeasureKey): MapMeasure {
  return MAP_MEASURES.find((measure) => measure.key === key) ?? (MAP_MEASURES[0] as MapMeasure)
}

/** A change of an axis to what the other one is swaps them. */
export function withAxis(settings: WhatIfSettings, which: 'x' | 'y', name: MapAxisName): WhatIfSettings {
  const [here, there] = which === 'x' ? (['x', 'y'] as const) : (['y', 'x'] as const)
  const other = settings[there] === name ? settings[here] : settings[there]
  return { ...settings, [here]: name, [there]: other }
}

function otherAxis(axis: MapAxisName): MapAxisName {
  return axis === 'lossRatio' ? 'rateBitsPerSecond' : 'lossRatio'
}

/** The network of a cell: what a slider would set. A length of losses is one of bad moments. */
export function axisSettings(name: MapAxisName, value: number): Partial<NetworkSettings> {
  if (name === 'jitterBufferMs') return {}
  return { [name]: value, ...(name === 'meanBurstMs' ? { lossKind: 'bad-moments' } : {}) }
}

/** The line of a cell: the preset, what is set on it, and on the axes the cell's own values. */
export function cellProfile(base: LinkProfile, settings: WhatIfSettings, point: MapPoint): LinkProfile {
  const { seed = DEFAULT_SEED, ...set } = settings.network
  const profile = withSettings({ ...base, seed }, set)
  return withSettings(profile, { ...axisSettings(settings.x, point.x), ...axisSettings(settings.y, point.y) })
}

export function jitterBufferOf({ x, y, jitterBufferMs }: WhatIfSettings, point: MapPoint): number {
  if (x === 'jitterBufferMs') return point.x
  return y === 'jitterBufferMs' ? point.y : jitterBufferMs
}

/** What all runs of a map depend on: not on what is shown of them, nor on where on the axes somebody is. */
export function jobKey(settings: WhatIfSettings, base: LinkProfile): string {
  const { x, y, seconds } = settings
  const anywhere = { x: 1, y: 1 }
  return JSON.stringify([x, y, seconds, cellProfile(base, settings, anywhere), cellSides(settings, anywhere)])
}

/** An address that tells a loss tells its kind: without, it would mean a loss at random. */
export function withLossKind(settings: WhatIfSettings, base: LinkProfile): WhatIfSettings {
  const { network } = settings
  if (network.lossRatio === undefined || network.lossKind !== undefined) return settings
  const { lossKind } = settingsOf(withSettings(base, network))
  return { ...settings, network: { ...network, lossKind } }
}

/** HLS first. */
export function cellSides(settings: WhatIfSettings, point: MapPoint): readonly NamedSide[] {
  const { abr, repair, variant } = settings
  const named = variant === undefined ? {} : { variant }
  return [
    { name: 'hls', spec: { kind: 'hls', abr, ...(abr === 'fixed' ? named : {}) } },
    { name: 'udp', spec: { kind: 'udp', repair, ...named, jitterBufferMs: jitterBufferOf(settings, point) } },
  ]
}

/** Where the value of an axis stands now: that of the chosen cell, or of the slider. */
export function axisValue(settings: WhatIfSettings, name: MapAxisName, base: LinkProfile): number {
  if (name === 'jitterBufferMs') return settings.jitterBufferMs
  const value = settingsOf(withSettings(base, settings.network))[name]
  return value === 'as-preset' ? Infinity : value
}

/** The compare page's address with that very network, seed, variant and jitter buffer. */
export function compareAddress(
  videoId: string,
  bestVariant: string | undefined,
  settings: WhatIfSettings,
  base: LinkProfile,
  point: MapPoint,
): string {
  const network = tellingSettings(settingsOf(cellProfile(base, settings, point)), settingsOf(base))
  const jitterBufferMs = jitterBufferOf(settings, point)
  const variant = settings.variant ?? bestVariant
  const compared = asCompared({ ...settings, jitterBufferMs, variant }, network)
  const way = settings.repair === 'off' ? 'raw' : settings.repair
  const variants = { hls: settings.abr === 'fixed' ? variant : undefined, udp: variant }
  return `/compare/${encodeURIComponent(videoId)}${writeCompareSettings({ ...compared, variants, way })}`
}

function asCompared(
  { preset, variant, jitterBufferMs }: WhatIfSettings,
  network: Partial<NetworkSettings>,
): CompareSettings {
  const plain = readCompareSettings('', 'both')
  return { ...plain, preset, network, jitterBufferMs, variants: { hls: variant, udp: variant } }
}
