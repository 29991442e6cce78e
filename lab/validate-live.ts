import { linkPresets, type LinkPreset } from '../link/presets.ts'
import type { Outline } from '../protocol/outline.ts'
import { runExperiment, type NamedSide } from '../simulation/experiment.ts'
import type { PlannedRun, ScenarioSource } from '../simulation/scenario.ts'
import type { RunEvent } from '../stream/record.ts'
import { openLiveLab, type LiveLab } from './live-lab.ts'
import { judgeLive, playedOf, type LiveCheck, type PlayedSide, type TransferSums } from './validate-live-bounds.ts'

export type LiveValidationPlan = {
  readonly presets: readonly LinkPreset[]
  readonly runs: number // of each, each with a seed of its own
  readonly seconds: number // of each run, from the wish to play on
  readonly parallel: number // runs at once
  readonly withBrowser: boolean // hls.js in Chromium, too
  readonly tries: number // of a run, while the machine has too much to do
}

/** One run, live and in virtual time. */
export type LiveCell = {
  readonly network: string // of a preset its name
  readonly axes: PlannedRun['axes'] // its cell of a grid
  readonly seed: number
  readonly checks: readonly LiveCheck[]
  /** Why the live one does not count, if so: the machine had too much to do, each time that it was made. */
  readonly restless?: string
}

export type LiveValidation = {
  readonly cells: readonly LiveCell[]
  readonly restlessCells: number
  readonly holds: boolean // all that count, and some do
}

export type LiveValidationOptions = {
  readonly source: ScenarioSource & { readonly kind: 'file' | 'package' }
  readonly signal: AbortSignal
  readonly program?: readonly string[]
  readonly tell?: (line: string) => void
  readonly onReady?: () => void // all is prepared; now it takes its time
  readonly onCell?: (cell: LiveCell) => void
}

const QUICK_PRESETS = ['slow', 'lossy', 'hotel-wifi']
const ROOM_SECONDS = 10 // for startup and some stalls; UDP comes to its end
const SIDES: readonly NamedSide[] = [
  { name: 'hls', spec: { kind: 'hls', abr: 'fixed' } },
  { name: 'udp', spec: { kind: 'udp', repair: 'off' } },
]
const BROWSER_SIDE: NamedSide = { name: 'hls.js', spec: { kind: 'hls', abr: 'fixed', player: 'hls.js' } }

export function livePlanOf({
  quick = false,
  runs = 1,
  clipSeconds = 20,
  parallel = 3,
  browser = false,
  tries = 3,
}: {
  readonly quick?: boolean
  readonly runs?: number
  readonly clipSeconds?: number
  readonly parallel?: number
  readonly browser?: boolean
  readonly tries?: number
}): LiveValidationPlan {
  const presets = linkPresets.filter(({ name }) => !quick || QUICK_PRESETS.includes(name))
  const seconds = clipSeconds + ROOM_SECONDS
  return { presets, runs, seconds, parallel, withBrowser: browser, tries }
}

/** The presets over real sockets, and the same in virtual time. Rejects as openLiveLab does, with the signal's reason. */
export function validateLive(plan: LiveValidationPlan, options: LiveValidationOptions): Promise<LiveValidation> {
  return validateRuns(plannedRuns(plan), plan, options)
}

/** How runs are made side by side, live and in virtual time. */
export type LivePace = Pick<LiveValidationPlan, 'seconds' | 'parallel' | 'tries'>

