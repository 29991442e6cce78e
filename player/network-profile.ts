import type { DirectionProfile, LinkProfile, LossProfile, RateGenerator } from '../link/profile.ts'
import type { AsPreset, NetworkSettings } from './settings.ts'

/** What an absent key of a profile means (link/profile.ts), and what a loss of the panel's begins as. */
const perfect = { rate: Infinity, queueMs: 200, lossKind: 'bad-moments', meanBurstMs: 50, meanBurstPackets: 4 } as const

export function settingsOf(profile: LinkProfile): NetworkSettings {
  const { downlink, uplink = {}, tcp, sharing, udpBlocked, rtspBlocked, seed } = profile
  return {
    rateBitsPerSecond: rateOf(downlink),
    oneWayDelayMs: downlink.oneWayDelayMs ?? 0,
    ...lossSettings(downlink.loss),
    jitterMs: downlink.jitterMs ?? 0,
    queueMs: downlink.queueBytes === undefined ? (downlink.queueMs ?? perfect.queueMs) : 'as-preset',
    uplinkRateBitsPerSecond: rateOf(uplink),
    uplinkOneWayDelayMs: uplink.oneWayDelayMs ?? 0,
    congestionControl: tcp?.congestionControl ?? 'cubic',
    sharing: sharing ?? 'separate',
    udpBlocked: udpBlocked ?? false,
    rtspBlocked: rtspBlocked ?? false,
    seed,
    generator: downlink.generator,
    uplinkGenerator: uplink.generator,
    changes: profile.changes ?? [],
  }
}

function rateOf({ rateBitsPerSecond, trace, generator }: DirectionProfile): number | AsPreset {
  return trace === undefined && generator === undefined ? (rateBitsPerSecond ?? perfect.rate) : 'as-preset'
}

function lossSettings(loss: LossProfile | undefined) {
  return {
    lossRatio: loss?.lossRatio ?? 0,
    lossKind: loss?.kind ?? perfect.lossKind,
    meanBurstMs: loss?.kind === 'bad-moments' ? loss.meanBurstMs : perfect.meanBurstMs,
    meanBurstPackets: loss?.kind === 'gilbert-elliott' ? loss.meanBurstPackets : perfect.meanBurstPackets,
  }
}

/** The profile with some settings changed; what the panel does not show stays. A new delay is that of both directions.
 *  What means nothing (no delay, no loss) is left out, so that equal networks are equal profiles. */
export function withSettings(profile: LinkProfile, changes: Partial<NetworkSettings>): LinkProfile {
  const bothWays = changes.oneWayDelayMs === undefined ? {} : { uplinkOneWayDelayMs: changes.oneWayDelayMs }
  const wanted = { ...settingsOf(profile), ...bothWays, ...generated(changes), ...changes }
  const {
    downlink,
    uplink: before,
    tcp,
    ...others
  } = withoutKeys(profile, 'sharing', 'udpBlocked', 'rtspBlocked', 'changes')
  const uplink = withDirection(before ?? {}, {
    rate: wanted.uplinkRateBitsPerSecond,
    generator: wanted.uplinkGenerator,
    oneWayDelayMs: wanted.uplinkOneWayDelayMs,
  })
  const { congestionControl: _congestionControl, ...otherTcp } = tcp ?? {}
  const newTcp = {
    ...otherTcp,
    ...(wanted.congestionControl === 'cubic' ? {} : { congestionControl: wanted.congestionControl }),
  }
  return {
    ...others,
    seed: wanted.seed,
    downlink: withLossAndQueue(
      withDirection(downlink, {
        rate: wanted.rateBitsPerSecond,
        generator: wanted.generator,
        oneWayDelayMs: wanted.oneWayDelayMs,
      }),
      wanted,
    ),
    ...(isEmpty(uplink) ? {} : { uplink }),
    ...(isEmpty(newTcp) ? {} : { tcp: newTcp }),
    ...(wanted.sharing === 'separate' ? {} : { sharing: wanted.sharing }),
    ...(wanted.udpBlocked ? { udpBlocked: true } : {}),
    ...(wanted.rtspBlocked ? { rtspBlocked: true } : {}),
    ...(wanted.changes.length === 0 ? {} : { changes: wanted.changes }),
  }
}

/** A generator takes the place of a constant rate. */
function generated({ generator, uplinkGenerator }: Partial<NetworkSettings>): Partial<NetworkSettings> {
  return {
    ...(generator === undefined ? {} : { rateBitsPerSecond: 'as-preset' }),
    ...(uplinkGenerator === undefined ? {} : { uplinkRateBitsPerSecond: 'as-preset' }),
  }
}

/** The profile with the rate of one direction as a trace file has it (link/traces.ts), and with its delay if it tells one. */
export function withTrace(profile: LinkProfile, ofFile: LinkProfile, direction: 'downlink' | 'uplink'): LinkProfile {
  const { trace, oneWayDelayMs } = ofFile.downlink
  const told = oneWayDelayMs === undefined ? profile : withSettings(profile, { oneWayDelayMs })
  const line = withoutKeys(told[direction] ?? {}, 'rateBitsPerSecond', 'generator')
  return { ...told, [direction]: { ...line, trace } }
}

