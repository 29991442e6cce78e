import type { LinkProfile } from '../link/profile.ts'
import { settingsOf } from './network-profile.ts'
import type { AsPreset, NetworkSettings } from './settings.ts'
import { formatMegabits } from './format.ts'
import { congestionControlWords, networkRowWords as words } from './words.ts'

/** A network in words, a row a property; what a network does not do (no loss, no jitter) has no row. */
export function describeNetwork(profile: LinkProfile): readonly (readonly [label: string, value: string])[] {
  const network = settingsOf(profile)
  const { downlink, uplink } = profile
  const rows = [
    [words.preset, profile.name ?? ''],
    [words.seed, String(profile.seed)],
    [words.rate, rate(network.rateBitsPerSecond, downlink.generator !== undefined)],
    [words.delay, ms(network.oneWayDelayMs)],
    [words.loss, loss(network)],
    [words.jitter, network.jitterMs === 0 ? '' : ms(network.jitterMs)],
    [words.queue, network.queueMs === 'as-preset' ? words.inBytes : ms(network.queueMs)],
    [
      words.uplink,
      `${rate(network.uplinkRateBitsPerSecond, uplink?.generator !== undefined)}, ${ms(network.uplinkOneWayDelayMs)}`,
    ],
    [words.tcp, congestionControlWords[network.congestionControl]],
    [words.sharing, words[network.sharing]],
    [words.udp, network.udpBlocked ? words.blocked : ''],
    [words.changes, network.changes.length === 0 ? '' : String(network.changes.length)],
  ] as const
  return rows.filter(([, value]) => value !== '')
}

function rate(bitsPerSecond: number | AsPreset, isGenerated: boolean): string {
  if (bitsPerSecond === 'as-preset') return isGenerated ? words.varies : words.trace
  return bitsPerSecond === Infinity ? words.unlimited : `${formatMegabits(bitsPerSecond)} Mbit/s`
}

function loss({ lossRatio, lossKind, meanBurstMs, meanBurstPackets }: NetworkSettings): string {
  if (lossRatio === 0) return ''
  const percent = `${Number((lossRatio * 100).toFixed(3))} %` // of a ratio
  switch (lossKind) {
    case 'random':
      return `${percent}, ${words.kinds.random}`
    case 'bad-moments':
      return `${percent}, ${words.kinds['bad-moments'](ms(meanBurstMs))}`
    case 'gilbert-elliott':
      return `${percent}, ${words.kinds['gilbert-elliott'](String(meanBurstPackets))}`
  }
}

const ms = (value: number): string => `${value} ms`