/** The same of any runs. */
export async function validateRuns(
  runs: readonly PlannedRun[],
  plan: LivePace,
  options: LiveValidationOptions,
): Promise<LiveValidation> {
  const { source, signal, program, tell = () => {}, onReady, onCell } = options
  const listeners = new Map<PlannedRun, (side: string, event: RunEvent) => void>()
  const lab = await openLiveLab({
    source,
    durationSeconds: plan.seconds,
    signal,
    tell,
    ...(program === undefined ? {} : { program }),
    tellEvent: (planned, side, event) => listeners.get(planned)?.(side, event),
  })
  try {
    onReady?.()
    const stop = new AbortController() // where a run fails the others end, too
    const validator: Validator = { plan, lab, signal: AbortSignal.any([signal, stop.signal]), listeners }
    const cells: LiveCell[] = []
    const waiting = runs.values()
    const worker = async (): Promise<void> => {
      for (const run of waiting) {
        const cell = await validateRun(run, validator)
        cells[run.index] = cell
        onCell?.(cell)
      }
    }
    const workers = Array.from({ length: Math.min(plan.parallel, runs.length) }, worker)
    const ended = await Promise.allSettled(workers.map((one) => one.catch((error: unknown) => stopWith(stop, error))))
    const failed = ended.find((outcome) => outcome.status === 'rejected')
    if (failed !== undefined) throw stop.signal.reason
    const counted = cells.filter(({ restless }) => restless === undefined)
    const holds = counted.length > 0 && counted.every(({ checks }) => checks.every((check) => check.holds))
    return { cells, restlessCells: cells.length - counted.length, holds }
  } finally {
    await lab.close()
  }
}

/** The first failure is the one that is told. */
function stopWith(stop: AbortController, error: unknown): never {
  stop.abort(error)
  throw error
}

function plannedRuns({ presets, runs, withBrowser }: LiveValidationPlan): readonly PlannedRun[] {
  const sides = withBrowser ? [...SIDES, BROWSER_SIDE] : SIDES
  const all = presets.flatMap(({ name, profile }) =>
    Array.from({ length: runs }, (_, index) => {
      const seed = index + 1
      return { network: name, profile: { ...profile, seed }, sides, axes: {}, seed }
    }),
  )
  return all.map((run, index) => ({ index, ...run }))
}

type Validator = {
  readonly plan: LivePace
  readonly lab: LiveLab
  readonly signal: AbortSignal
  readonly listeners: Map<PlannedRun, (side: string, event: RunEvent) => void>
}

async function validateRun(run: PlannedRun, validator: Validator): Promise<LiveCell> {
  const virtual = virtually(run, validator.plan, validator.lab.outlines)
  for (let tries = 1; ; tries += 1) {
    const { sides, restless } = await playLive(run, validator)
    const cell = { network: run.network, axes: run.axes, seed: run.seed, checks: judged(run, virtual, sides) }
    if (restless === undefined) return cell
    if (tries >= validator.plan.tries) return { ...cell, restless }
  }
}

function judged(
  { sides }: PlannedRun,
  virtual: readonly PlayedSide[],
  live: readonly PlayedSide[],
): readonly LiveCheck[] {
  return sides.flatMap(({ spec }, index) => {
    const player = spec.player === 'hls.js' ? 'hls.js' : 'weir'
    return judgeLive(virtual[index] as PlayedSide, live[index] as PlayedSide, player)
  })
}

function virtually({ profile, sides }: PlannedRun, plan: LivePace, outlines: readonly Outline[]): PlayedSide[] {
  const sums = new Sums()
  const outcomes = runExperiment({
    video: { title: 'lab', outlines },
    sides,
    profile,
    durationSeconds: plan.seconds,
    isSetUpApart: true,
    tell: (side, event) => sums.add(side, event),
  })
  return outcomes.map((outcome) => playedOf(outcome, sums.of(outcome.name)))
}

async function playLive(
  run: PlannedRun,
  { lab, signal, listeners }: Validator,
): Promise<{ readonly sides: readonly PlayedSide[]; readonly restless?: string }> {
  const sums = new Sums()
  listeners.set(run, (side, event) => sums.add(side, event))
  try {
    const { sides, warnings } = await lab.runWatched(run, signal)
    const [restless] = warnings
    const played = sides.map((side) => playedOf(side, sums.of(side.name)))
    return restless === undefined ? { sides: played } : { sides: played, restless }
  } finally {
    listeners.delete(run)
  }
}

/** What whole segments were, and took. */
class Sums {
  readonly #sides = new Map<string, TransferSums>()

  add(side: string, event: RunEvent): void {
    if (event.kind !== 'segment-received') return
    const { segments, bytes, ms } = this.of(side)
    const sum = { segments: segments + 1, bytes: bytes + event.sizeBytes, ms: ms + event.atMs - event.askedMs }
    this.#sides.set(side, sum)
  }

  of(side: string): TransferSums {
    return this.#sides.get(side) ?? { segments: 0, bytes: 0, ms: 0 }
  }
}
