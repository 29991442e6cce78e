import { networkBounds, type NumberKey } from './settings.ts'

/** One row of the network panel. A slider walks over stops, close together where a viewer sees the difference. */
export type NetworkControl = {
  readonly key: Exclude<NumberKey, 'seed'>
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
  label: string,
  unit: string,
  perUnit: number,
  shownStops: readonly number[],
  title: string,
): NetworkControl {
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
  control('rateBitsPerSecond', 'Rate', 'Mbit/s', 1_000_000, rateStops, 'What the downlink carries; empty is no limit'),
  control('oneWayDelayMs', 'Delay', 'ms', 1, delayStops, 'How long each packet travels, one way, in both directions'),
  control(
    'lossRatio',
    'Loss',
    '%',
    0.01,
    [0, 0.1, 0.2, 0.5, 1, 1.5, 2, 3, 4, 5, 7, 10, 15, 20, 30],
    'Mean share of the packets that the downlink loses',
  ),
]

/** How long a loss lasts, by the kind that has a length. */
export const burstControls = {
  'bad-moments': control(
    'meanBurstMs',
    'Lasting',
    'ms',
    1,
    [10, 20, 50, 100, 200, 500, 1000, 2000],
    'How long a bad moment lasts on average; every packet that leaves in one is lost',
  ),
  'gilbert-elliott': control(
    'meanBurstPackets',
    'Burst',
    'pkts',
    1,
    [1, 2, 3, 4, 6, 8, 12, 20, 50],
    'How many packets in a row are lost, on average',
  ),
} as const

export const downlinkControls: readonly NetworkControl[] = [
  control(
    'jitterMs',
    'Jitter',
    'ms',
    1,
    [0, 1, 2, 5, 10, 20, 30, 50, 100, 200],
    'Up to so much more delay, another for each packet; packets keep their order',
  ),
  control(
    'queueMs',
    'Queue',
    'ms',
    1,
    [10, 20, 50, 100, 200, 500, 1000, 2000],
    'How much the line keeps waiting at its rate before it drops what comes',
  ),
]

export const uplinkControls: readonly NetworkControl[] = [
  control(
    'uplinkRateBitsPerSecond',
    'Rate',
    'Mbit/s',
    1_000_000,
    rateStops,
    'What the uplink carries: requests, acknowledgements, reports; empty is no limit',
  ),
  control('uplinkOneWayDelayMs', 'Delay', 'ms', 1, delayStops, 'How long each packet travels on the uplink'),
]

/** The index of the stop nearest to a value. */
export function nearestStop(stops: readonly number[], value: number): number {
  const distance = (stop: number) => (stop === value ? 0 : Math.abs(stop - value))
  return stops.reduce((best, stop, index) => (distance(stop) < distance(stops[best]!) ? index : best), 0)
}
