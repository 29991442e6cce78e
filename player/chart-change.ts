import { formatMegabits } from './format.ts'
import { chartWords } from './words.ts'

type Profile = Readonly<Record<string, unknown>>

const settings: readonly { readonly path: readonly string[]; say(value: unknown): string }[] = [
  {
    path: ['downlink', 'rateBitsPerSecond'],
    say: (rate) => (isNumber(rate) ? `${short(rate)} Mbit/s` : 'no fixed rate'),
  },
  { path: ['downlink', 'loss', 'lossRatio'], say: (ratio) => `${isNumber(ratio) ? percent(ratio) : 0} % loss` },
  { path: ['downlink', 'oneWayDelayMs'], say: (ms) => `${isNumber(ms) ? ms : 0} ms delay` },
  { path: ['downlink', 'jitterMs'], say: (ms) => `${isNumber(ms) ? ms : 0} ms jitter` },
  { path: ['udpBlocked'], say: (isBlocked) => (isBlocked === true ? 'UDP blocked' : 'UDP passes') },
  { path: ['tcp', 'congestionControl'], say: (name) => (typeof name === 'string' ? name.toUpperCase() : 'CUBIC') },
]

/** What a change of the network did, in a few words for its mark: "1 Mbit/s, 2 % loss". Without the profile before, the
 *  rate and the loss that are in force. */
export function describeChange(profile: Profile, before: Profile | undefined): string {
  const told = settings.filter(({ path }, place) =>
    before === undefined ? place < 2 : valueAt(profile, path) !== valueAt(before, path),
  )
  return told.map(({ path, say }) => say(valueAt(profile, path))).join(', ') || chartWords.networkChanged
}

function valueAt(profile: Profile, path: readonly string[]): unknown {
  return path.reduce<unknown>(
    (value, key) => (typeof value === 'object' && value !== null ? Reflect.get(value, key) : undefined),
    profile,
  )
}

function isNumber(value: unknown): value is number {
  return typeof value === 'number'
}

/** 1 and 2.5, not 1.00 and 2.50: a mark has little room. */
function short(bitsPerSecond: number): string {
  return String(Number(formatMegabits(bitsPerSecond)))
}

function percent(ratio: number): number {
  return Number((ratio * 100).toPrecision(2))
}
