/** The settings of the compare page live in its address, in the words of the link profile, so that an address repeats a run. */

import type { CongestionControl, LossProfile, ProfileChange, RateGenerator } from '../link/profile.ts'
import { readWay, type WayName } from '../protocol/ways.ts'
import { readChanges, readGenerator, writeChanges } from './network-json.ts'

export type SideName = 'hls' | 'udp'

/** Where a picture is shown: `third` is UDP once more, in another way, beside both sides and no part of the run's record. */
export type PaneName = SideName | 'third'

/** One of them large, or both side by side. */
export type ViewName = SideName | 'both'

/** The pictures that are seen, in their order. */
export function panesIn({ side, third }: Pick<CompareSettings, 'side' | 'third'>): readonly PaneName[] {
  return side === 'both' && third !== undefined ? [...sidesIn(side), 'third'] : sidesIn(side)
}

export const sidesIn = (view: ViewName): readonly SideName[] => (view === 'both' ? ['hls', 'udp'] : [view])

/** What the panel leaves as the preset has it: a rate that follows a trace, a queue in bytes. */
export type AsPreset = 'as-preset'

/** The part of a link profile that the page sets. A rate of Infinity is no limit. */
export type NetworkSettings = {
  readonly rateBitsPerSecond: number | AsPreset
  readonly oneWayDelayMs: number // of the downlink; set, it is the uplink's too
  readonly lossRatio: number
  readonly lossKind: LossProfile['kind']
  readonly meanBurstMs: number // of bad moments
  readonly meanBurstPackets: number // of gilbert-elliott
  readonly jitterMs: number
  readonly queueMs: number | AsPreset
  readonly uplinkRateBitsPerSecond: number | AsPreset
  readonly uplinkOneWayDelayMs: number
  readonly congestionControl: CongestionControl
  readonly sharing: 'separate' | 'shared'
  readonly udpBlocked: boolean
  readonly rtspBlocked: boolean
  readonly seed: number
  readonly generator: RateGenerator | undefined // of a rate that is as-preset
  readonly uplinkGenerator: RateGenerator | undefined
  readonly changes: readonly ProfileChange[] // in order of time
}

export type CompareSettings = {
  readonly side: ViewName
  readonly variants: Readonly<Record<SideName, string | undefined>> // undefined: HLS chooses, UDP takes the best
  readonly inStep: boolean // both pictures at the same place of the video
  readonly soundFrom: SideName // of both
  readonly speedRatio: number // of HLS; UDP comes as fast as it is sent
  readonly link: string
  readonly preset: string | undefined // what the network begins with; undefined: as the link is
  readonly network: Partial<NetworkSettings> // what the address sets on it
  readonly jitterBufferMs: number
  readonly udp: 'data-channel' | 'ws'
  readonly way: WayName // of UDP: with which repair, if any
  readonly third: WayName | undefined // of UDP once more, beside both
  readonly nack: boolean // of WebRTC media: whether lost packets are asked for again
  readonly startSeconds: number
}

type Bounds = { readonly min: number; readonly max: number; readonly whole?: boolean; readonly unlimited?: boolean }

const rate: Bounds = { min: 8_000, max: 10_000_000_000, unlimited: true }
const delay: Bounds = { min: 0, max: 10_000 }

/** What each number may be, as link/profile.ts has it; one table for the reader, the writer and the panel. */
export const networkBounds = {
  rateBitsPerSecond: rate,
  oneWayDelayMs: delay,
  lossRatio: { min: 0, max: 1 },
  meanBurstMs: { min: 1, max: 600_000 },
  meanBurstPackets: { min: 1, max: 10_000 },
  jitterMs: delay,
  queueMs: { min: 1, max: 10_000 },
  uplinkRateBitsPerSecond: rate,
  uplinkOneWayDelayMs: delay,
  seed: { min: 0, max: 4_294_967_295, whole: true },
} as const satisfies Readonly<Record<string, Bounds>>
export type NumberKey = keyof typeof networkBounds

/** What each word may be. */
export const networkWords = {
  lossKind: ['bad-moments', 'random', 'gilbert-elliott'],
  congestionControl: ['cubic', 'reno', 'bbr'],
  sharing: ['separate', 'shared'],
  udpBlocked: ['true', 'false'],
  rtspBlocked: ['true', 'false'],
} as const
type WordKey = keyof typeof networkWords

const numberKeys = Object.keys(networkBounds) as NumberKey[]
const wordKeys = Object.keys(networkWords) as WordKey[]
const generatorKeys = ['generator', 'uplinkGenerator'] as const
const defaults = { way: 'raw' as WayName, link: 'default', jitterBufferMs: 200, startSeconds: 0, speedRatio: 1 }
export const speedRatios = [0.5, 0.75, 1, 1.25, 1.5, 2] as const

