import type { LinkProfile, RateTrace } from '../link/profile.ts'
import { readTrace } from '../link/traces.ts'
import { runExperiment, type NamedSide, type SimulatedVideo } from '../simulation/experiment.ts'
import type { SideMeasures } from '../stream/side-measures.ts'
import { evenOutline } from './even-video.ts'

/** What sabre's example plays: kbit/s of the variants of "Big Buck Bunny", in HD for 3G, in 4K for 4G and HD lines. */
export const LADDERS = {
  hd: [230, 331, 477, 688, 991, 1427, 2056, 2962, 5027, 6000],
  '4k': [1000, 2500, 5000, 8000, 16_000, 35_000],
} as const

export type LadderName = keyof typeof LADDERS

export const RULES = ['throughput', 'bola', 'hls.js'] as const
export type Rule = (typeof RULES)[number]

/** A line whose rate wanders, and the ladder that fits it. */
export type WanderingLine = { readonly name: string; readonly profile: LinkProfile; readonly ladder: LadderName }

export const VIDEO_SECONDS = 600
const BUFFER_SECONDS = 25 // sabre's example, and BOLA's paper
const USUAL_ONE_WAY_DELAY_MS = 25 // of traces that tell none

/** Reads a trace file of one of the formats of link/traces.ts. Throws RangeError with what is wrong. */
export function tracedLine(name: string, text: string, ladder: LadderName): WanderingLine {
  const read = readTrace(text)
  if (!read.ok) throw new RangeError(`${name}: ${read.problems.join('; ')}`)
  const usual = { oneWayDelayMs: USUAL_ONE_WAY_DELAY_MS }
  const { downlink, uplink } = read.profile
  return { name, ladder, profile: { seed: 1, downlink: { ...usual, ...downlink }, uplink: { ...usual, ...uplink } } }
}

/** The line of one of several viewings: a trace begins so far along, and anything made by chance has another seed. */
export function viewingOf({ profile }: WanderingLine, viewing: number, viewings: number): LinkProfile {
  const { trace, ...rest } = profile.downlink
  const downlink = trace === undefined ? rest : { ...rest, trace: startedAt(trace, viewing / viewings) }
  return { ...profile, downlink, seed: viewing + 1 }
}

/** The modelled video of a ladder: pictures of even size, segments of 4 s. */
export function ladderVideo(ladder: LadderName, seconds = VIDEO_SECONDS): SimulatedVideo {
  const outlines = LADDERS[ladder].map((kbps) => evenOutline(kbps * 1000, seconds, `${kbps}k`))
  return { title: ladder, outlines }
}

/** All rules once, each over its own copy of the line. */
export function watchByRules(profile: LinkProfile, video: SimulatedVideo): Readonly<Record<Rule, AbrFigures>> {
  const sides = RULES.map((abr): NamedSide => ({
    name: abr,
    spec: { kind: 'hls', abr, maxBufferSeconds: BUFFER_SECONDS },
  }))
  const utilities = new Map<string, number[]>(RULES.map((rule) => [rule, []]))
  const utilityOf = utilityByVariant(video)
  const outcomes = runExperiment({
    video,
    sides,
    profile,
    durationSeconds: 4 * VIDEO_SECONDS,
    tell: (side, event) => {
      if (event.kind === 'segment-received') utilities.get(side)?.push(utilityOf.get(event.variant ?? '') ?? 0)
    },
  })
  const figures = outcomes.map(({ name, measures }) => [name, figuresOf(measures, utilities.get(name) ?? [])])
  return Object.fromEntries(figures) as Record<Rule, AbrFigures>
}

/** ln of how many times the lowest bitrate it has: BOLA's utility. */
function utilityByVariant({ outlines }: SimulatedVideo): ReadonlyMap<string, number> {
  const bytes = outlines.map(({ variant, segments }) => [variant, segments[0]?.sizeBytes ?? 1] as const)
  const lowest = bytes[0]?.[1] ?? 1
  return new Map(bytes.map(([variant, sizeBytes]) => [variant, Math.log(sizeBytes / lowest)]))
}

/** The same trace, begun elsewhere; it repeats, so nothing of it is lost. */
export function startedAt(trace: RateTrace, part: number): RateTrace {
  return isSteps(trace) ? stepsFrom(trace, part) : opportunitiesFrom(trace as readonly number[], part)
}

type Steps = readonly (readonly [kilobitsPerSecond: number, seconds: number])[]

function isSteps(trace: RateTrace): trace is Steps {
  return Array.isArray(trace[0])
}

function stepsFrom(steps: Steps, part: number): Steps {
  let leftSeconds = steps.reduce((sum, [, seconds]) => sum + seconds, 0) * part
  const first = steps.findIndex(([, seconds]) => {
    if (leftSeconds < seconds) return true
    leftSeconds -= seconds
    return false
  })
  const step = steps[first]
  if (step === undefined) return steps
  const [kilobitsPerSecond, seconds] = step
  const cut = leftSeconds > 0 ? [[kilobitsPerSecond, leftSeconds] as const] : []
  return [[kilobitsPerSecond, seconds - leftSeconds], ...steps.slice(first + 1), ...steps.slice(0, first), ...cut]
}

function opportunitiesFrom(milliseconds: readonly number[], part: number): readonly number[] {
  const wholeMs = milliseconds.at(-1) ?? 0
  const fromMs = Math.floor(wholeMs * part)
  const [after, before] = [milliseconds.filter((ms) => ms > fromMs), milliseconds.filter((ms) => ms <= fromMs)]
  return [...after.map((ms) => ms - fromMs), ...before.map((ms) => ms + wholeMs - fromMs)]
}

/** Sabre's and BOLA's figures of one viewing. */
export type AbrFigures = {
  readonly rebufferRatio: number // time stalled over time played, startup not counted
  readonly playedBitsPerSecond: number // the mean of what was shown
  readonly switchesPerMinute: number // of play
  readonly switchedBitsPerSecond: number // the mean change of bitrate from segment to segment
  readonly startupSeconds: number
  readonly objective: number // what BOLA maximises: (mean utility + γp) × share of time that is played, γp = 5
}

const GAMMA_P = 5 // stream/abr-bola.ts

function figuresOf(measures: SideMeasures, utilities: readonly number[]): AbrFigures {
  const { startupMs = Infinity, stallMs = 0, watchedMs = 0, shownBitsPerSecond = 0 } = measures
  const { variantSwitches = 0, switchedBitsPerSecond = 0 } = measures
  const playedMs = Math.max(1, watchedMs - stallMs)
  const meanUtility = utilities.reduce((sum, utility) => sum + utility, 0) / Math.max(1, utilities.length)
  return {
    rebufferRatio: stallMs / playedMs,
    playedBitsPerSecond: shownBitsPerSecond,
    switchesPerMinute: (variantSwitches * 60_000) / playedMs,
    switchedBitsPerSecond: switchedBitsPerSecond / Math.max(1, utilities.length),
    startupSeconds: startupMs / 1000, // ms to s
    objective: ((meanUtility + GAMMA_P) * playedMs) / (startupMs + watchedMs),
  }
}
