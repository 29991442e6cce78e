import type { AxisName } from './scenario.ts'

/** What a map of the what-if page can have along its sides. */
export type MapAxisName = Exclude<AxisName, 'segmentSeconds'>

export const MAP_AXES = [
  'lossRatio',
  'rateBitsPerSecond',
  'oneWayDelayMs',
  'meanBurstMs',
  'jitterBufferMs',
] as const satisfies readonly MapAxisName[]

/** Places along each side of the finest map; a coarser one has every second or every fourth of them. */
export const MAP_PLACES = 17

const LEAST_RATE_BITS_PER_SECOND = 8000 // of a profile
const RATE_GRAIN_BITS_PER_SECOND = 10_000

/** Close together where a viewer sees the difference; every fourth is a number that one would choose by hand. */
const stops = {
  lossPercent: [0, 0.1, 0.2, 0.3, 0.5, 0.75, 1, 1.5, 2, 2.5, 3, 4, 5, 6, 7, 8.5, 10],
  ratesOfMedia: [0.5, 0.6, 0.7, 0.85, 1, 1.1, 1.2, 1.35, 1.5, 1.6, 1.7, 1.85, 2, 2.5, 3, 3.5, 4],
  oneWayDelayMs: [0, 5, 10, 15, 20, 25, 30, 40, 50, 60, 70, 85, 100, 125, 150, 175, 200],
  meanBurstMs: [10, 15, 20, 30, 40, 50, 65, 80, 100, 125, 150, 175, 200, 250, 300, 400, 500],
  jitterBufferMs: [0, 25, 50, 75, 100, 125, 150, 175, 200, 250, 300, 350, 400, 500, 600, 800, 1000],
} as const

/** The values of an axis, from the lowest up. Rates are multiples of the media's own bitrate, where HLS and UDP part. */
export function mapAxisValues(name: MapAxisName, mediaBitsPerSecond: number): readonly number[] {
  if (name === 'lossRatio') return stops.lossPercent.map((percent) => Math.round(percent * 100) / 10_000) // 100 per cent are 1
  if (name === 'rateBitsPerSecond') return stops.ratesOfMedia.map((times) => roundedRate(times * mediaBitsPerSecond))
  return stops[name]
}

function roundedRate(bitsPerSecond: number): number {
  const rounded = Math.round(bitsPerSecond / RATE_GRAIN_BITS_PER_SECOND) * RATE_GRAIN_BITS_PER_SECOND
  return Math.max(LEAST_RATE_BITS_PER_SECOND, rounded)
}

/** The place whose value is nearest; of Infinity the last. */
export function nearestPlace(values: readonly number[], value: number): number {
  if (value === Infinity) return values.length - 1
  const distance = (index: number) => Math.abs((values[index] as number) - value)
  return values.reduce((best, _value, index) => (distance(index) < distance(best) ? index : best), 0)
}
