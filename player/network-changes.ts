import type { LossProfile, ProfileChange } from '../link/profile.ts'
import { formatMegabits } from './format.ts'
import { changeWords } from './words.ts'

/** What the panel can plan; a profile from a file may plan more, which stays as it is. */
export type PlannedChange =
  | { readonly kind: 'rate'; readonly rateBitsPerSecond: number } // Infinity: no limit
  | { readonly kind: 'loss'; readonly loss: LossProfile }
  | { readonly kind: 'delay'; readonly oneWayDelayMs: number } // of both directions
  | { readonly kind: 'udp'; readonly udpBlocked: boolean }

export const MOST_CHANGES = 100

/** The change as a profile has it, a JSON merge patch. Keys that would contradict are taken away in it, whatever the
 *  profile has by then. */
export function changeAt(atSeconds: number, planned: PlannedChange): ProfileChange {
  return { atSeconds, set: patchOf(planned) }
}

function patchOf(planned: PlannedChange): ProfileChange['set'] {
  switch (planned.kind) {
    case 'rate': {
      const { rateBitsPerSecond: rate } = planned
      return { downlink: { rateBitsPerSecond: rate === Infinity ? null : rate, trace: null, generator: null } }
    }
    case 'loss':
      return { downlink: { loss: { meanBurstMs: null, meanBurstPackets: null, ...planned.loss } } }
    case 'delay': {
      const { oneWayDelayMs } = planned
      return { downlink: { oneWayDelayMs }, uplink: { oneWayDelayMs } }
    }
    case 'udp':
      return { udpBlocked: planned.udpBlocked }
  }
}

/** With one more, in order of time; of the same moment the newer one is the later. Beyond 100 they stay as they are. */
export function withChange(changes: readonly ProfileChange[], change: ProfileChange): readonly ProfileChange[] {
  if (changes.length >= MOST_CHANGES) return changes
  return [...changes, change].sort((a, b) => a.atSeconds - b.atSeconds)
}

/** What a change does, in a few words: "rate 1.00 Mbit/s", "loss 2 %". What has no words here is told as JSON. */
export function wordsOfChange({ set }: ProfileChange): string {
  const { downlink = {}, uplink = {}, ...others } = set as Readonly<Record<string, object | boolean>>
  const isBothWays = isObject(downlink) && isObject(uplink) && delayOf(downlink) === delayOf(uplink)
  const { oneWayDelayMs: _told, ...ofUplink } = uplink as Patch
  return [
    ...wordsOfDirection(downlink as Patch),
    ...wordsOfDirection(isBothWays ? ofUplink : (uplink as Patch)).map((words) => changeWords.told.uplink(words)),
    ...Object.entries(others).map(([key, value]) =>
      key === 'udpBlocked'
        ? value === true
          ? changeWords.told.udpBlocked
          : changeWords.told.udpPasses
        : asJson(key, value),
    ),
  ].join(' · ')
}

type Patch = Readonly<Record<string, unknown>>

function wordsOfDirection(patch: Patch): string[] {
  return Object.entries(patch).flatMap(([key, value]) => {
    switch (key) {
      case 'rateBitsPerSecond':
        return typeof value === 'number' ? changeWords.told.rate(formatMegabits(value)) : changeWords.told.unlimited
      case 'oneWayDelayMs':
        return changeWords.told.delay(Number(value ?? 0))
      case 'loss':
        return changeWords.told.loss(percent(isObject(value) ? Number(value['lossRatio'] ?? 0) : 0))
      default:
        return value === null ? [] : asJson(key, value) // what is taken away makes room for what is told
    }
  })
}

const delayOf = (patch: Patch): unknown => patch['oneWayDelayMs']
const percent = (ratio: number): number => Math.round(ratio * 1e6) / 1e4
const asJson = (key: string, value: unknown): string => `${key} ${JSON.stringify(value)}`

function isObject(value: unknown): value is Patch {
  return typeof value === 'object' && value !== null
}
