import { z } from 'zod'
import { kindsOf, listOf, numberFrom, objectOf, oneOf } from './schema-words.ts'

const HIGHEST_BITS_PER_SECOND = 10_000_000_000
const MOST_TRACE_ENTRIES = 500_000

/** Below 8 kbit/s a full packet takes longer than any player waits; an outage is a rate of 0 in a trace or generator. */
export const constantRateSchema = numberFrom(8_000, HIGHEST_BITS_PER_SECOND)

const changingRateSchema = numberFrom(0, HIGHEST_BITS_PER_SECOND)
const stepRatesSchema = listOf(changingRateSchema, 1, 1000).refine((rates) => rates.some((rate) => rate > 0), {
  error: 'must have a rate above 0',
})
const periodSchema = numberFrom(0.1, 86_400)

const generatorKinds = kindsOf(
  objectOf({ kind: oneOf('steps'), ratesBitsPerSecond: stepRatesSchema, stepSeconds: numberFrom(0.01, 3600) }),
  objectOf({
    kind: oneOf('spike'),
    rateBitsPerSecond: constantRateSchema,
    spikeRateBitsPerSecond: changingRateSchema,
    periodSeconds: periodSchema,
    spikeSeconds: periodSchema,
  }),
  objectOf({
    kind: oneOf('sawtooth'),
    lowestRateBitsPerSecond: changingRateSchema,
    highestRateBitsPerSecond: constantRateSchema,
    periodSeconds: periodSchema,
  }),
  objectOf({
    kind: oneOf('markov'),
    ratesBitsPerSecond: listOf(constantRateSchema, 1, 100).exactOptional(),
    meanDwellSeconds: numberFrom(0.1, 600).exactOptional(),
    outagesPerMinute: numberFrom(0, 20).exactOptional(),
  }),
)

export const generatorSchema = generatorKinds.check(
  z.superRefine((generator, context) => {
    const [key, message] = contradiction(generator) ?? []
    if (key !== undefined && message !== undefined) context.addIssue({ code: 'custom', path: [key], message })
  }),
)

function contradiction(generator: z.output<typeof generatorKinds>): [key: string, message: string] | undefined {
  if (generator.kind === 'spike' && generator.spikeSeconds >= generator.periodSeconds) {
    return ['spikeSeconds', 'must be shorter than periodSeconds']
  }
  if (generator.kind === 'sawtooth' && generator.lowestRateBitsPerSecond > generator.highestRateBitsPerSecond) {
    return ['lowestRateBitsPerSecond', 'must not be above highestRateBitsPerSecond']
  }
  return undefined
}

/** The zod issues of a list of 100,000 numbers are slow and say little: the first wrong entry is told, with its place. */
export const traceSchema = z.array(z.unknown(), 'must be a list of [kbit/s, seconds] or of milliseconds').check(
  z.superRefine((entries, context) => {
    const wrong = traceProblem(entries)
    if (wrong !== undefined) context.addIssue({ code: 'custom', message: wrong.message, path: wrong.path })
  }),
)

type TraceProblem = { readonly message: string; readonly path: number[] }

function traceProblem(entries: readonly unknown[]): TraceProblem | undefined {
  if (entries.length === 0 || entries.length > MOST_TRACE_ENTRIES) {
    return { message: `must have 1 to ${MOST_TRACE_ENTRIES} entries`, path: [] }
  }
  return Array.isArray(entries[0]) ? stepsProblem(entries) : opportunitiesProblem(entries)
}

function stepsProblem(steps: readonly unknown[]): TraceProblem | undefined {
  const index = steps.findIndex((step) => !isStep(step))
  if (index >= 0) return { message: 'must be [0 to 10000000 kbit/s, 0.001 to 86400 seconds]', path: [index] }
  const isDead = steps.every((step) => (step as [number, number])[0] === 0)
  return isDead ? { message: 'must have a rate above 0', path: [] } : undefined
}

function isStep(step: unknown): boolean {
  if (!Array.isArray(step) || step.length !== 2) return false
  const [kilobitsPerSecond, seconds] = step as unknown[]
  return isWithin(kilobitsPerSecond, 0, HIGHEST_BITS_PER_SECOND / 1000) && isWithin(seconds, 0.001, 86_400)
}

function opportunitiesProblem(moments: readonly unknown[]): TraceProblem | undefined {
  const index = moments.findIndex(
    (moment, place) => !Number.isInteger(moment) || !isWithin(moment, Number(moments[place - 1] ?? 0), 86_400_000),
  )
  if (index >= 0)
    return { message: 'must be a whole millisecond up to 86400000, none before the one above', path: [index] }
  return moments.at(-1) === 0 ? { message: 'must end after millisecond 0', path: [] } : undefined
}

function isWithin(value: unknown, least: number, most: number): boolean {
  return typeof value === 'number' && value >= least && value <= most
}
