import { join } from 'node:path'
import { runExperiment, type NamedSide, type SimulatedVideo } from '../simulation/experiment.ts'
import type { LabRun, LabSide } from '../simulation/lab-results.ts'
import { plannedRun, plannedRunCount } from '../simulation/planned-runs.ts'
import type { PlannedRun, Scenario } from '../simulation/scenario.ts'
import { isOfViewer } from '../stream/event-kinds.ts'
import type { RunEvent, ViewerSide } from '../stream/record.ts'
import { writeRecordEvent, writeRecordHead } from '../stream/run-record.ts'
import { PieceFile } from './piece-file.ts'

export const LONGEST_RECORD_SECONDS = 600 // its events are held until both sides have told theirs

type Told = { readonly side: string; readonly event: RunEvent }

/** The first run of each network, by its place in the plan: of these there are records. */
function recordedRuns(scenario: Scenario): ReadonlySet<number> {
  const ofNetwork = plannedRunCount(scenario) / scenario.networks.length
  return new Set(scenario.networks.map((_, place) => place * ofNetwork))
}

/** Everything that happened in one run, until it is written: `record-<network>.jsonl`, or where several sides are of a kind,
 *  and of a live run, whose sides have clocks of their own, `record-<network>-<side>.jsonl`. */
class RunRecords {
  readonly #scenario: Scenario
  readonly #planned: PlannedRun
  readonly #told: Told[] = []

  constructor(scenario: Scenario, planned: PlannedRun) {
    this.#scenario = scenario
    this.#planned = planned
  }

  add(side: string, event: RunEvent): void {
    this.#told.push({ side, event })
  }

  /** Gives the names of the files. */
  async write(
    folder: string,
    sides: readonly Pick<LabSide, 'name' | 'side'>[],
    weir: string,
  ): Promise<readonly string[]> {
    const kinds = new Map(sides.map(({ name, side }) => [name, side]))
    const isShared = this.#scenario.mode === 'virtual' && new Set(kinds.values()).size === kinds.size
    const records = recordsOf(this.#planned, kinds, this.#told, isShared)
    for (const { name, sides: told, events } of records) {
      await writeRecord(join(folder, name), headOf(this.#scenario, this.#planned, told, weir), events)
    }
    return records.map(({ name }) => name)
  }
}

/** Of live runs, as they are told; those that are not recorded are nobody's. */
export class LiveRecords {
  readonly #scenario: Scenario
  readonly #recorded: ReadonlySet<number>
  readonly #running = new Map<number, RunRecords>()

  constructor(scenario: Scenario) {
    this.#scenario = scenario
    this.#recorded = recordedRuns(scenario)
  }

  add(planned: PlannedRun, side: string, event: RunEvent): void {
    if (!this.#recorded.has(planned.index)) return
    const records = this.#running.get(planned.index) ?? new RunRecords(this.#scenario, planned)
    this.#running.set(planned.index, records)
    records.add(side, event)
  }

  /** Gives the names of the files, none of a run that nothing was told of. */
  async write(folder: string, { index, sides }: LabRun, weir: string): Promise<readonly string[]> {
    const records = this.#running.get(index)
    this.#running.delete(index)
    return (await records?.write(folder, sides, weir)) ?? []
  }
}

/** Plays the recorded runs of a virtual scenario once more. Gives the names of the files. */
export async function writeRecords(
  folder: string,
  scenario: Scenario,
  video: SimulatedVideo,
  weir: string,
): Promise<readonly string[]> {
  const names: string[] = []
  for (const index of recordedRuns(scenario)) {
    const planned = plannedRun(scenario, index)
    const records = new RunRecords(scenario, planned)
    const { profile, sides } = planned
    const { durationSeconds } = scenario
    const tell = (side: string, event: RunEvent): void => records.add(side, event)
    const outcomes = runExperiment({ video, profile, sides, durationSeconds, tell })
    names.push(...(await records.write(folder, outcomes, weir)))
  }
  return names
}

type OneRecord = {
  readonly name: string
  readonly sides: readonly NamedSide[]
  readonly events: readonly RunEvent[]
}

/** One record has room for one viewer of each kind. */
function recordsOf(
  { network, sides }: PlannedRun,
  kinds: ReadonlyMap<string, ViewerSide>,
  told: readonly Told[],
  isShared: boolean,
): readonly OneRecord[] {
  const eventsOf = (name: string) =>
    told.flatMap(({ side, event }) => (side === name ? [ofSide(event, kinds.get(name))] : []))
  if (!isShared) {
    return sides.map((side) => ({
      name: `record-${network}-${side.name}.jsonl`,
      sides: [side],
      events: eventsOf(side.name),
    }))
  }
  const events = sides.flatMap(({ name }) => eventsOf(name)).toSorted((a, b) => a.atMs - b.atMs)
  return [{ name: `record-${network}.jsonl`, sides, events }]
}

function ofSide(event: RunEvent, side: ViewerSide | undefined): RunEvent {
  return isOfViewer(event) && side !== undefined ? { ...event, side } : event
}

function headOf(scenario: Scenario, planned: PlannedRun, sides: readonly NamedSide[], weir: string): string {
  const { name, source, durationSeconds } = scenario
  const { network, profile, axes, seed } = planned
  const run = { name, source, durationSeconds, network, profile, axes, sides }
  return writeRecordHead({ scenario: run, seed, versions: { weir } })
}

async function writeRecord(path: string, head: string, events: readonly RunEvent[]): Promise<void> {
  const file = await PieceFile.create(path)
  try {
    await file.write(head)
    for (const event of events) await file.write(writeRecordEvent(event))
    await file.finish()
  } catch (error) {
    await file.discard()
    throw error
  }
}
