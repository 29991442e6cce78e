import { formatMegabits } from './format.ts'
import { chartWords, congestionControlWords } from './words.ts'

type Profile = Readonly<Record<string, unknown>>

const { changes: words } = chartWords

const settings: readonly { readonly path: readonly string[]; say(value: unknown): string }[] = [
  {
    path: ['downlink', 'rateBitsPerSecond'],
    say: (rate) => (isNumber(rate) ? words.rate(short(rate)) : words.noRate),
  },
  { path: ['downlink', 'loss', 'lossRatio'], say: (ratio) => words.loss(isNumber(ratio) ? percent(ratio) : 0) },
  { path: ['downlink', 'oneWayDelayMs'], say: (ms) => words.delay(isNumber(ms) ? ms : 0) },
  { path: ['downlink', 'jitterMs'], say: (ms) => words.jitter(isNumber(ms) ? ms : 0) },
  { path: ['udpBlocked'], say: (isBlocked) => (isBlocked === true ? words.udpBlocked : words.udpPasses) },
  { path: ['rtspBlocked'], say: (isBlocked) => (isBlocked === true ? words.rtspBlocked : words.rtspPasses) },
  {
    path: ['tcp', 'congestionControl'],
    say: (name) => (typeof name === 'string' ? name.toUpperCase() : congestionControlWords.cubic),
  },
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