function withoutKeys<Whole extends object, Key extends keyof Whole>(whole: Whole, ...keys: Key[]): Omit<Whole, Key> {
  const kept = Object.entries(whole).filter(([key]) => !(keys as PropertyKey[]).includes(key))
  return Object.fromEntries(kept) as Omit<Whole, Key>
}

type Line = {
  readonly rate: number | AsPreset
  readonly generator: RateGenerator | undefined
  readonly oneWayDelayMs: number
}

function withDirection(before: DirectionProfile, { rate, generator, oneWayDelayMs }: Line): DirectionProfile {
  const { trace, ...others } = withoutKeys(before, 'rateBitsPerSecond', 'generator', 'oneWayDelayMs')
  const varying = generator !== undefined ? { generator } : trace === undefined ? {} : { trace }
  const constant = rate === Infinity || rate === 'as-preset' ? {} : { rateBitsPerSecond: rate }
  return {
    ...others,
    ...(rate === 'as-preset' ? varying : constant),
    ...(oneWayDelayMs === 0 ? {} : { oneWayDelayMs }),
  }
}

function withLossAndQueue(before: DirectionProfile, wanted: NetworkSettings): DirectionProfile {
  const { loss: _loss, jitterMs: _jitterMs, queueMs: _queueMs, queueBytes, ...others } = before
  const { queueMs, jitterMs } = wanted
  const loss = lossOf(wanted)
  const inBytes = queueBytes === undefined ? {} : { queueBytes }
  const inMs = queueMs === perfect.queueMs || queueMs === 'as-preset' ? {} : { queueMs }
  return {
    ...others,
    ...(jitterMs === 0 ? {} : { jitterMs }),
    ...(queueMs === 'as-preset' ? inBytes : inMs),
    ...(loss === undefined ? {} : { loss }),
  }
}

/** A kind that was chosen stays chosen while the loss is 0. */
function lossOf(wanted: NetworkSettings): LossProfile | undefined {
  const isNone = wanted.lossKind === perfect.lossKind && wanted.lossRatio === 0
  return isNone && wanted.meanBurstMs === perfect.meanBurstMs ? undefined : lossAs(wanted)
}

/** The loss that the settings tell, of their kind. */
export function lossAs({ lossRatio, lossKind: kind, meanBurstMs, meanBurstPackets }: NetworkSettings): LossProfile {
  switch (kind) {
    case 'random':
      return { kind, lossRatio }
    case 'gilbert-elliott':
      return { kind, lossRatio, meanBurstPackets }
    case 'bad-moments':
      return { kind, lossRatio, meanBurstMs }
  }
}

/** The same line and weather; seed and name may be others. */
export function sameNetwork(a: LinkProfile, b: LinkProfile): boolean {
  const { name: _nameOfA, ...ofA } = withSettings(a, { seed: 0 })
  const { name: _nameOfB, ...ofB } = withSettings(b, { seed: 0 })
  return isEmpty(patchBetween(ofA, ofB))
}

/** The settings by which a network differs from the preset that it began with, seed included; without one, all that mean
 *  something: what an address must tell for the network to be made again. */
export function tellingSettings(
  settings: NetworkSettings,
  base: NetworkSettings | undefined,
): Partial<NetworkSettings> {
  const differs = (...keys: (keyof NetworkSettings)[]) =>
    base === undefined || keys.some((key) => !isSame(settings[key], base[key]))
  const kept = Object.entries(settings).filter(([name]) => {
    const key = name as keyof NetworkSettings
    if (key === 'seed') return true
    if (settings[key] === undefined) return false
    if (lossKeys.includes(key)) return isTellingOfLoss(key, settings) && differs(...lossKeys)
    // The delay in an address is that of both directions.
    if (key === 'uplinkOneWayDelayMs' && differs('oneWayDelayMs')) return settings[key] !== settings.oneWayDelayMs
    return differs(key)
  })
  return Object.fromEntries(kept)
}

const lossKeys: readonly (keyof NetworkSettings)[] = ['lossRatio', 'lossKind', 'meanBurstMs', 'meanBurstPackets']

function isTellingOfLoss(key: keyof NetworkSettings, { lossKind }: NetworkSettings): boolean {
  if (key === 'meanBurstMs') return lossKind === 'bad-moments'
  if (key === 'meanBurstPackets') return lossKind === 'gilbert-elliott'
  return true
}

/** The JSON merge patch (RFC 7396) that makes one object into the other. */
export function patchBetween(from: object, to: object): Record<string, unknown> {
  const [before, after] = [from as Record<string, unknown>, to as Record<string, unknown>]
  const patch: Record<string, unknown> = {}
  for (const key of Object.keys(before)) if (!(key in after)) patch[key] = null
  for (const [key, value] of Object.entries(after)) {
    const old = before[key]
    if (isPlain(old) && isPlain(value)) {
      const inner = patchBetween(old, value)
      if (!isEmpty(inner)) patch[key] = inner
    } else if (!isSame(old, value)) patch[key] = value
  }
  return patch
}

function isSame(a: unknown, b: unknown): boolean {
  return a === b || JSON.stringify(a) === JSON.stringify(b)
}

function isPlain(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function isEmpty(value: object): boolean {
  return Object.keys(value).length === 0
}
