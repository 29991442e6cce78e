import type { LinkProfile } from '../link/profile.ts'
import type { NetworkSettings } from './settings.ts'

/** What an absent key of a profile means (link/profile.ts). */
export const perfectNetwork = { lossRatio: 0, rateBitsPerSecond: Infinity, oneWayDelayMs: 0, queueMs: 200 }

export function settingsOf({ seed, downlink }: LinkProfile): NetworkSettings {
  return {
    lossRatio: downlink.loss?.lossRatio ?? perfectNetwork.lossRatio,
    rateBitsPerSecond: downlink.rateBitsPerSecond ?? perfectNetwork.rateBitsPerSecond,
    oneWayDelayMs: downlink.oneWayDelayMs ?? perfectNetwork.oneWayDelayMs,
    queueMs: downlink.queueMs ?? perfectNetwork.queueMs,
    seed,
  }
}

/** The body of PATCH /api/links/:id, a JSON merge patch: null takes a limit away. */
export function profilePatchOf({ lossRatio, rateBitsPerSecond, oneWayDelayMs, queueMs, seed }: NetworkSettings) {
  return {
    seed,
    downlink: {
      rateBitsPerSecond: rateBitsPerSecond === Infinity ? null : rateBitsPerSecond,
      queueMs,
      oneWayDelayMs,
      loss: lossRatio === 0 ? null : { kind: 'random', lossRatio },
    },
  }
}

/** The same line; its seed may be another. */
export function sameNetwork(a: NetworkSettings, b: NetworkSettings): boolean {
  const { lossRatio, rateBitsPerSecond, oneWayDelayMs, queueMs } = a
  const queueMatters = rateBitsPerSecond !== Infinity
  return (
    lossRatio === b.lossRatio &&
    rateBitsPerSecond === b.rateBitsPerSecond &&
    oneWayDelayMs === b.oneWayDelayMs &&
    (!queueMatters || queueMs === b.queueMs)
  )
}
