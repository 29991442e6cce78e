import type { LinkProfile } from '../link/profile.ts'
import type { LabRun } from '../simulation/lab-results.ts'
import { mapAxisValues, nearestPlace } from '../simulation/map-axes.ts'
import { mapCell, type MapCell } from '../simulation/map-cell.ts'
import type { MapMeasure } from '../simulation/map-figures.ts'
import { mapStages, placesOf, type MapRun, type MapSize, type MapStage } from '../simulation/map-plan.ts'
import type { RunAnswer, RunOrder } from './what-if-messages.ts'
import {
  axisValue,
  cellProfile,
  cellSides,
  DEFAULT_SEED,
  type MapPoint,
  type WhatIfSettings,
} from './what-if-settings.ts'

export type MapOrder = RunOrder & { readonly job: MapJob; readonly run: MapRun }

/** A place on the finest map; row 0 has the lowest value. */
export type MapPlace = { readonly column: number; readonly row: number }

export type MapJobStart = {
  readonly settings: WhatIfSettings
  readonly base: LinkProfile // of the preset
  readonly mediaBitsPerSecond: number // of the variant watched
  readonly longerSeconds: number // of the runs at the end; no more than the settings' where the video does not last
}

const SEEDS = 2 ** 32

/** All runs of one map, in the order of its stages, and what came of them. Other settings are another job. */
export class MapJob {
  readonly settings: WhatIfSettings
  readonly xValues: readonly number[]
  readonly yValues: readonly number[]
  readonly stages: readonly MapStage[]
  problem: string | undefined
  readonly #base: LinkProfile
  readonly #runs: readonly MapRun[] // of all stages
  readonly #given = new Set<string>()
  readonly #results = new Map<string, { readonly seedIndex: number; readonly run: LabRun }[]>()
  readonly #cells = new Map<string, Map<MapMeasure, MapCell | undefined>>() // until another run comes
  #next = 0
  #done = 0

  constructor({ settings, base, mediaBitsPerSecond, longerSeconds }: MapJobStart) {
    this.settings = settings
    this.#base = base
    this.xValues = mapAxisValues(settings.x, mediaBitsPerSecond)
    this.yValues = mapAxisValues(settings.y, mediaBitsPerSecond)
    this.stages = mapStages(settings.seconds, longerSeconds)
    this.#runs = this.stages.flatMap(({ runs }) => runs)
  }

  get allRuns(): number {
    return this.#runs.length
  }

  get doneRuns(): number {
    return this.#done
  }

  /** Given out, and not answered yet. */
  get underWayRuns(): number {
    return this.#given.size - this.#done
  }

  get isDone(): boolean {
    return this.#done === this.allRuns
  }

  /** The first one that is not complete; at the end the last one. */
  get stage(): MapStage {
    let runs = 0
    const current = this.stages.find((stage) => (runs += stage.runs.length) > this.#done)
    return current ?? (this.stages.at(-1) as MapStage)
  }

  /** The newest one of which every run has come; undefined: none yet. */
  get wholeStage(): MapStage | undefined {
    let runs = 0
    return this.stages.findLast(({ runs: { length } }, index) => {
      if (index === this.stages.length - 1) runs = this.allRuns
      const isWhole = runs <= this.#done
      runs -= length
      return isWhole
    })
  }

  /** What is seen: longer runs take the place of the others when all of them are there. */
  get shown(): { readonly size: MapSize; readonly seconds: number } {
    const { size, seconds } = this.stage
    return { size, seconds: this.isDone ? seconds : this.settings.seconds }
  }

  /** Undefined: all have been given out, or something is wrong. */
  next(): MapOrder | undefined {
    if (this.problem !== undefined) return undefined
    while (this.#next < this.#runs.length) {
      const run = this.#runs[this.#next] as MapRun
      this.#next += 1
      if (!this.#given.has(keyOf(run))) return this.#order(run, false)
    }
    return undefined
  }

  /** The first run of a place, with what happened in it; what it measures counts in the map. */
  orderAt({ column, row }: MapPlace): MapOrder {
    return this.#order({ column, row, seedIndex: 0, seconds: this.settings.seconds }, true)
  }

  add({ run }: MapOrder, answer: RunAnswer): void {
    if (!answer.ok) {
      this.problem = answer.message
      return
    }
    const { column, row, seedIndex, seconds } = run
    const place = placeKey(column, row, seconds)
    const known = this.#results.get(place) ?? []
    if (known.some((other) => other.seedIndex === seedIndex)) return // of the chosen place again
    this.#done += 1
    const labRun: LabRun = {
      index: this.#done,
      network: this.settings.preset,
      axes: { [this.settings.x]: this.xValues[column], [this.settings.y]: this.yValues[row] },
      seed: this.#seed(seedIndex),
      mode: 'virtual',
      sides: answer.outcomes,
    }
    const runs = [...known, { seedIndex, run: labRun }].sort((a, b) => a.seedIndex - b.seedIndex)
    this.#results.set(place, runs)
    this.#cells.delete(place)
  }

  /** In the order of their seeds, whichever came first. */
  runsAt({ column, row }: MapPlace, seconds: number): readonly LabRun[] {
    return (this.#results.get(placeKey(column, row, seconds)) ?? []).map(({ run }) => run)
  }

  cellAt(place: MapPlace, measure: MapMeasure, seconds = this.shown.seconds): MapCell | undefined {
    const key = placeKey(place.column, place.row, seconds)
    const ofPlace = this.#cells.get(key) ?? new Map<MapMeasure, MapCell | undefined>()
    this.#cells.set(key, ofPlace)
    if (!ofPlace.has(measure)) ofPlace.set(measure, mapCell(this.runsAt(place, seconds), measure, seconds))
    return ofPlace.get(measure)
  }

  point({ column, row }: MapPlace): MapPoint {
    return { x: this.xValues[column] as number, y: this.yValues[row] as number }
  }

  /** The place whose values are nearest to those of some settings. */
  placeOf(settings: WhatIfSettings): MapPlace {
    const { x, y } = this.settings
    return {
      column: nearestPlace(this.xValues, axisValue(settings, x, this.#base)),
      row: nearestPlace(this.yValues, axisValue(settings, y, this.#base)),
    }
  }

  #order(run: MapRun, withTimelines: boolean): MapOrder {
    this.#given.add(keyOf(run))
    const point = this.point(run)
    const profile = { ...cellProfile(this.#base, this.settings, point), seed: this.#seed(run.seedIndex) }
    return { job: this, run, profile, sides: cellSides(this.settings, point), seconds: run.seconds, withTimelines }
  }

  #seed(seedIndex: number): number {
    return ((this.settings.network.seed ?? DEFAULT_SEED) + seedIndex) % SEEDS
  }
}

/** Of a place that the map shown has not: the nearest one that it has. */
export function nearestShown(place: MapPlace, size: MapSize): MapPlace {
  const places = placesOf(size)
  return { column: places[nearestPlace(places, place.column)] ?? 0, row: places[nearestPlace(places, place.row)] ?? 0 }
}

function keyOf({ column, row, seedIndex, seconds }: MapRun): string {
  return `${placeKey(column, row, seconds)} ${seedIndex}`
}

function placeKey(column: number, row: number, seconds: number): string {
  return `${column} ${row} ${seconds}`
}
