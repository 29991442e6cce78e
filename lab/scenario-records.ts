import { join } from 'node:path'
import { runExperiment, type NamedSide, type SimulatedVideo } from '../simulation/experiment.ts'
import { plannedRun, plannedRunCount } from '../simulation/planned-runs.ts'
import type { PlannedRun, Scenario } from '../simulation/scenario.ts'
import { isOfViewer } from '../stream/event-kinds.ts'
import type { RunEvent, ViewerSide } from '../stream/record.ts'
import { writeRecordEvent, writeRecordHead } from '../stream/run-record.ts'
import { PieceFile } from './piece-file.ts'

export const LONGEST_RECORD_SECONDS = 600 // its events are held until both sides have told theirs

type Told = { readonly side: string; readonly event: RunEvent }

/** Plays the first run of each network once more and writes everything that happened: `record-<network>.jsonl`, or where
 *  several sides are of a kind `record-<network>-<side>.jsonl`. Gives the names of the files. */
export async function writeRecords(
  folder: string,
  scenario: Scenario,
  video: SimulatedVideo,
  weir: string,
): Promise<readonly string[]> {
  const names: string[] = []
  for (const index of firstRuns(scenario)) {
    const planned = plannedRun(scenario, index)
    const told: Told[] = []
    const { profile, sides } = planned
    const { durationSeconds } = scenario
    const outcomes = runExperiment({
      video,
      profile,
      sides,
      durationSeconds,
      tell: (side, event) => void told.push({ side, event }),
    })
    const kinds = new Map(outcomes.map(({ name, side }) => [name, side]))
    for (const record of recordsOf(planned, kinds, told)) {
      await writeRecord(join(folder, record.name), headOf(scenario, planned, record.sides, weir), record.events)
      names.push(record.name)
    }
  }
  return names
}

function firstRuns(scenario: Scenario): readonly number[] {
  const ofNetwork = plannedRunCount(scenario) / scenario.networks.length
  return scenario.networks.map((_, place) => place * ofNetwork)
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
): readonly OneRecord[] {
  const eventsOf = (name: string) =>
    told.flatMap(({ side, event }) => (side === name ? [ofSide(event, kinds.get(name))] : []))
  const isShared = new Set(kinds.values()).size === sides.length
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