function readNumber(text: string | null, { min, max, whole, unlimited }: Bounds): number | undefined {
  if (text === null || text.trim() === '') return undefined
  if (unlimited && text === 'unlimited') return Infinity
  const value = Number(text)
  const fits = value >= min && value <= max && (!whole || Number.isInteger(value))
  return fits ? value : undefined
}

/** An address of before there were kinds of loss means a loss of each packet at random. */
function readNetwork(query: URLSearchParams): Partial<NetworkSettings> {
  const read: Record<string, unknown> = {}
  for (const key of numberKeys) {
    const value = readNumber(query.get(key), networkBounds[key])
    if (value !== undefined) read[key] = value
  }
  for (const key of wordKeys) {
    const word = networkWords[key].find((known) => known === query.get(key))
    if (word !== undefined) read[key] = key === 'udpBlocked' || key === 'rtspBlocked' ? word === 'true' : word
  }
  if (read['lossRatio'] !== undefined && read['lossKind'] === undefined) read['lossKind'] = 'random'
  for (const key of generatorKeys) {
    const generator = readGenerator(query.get(key))
    if (generator !== undefined) read[key] = generator
  }
  const changes = readChanges(query.get('changes'))
  return changes === undefined ? read : { ...read, changes }
}

/** `variant` is that of both sides, where none is said of a side alone. */
function readVariants(query: URLSearchParams): CompareSettings['variants'] {
  const ofBoth = query.get('variant')
  return {
    hls: query.get('hlsVariant') || ofBoth || undefined,
    udp: query.get('udpVariant') || ofBoth || undefined,
  }
}

function writeVariants({ hls, udp }: CompareSettings['variants'], query: URLSearchParams): void {
  if (hls !== undefined && hls === udp) return query.set('variant', hls)
  if (hls !== undefined) query.set('hlsVariant', hls)
  if (udp !== undefined) query.set('udpVariant', udp)
}

/** Reads the page's query string; a value that makes no sense counts as absent. `viewByDefault`: for an address that
 *  names no side, as a newcomer has it. */
export function readCompareSettings(search: string, viewByDefault: ViewName = 'hls'): CompareSettings {
  const query = new URLSearchParams(search)
  return {
    side: (['hls', 'udp', 'both'] as const).find((view) => view === query.get('side')) ?? viewByDefault,
    variants: readVariants(query),
    inStep: query.get('inStep') === 'true',
    soundFrom: query.get('sound') === 'udp' ? 'udp' : 'hls',
    speedRatio: speedRatios.find((ratio) => String(ratio) === query.get('speed')) ?? defaults.speedRatio,
    link: query.get('link') || defaults.link,
    preset: query.get('preset') || undefined,
    network: readNetwork(query),
    jitterBufferMs: readNumber(query.get('jitterBufferMs'), { min: 0, max: 5000 }) ?? defaults.jitterBufferMs,
    udp: query.get('udp') === 'ws' ? 'ws' : 'data-channel',
    way: readWay(query.get('way')) ?? defaults.way,
    third: readWay(query.get('third')),
    nack: query.get('nack') !== 'off',
    startSeconds: readNumber(query.get('startSeconds'), { min: 0, max: 1e6 }) ?? defaults.startSeconds,
  }
}

/** Writes the query string, from `?` on; what is as by default is left out, but for the side and the network. */
export function writeCompareSettings(settings: CompareSettings): string {
  const query = new URLSearchParams({ side: settings.side })
  writeVariants(settings.variants, query)
  if (settings.inStep) query.set('inStep', 'true')
  if (settings.soundFrom === 'udp') query.set('sound', 'udp')
  if (settings.speedRatio !== defaults.speedRatio) query.set('speed', String(settings.speedRatio))
  if (settings.link !== defaults.link) query.set('link', settings.link)
  if (settings.preset !== undefined) query.set('preset', settings.preset)
  for (const key of [...numberKeys, ...wordKeys]) {
    const value = settings.network[key]
    if (value !== undefined && value !== 'as-preset') query.set(key, value === Infinity ? 'unlimited' : String(value))
  }
  const { changes } = settings.network
  for (const key of generatorKeys) {
    const generator = settings.network[key]
    if (generator !== undefined) query.set(key, JSON.stringify(generator))
  }
  if (changes !== undefined) query.set('changes', writeChanges(changes))
  if (settings.jitterBufferMs !== defaults.jitterBufferMs) query.set('jitterBufferMs', String(settings.jitterBufferMs))
  if (settings.udp === 'ws') query.set('udp', 'ws')
  if (settings.way !== defaults.way) query.set('way', settings.way)
  if (settings.third !== undefined) query.set('third', settings.third)
  if (!settings.nack) query.set('nack', 'off')
  if (settings.startSeconds !== defaults.startSeconds) query.set('startSeconds', String(settings.startSeconds))
  return `?${query}`
}
