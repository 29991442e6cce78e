import { z } from 'zod'
import type { LinkProfile, ProfileRead, RateTrace } from './profile.ts'
import { traceSchema } from './rate-schema.ts'

/** Half a day of a busy mahimahi trace. */
const MOST_CHARACTERS = 8_000_000

const sabreStepSchema = z.object({
  duration_ms: z.number(),
  bandwidth_kbps: z.number(),
  latency_ms: z.number().min(0).max(20_000).default(0),
})

type SabreStep = z.output<typeof sabreStepSchema>

/** Reads the text of a trace file and makes a profile of it. The format shows itself: mahimahi has a millisecond a line, one
 *  for each 1500 bytes that may leave; JSON is a list of [kbit/s, seconds], or sabre's list of {duration_ms,
 *  bandwidth_kbps, latency_ms}, whose latency, a round trip, makes the one-way delay of both directions: half its mean
 *  over time. The one problem told is that of the first line that is wrong. */
export function readTrace(text: string): ProfileRead {
  if (text.length > MOST_CHARACTERS)
    return refusal(`must have at most ${MOST_CHARACTERS} characters, got ${text.length}`)
  return /^\s*[[{]/.test(text) ? readJsonTrace(text) : readMahimahiTrace(text)
}

function readMahimahiTrace(text: string): ProfileRead {
  const lines = text.trimEnd().split(/\r?\n/)
  const wrong = lines.findIndex((line) => !/^\d{1,9}$/.test(line))
  if (wrong >= 0) return refusal(`line ${wrong + 1} must be a whole number of milliseconds, got ${shown(lines[wrong])}`)
  return profileOf(lines.map(Number), (entry) => entry + 1)
}

function readJsonTrace(text: string): ProfileRead {
  const lineOf = (entry: number): number => lineOfEntry(text, entry)
  let list: unknown
  try {
    list = JSON.parse(text)
  } catch (error) {
    return refusal(`line ${lineOfError(text, error as Error)} is no JSON: ${(error as Error).message}`)
  }
  if (!Array.isArray(list)) return refusal(`must be a list, got ${shown(list)}`)
  if (Array.isArray(list[0])) return profileOf(list as unknown as RateTrace, lineOf)
  const steps = list.map((step) => sabreStepSchema.safeParse(step))
  const wrong = steps.findIndex(({ success }) => !success)
  if (wrong < 0 && steps.length > 0)
    return profileOfSabre(
      steps.map(({ data }) => data as SabreStep),
      lineOf,
    )
  const expected = 'must be [kbit/s, seconds] or {duration_ms, bandwidth_kbps, latency_ms}'
  return refusal(`line ${lineOf(wrong)} ${expected}, got ${shown(list[wrong])}`)
}

function profileOfSabre(steps: readonly SabreStep[], lineOf: (entry: number) => number): ProfileRead {
  const sumOf = (value: (step: SabreStep) => number): number => steps.reduce((sum, step) => sum + value(step), 0)
  const meanLatencyMs = sumOf((step) => step.latency_ms * step.duration_ms) / sumOf((step) => step.duration_ms)
  const trace = steps.map((step) => [step.bandwidth_kbps, step.duration_ms / 1000] as const)
  return profileOf(trace, lineOf, meanLatencyMs / 2)
}

function profileOf(trace: RateTrace, lineOf: (entry: number) => number, oneWayDelayMs = 0): ProfileRead {
  const read = traceSchema.safeParse(trace)
  const issue = read.error?.issues[0]
  if (issue !== undefined) {
    const [entry] = issue.path as number[]
    const place = entry === undefined ? 'the list' : `line ${lineOf(entry)}`
    return refusal(`${place} ${issue.message}, got ${shown(entry === undefined ? trace : trace[entry])}`)
  }
  const delay = oneWayDelayMs > 0 ? { oneWayDelayMs } : {}
  const profile: LinkProfile = { seed: 1, downlink: { trace, ...delay }, uplink: delay }
  return { ok: true, profile }
}

function refusal(problem: string): ProfileRead {
  return { ok: false, problems: [problem] }
}

function shown(value: unknown): string {
  const text = JSON.stringify(value) ?? 'nothing'
  return text.length > 60 ? `${text.slice(0, 60)}…` : text
}

/** The engines tell the place in the text, each in its own sentence. */
function lineOfError(text: string, { message }: Error): number {
  const position = /position (\d+)/.exec(message)?.[1]
  return linesBefore(text, position === undefined ? text.length : Number(position))
}

/** The line on which an entry of a JSON list stands: commas of the outer list divide them. */
function lineOfEntry(text: string, entry: number): number {
  let depth = 0
  let commas = 0
  for (let index = 0; index < text.length; index += 1) {
    const character = text.charAt(index)
    const isInEntry = depth >= 1 && commas === entry && /\S/.test(character)
    if (isInEntry && character !== ',') return linesBefore(text, index)
    if ('[{'.includes(character)) depth += 1
    if (']}'.includes(character)) depth -= 1
    if (character === ',' && depth === 1) commas += 1
  }
  return linesBefore(text, text.length)
}

function linesBefore(text: string, index: number): number {
  return text.slice(0, index).split('\n').length
}
