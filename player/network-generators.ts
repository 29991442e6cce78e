import type { RateGenerator } from '../link/profile.ts'
import { generatorWords, unitWords } from './words.ts'

/** One number of a generator, or a list of them, as the panel shows it. */
export type GeneratorField = {
  readonly key: string
  readonly label: string
  readonly title: string
  readonly unit: string
  readonly perUnit: number
  readonly isList: boolean
  readonly min: number // in the profile's unit
  readonly max: number
}

export type GeneratorForm = {
  readonly title: string
  /** What it is before somebody changes it: it shows what the kind is about. */
  readonly start: RateGenerator
  readonly fields: readonly GeneratorField[]
}

const highestRate = 10_000_000_000

type Words = readonly [label: string, title: string]

function rate(key: string, [label, title]: Words, min = 0, isList = false): GeneratorField {
  return { key, label, title, unit: 'Mbit/s', perUnit: 1_000_000, isList, min, max: highestRate }
}

function seconds(key: string, [label, title]: Words, min = 0.1, max = 86_400): GeneratorField {
  return { key, label, title, unit: 's', perUnit: 1, isList: false, min, max }
}

const { steps, spike, sawtooth, markov } = generatorWords

/** The kinds of link/generators.ts, their bounds those of link/rate-schema.ts. */
export const generatorForms: Readonly<Record<RateGenerator['kind'], GeneratorForm>> = {
  steps: {
    title: steps.title,
    start: { kind: 'steps', ratesBitsPerSecond: [6_000_000, 3_000_000, 1_000_000, 3_000_000], stepSeconds: 10 },
    fields: [rate('ratesBitsPerSecond', steps.rates, 0, true), seconds('stepSeconds', steps.each, 0.01, 3600)],
  },
  spike: {
    title: spike.title,
    start: {
      kind: 'spike',
      rateBitsPerSecond: 6_000_000,
      spikeRateBitsPerSecond: 500_000,
      periodSeconds: 20,
      spikeSeconds: 3,
    },
    fields: [
      rate('rateBitsPerSecond', spike.rate, 8_000),
      rate('spikeRateBitsPerSecond', spike.inSpike),
      seconds('periodSeconds', spike.every),
      seconds('spikeSeconds', spike.lasts),
    ],
  },
  sawtooth: {
    title: sawtooth.title,
    start: {
      kind: 'sawtooth',
      lowestRateBitsPerSecond: 500_000,
      highestRateBitsPerSecond: 6_000_000,
      periodSeconds: 30,
    },
    fields: [
      rate('lowestRateBitsPerSecond', sawtooth.from),
      rate('highestRateBitsPerSecond', sawtooth.to, 8_000),
      seconds('periodSeconds', sawtooth.rising),
    ],
  },
  markov: {
    title: markov.title,
    start: {
      kind: 'markov',
      ratesBitsPerSecond: [500_000, 1_500_000, 4_000_000, 8_000_000, 12_000_000],
      meanDwellSeconds: 2,
      outagesPerMinute: 1,
    },
    fields: [
      rate('ratesBitsPerSecond', markov.rates, 8_000, true),
      seconds('meanDwellSeconds', markov.staying, 0.1, 600),
      {
        ...seconds('outagesPerMinute', markov.outages, 0, 20),
        unit: unitWords.aMinute,
      },
    ],
  },
}

/** The value of a field as a person reads it: "6, 3, 1". What a generator leaves out is what it begins with here
 *  (link/generators.ts has the same numbers). */
export function shownField(generator: RateGenerator, { key, perUnit }: GeneratorField): string {
  const told: Readonly<Record<string, unknown>> = { ...generatorForms[generator.kind].start, ...generator }
  return [told[key]]
    .flat()
    .map((number) => String(withoutDust(Number(number) / perUnit)))
    .join(', ')
}

/** The generator with another value; undefined for a text that makes no sense. A comma divides a list: its numbers take a
 *  point. */
export function withField(generator: RateGenerator, field: GeneratorField, text: string): RateGenerator | undefined {
  const { key, perUnit, isList, min, max } = field
  const parts = isList ? text.split(/[,;\s]+/).filter((part) => part !== '') : [text.replace(',', '.').trim()]
  const numbers = parts.map((part) => (part === '' ? NaN : withoutDust(Number(part) * perUnit)))
  const isRight = numbers.length > 0 && numbers.every((number) => number >= min && number <= max)
  return isRight ? ({ ...generator, [key]: isList ? numbers : numbers[0] } as RateGenerator) : undefined
}

function withoutDust(value: number): number {
  return Math.round(value * 1e6) / 1e6
}
