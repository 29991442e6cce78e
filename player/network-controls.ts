import { networkBounds, type NumberKey } from './settings.ts'
import { controlWords, unitWords } from './words.ts'

/** One row of the network panel. */
export type NetworkControl = SliderControl & { readonly key: Exclude<NumberKey, 'seed'> }

/** A slider walks over stops, close together where a viewer sees the difference. */
export type SliderControl = {
  readonly key: string
  readonly label: string
  readonly title: string
  readonly unit: string
  readonly stops: readonly number[]
  toShown(value: number): number
  /** Undefined for what makes no sense. */
  fromShown(text: string): number | undefined
}

/** 7 × 0.01 is 0.07000000000000001: six decimals are more than a person sets. */
function withoutDust(value: number): number {
  return Number.isFinite(value) ? Math.round(value * 1e6) / 1e6 : value
}

function control(
  key: NetworkControl['key'],
  unit: string,
  perUnit: number,
  shownStops: readonly number[],
): NetworkControl {
  const [label, title] = controlWords[key]
  const { min, max } = networkBounds[key]
  const unlimited = 'unlimited' in networkBounds[key]
  return {
    key,
    label,
    unit,
    title,
    stops: shownStops.map((stop) => withoutDust(stop * perUnit)),
    toShown: (value) => withoutDust(value / perUnit),
    fromShown: (text) => {
      if (text.trim() === '') return unlimited ? Infinity : undefined
      const value = withoutDust(Number(text.replace(',', '.')) * perUnit)
      return value >= min && value <= max ? value : undefined
    },
  }
}

const rateStops = [0.25, 0.5, 0.75, 1, 1.5, 2, 3, 4, 6, 8, 12, 20, 50, 100, Infinity]
const delayStops = [0, 5, 10, 20, 35, 50, 75, 100, 150, 200, 300, 500]

/** Always in view. */
export const mainControls: readonly NetworkControl[] = [
  control('rateBitsPerSecond', 'Mbit/s', 1_000_000, rateStops),
  control('oneWayDelayMs', 'ms', 1, delayStops),
  control('lossRatio', '%', 0.01, [0, 0.1, 0.2, 0.5, 1, 1.5, 2, 3, 4, 5, 7, 10, 15, 20, 30]),
]

/** How long a loss lasts, by the kind that has a length. */
export const burstControls = {
  'bad-moments': control('meanBurstMs', 'ms', 1, [10, 20, 50, 100, 200, 500, 1000, 2000]),
  'gilbert-elliott': control('meanBurstPackets', unitWords.packets, 1, [1, 2, 3, 4, 6, 8, 12, 20, 50]),
} as const

export const downlinkControls: readonly NetworkControl[] = [
  control('jitterMs', 'ms', 1, [0, 1, 2, 5, 10, 20, 30, 50, 100, 200]),
  control('queueMs', 'ms', 1, [10, 20, 50, 100, 200, 500, 1000, 2000]),
]

export const uplinkControls: readonly NetworkControl[] = [
  control('uplinkRateBitsPerSecond', 'Mbit/s', 1_000_000, rateStops),
  control('uplinkOneWayDelayMs', 'ms', 1, delayStops),
]

/** The index of the stop nearest to a value. */
export function nearestStop(stops: readonly number[], value: number): number {
  const distance = (stop: number) => (stop === value ? 0 : Math.abs(stop - value))
  return stops.reduce((best, stop, index) => (distance(stop) < distance(stops[best]!) ? index : best), 0)
}
