import { scaleLinear, scaleLog } from 'd3-scale'

export type Tick = { readonly value: number; readonly label: string }

/** Values onto pixels, with the ticks of its axis. */
export type Scale = { readonly at: (value: number) => number; readonly ticks: readonly Tick[] }

type Pixels = readonly [from: number, to: number]

/** An axis that begins at 0 unless all values lie in its upper part, and ends at round numbers. `tickCount` is about how
 *  many ticks there shall be. */
export function valueScale(values: readonly number[], [from, to]: Pixels, tickCount = 4): Scale {
  const { low, high } = rangeOf(values)
  const scale = scaleLinear(ownRange(low, high), [from, to]).nice(tickCount)
  const format = scale.tickFormat(tickCount, 'f')
  return {
    at: (value) => scale(value),
    ticks: scale.ticks(tickCount).map((value) => ({ value, label: grouped(format(value)) })),
  }
}

/** The same from left to right, with as many ticks as there is room for their labels. */
export function lyingScale(values: readonly number[], span: Pixels): Scale {
  for (let tickCount = 5; tickCount > 2; tickCount -= 1) {
    const scale = valueScale(values, span, tickCount)
    const widest = Math.max(...scale.ticks.map(({ label }) => label.length))
    if (scale.ticks.length * (widest * DIGIT_PIXELS + 12) <= span[1] - span[0] + 12) return scale
  }
  return valueScale(values, span, 2)
}

const DIGIT_PIXELS = 6.5 // at the size of a tick's label

/** An axis with a tick at each of the values: logarithmic where they span more than a factor of 12. */
export function pointScale(ticks: readonly Tick[], [from, to]: Pixels): Scale {
  const { low, high } = rangeOf(ticks.map(({ value }) => value))
  const domain = low === high ? [low - 0.5, high + 0.5] : [low, high]
  const scale = low > 0 && high / low > 12 ? scaleLog(domain, [from, to]) : scaleLinear(domain, [from, to])
  return { at: (value) => scale(value), ticks }
}

/** Equal steps for limits between classes, from round numbers. */
export function roundSteps(low: number, high: number, count: number): readonly number[] {
  return low === high ? [] : scaleLinear([low, high], [0, 1]).ticks(count)
}

function rangeOf(values: readonly number[]): { readonly low: number; readonly high: number } {
  const finite = values.filter(Number.isFinite)
  if (finite.length === 0) return { low: 0, high: 1 }
  return finite.reduce(({ low, high }, value) => ({ low: Math.min(low, value), high: Math.max(high, value) }), {
    low: Infinity,
    high: -Infinity,
  })
}

function ownRange(low: number, high: number): readonly [number, number] {
  if (low === high) return low === 0 ? [0, 1] : [Math.min(0, low), Math.max(0, high)]
  if (low > 0 && low > high / 2) return [low, high]
  return [Math.min(0, low), Math.max(0, high)]
}

/** Thin groups of three: 18 402. */
export function grouped(number: string): string {
  const [whole = '', fraction] = number.split('.')
  const groups = whole.replaceAll(/\B(?=(\d{3})+$)/g, '\u202f')
  return fraction === undefined ? groups : `${groups}.${fraction}`
}
