import { MAP_PLACES } from './map-axes.ts'

/** One run of a map: its place on the finest grid, the how-manieth seed from the first one, and how long is watched. */
export type MapRun = {
  readonly column: number // 0 to MAP_PLACES - 1
  readonly row: number
  readonly seedIndex: number
  readonly seconds: number
}

/** A state of the map on its way: so many places a side, so many seeds in each. */
export type MapStage = {
  readonly size: MapSize
  readonly seeds: number
  readonly seconds: number
  readonly runs: readonly MapRun[] // what it adds to the stages before
}

export type MapSize = 5 | 9 | 17

/** Enough for an interval (lab-statistics.ts). */
export const MAP_SEEDS = 5

/** From a sketch to all that is worth waiting for: first the shape, then what is certain of it, then the finer shape;
 *  at last the same over longer runs, if the video lasts. */
export function mapStages(seconds: number, longerSeconds: number): readonly MapStage[] {
  const steps = [
    { size: 5, seeds: 1, seconds },
    { size: 9, seeds: 1, seconds },
    { size: 9, seeds: MAP_SEEDS, seconds },
    { size: 17, seeds: 1, seconds },
    { size: 17, seeds: MAP_SEEDS, seconds },
    ...(longerSeconds > seconds ? [{ size: 17, seeds: MAP_SEEDS, seconds: longerSeconds } as const] : []),
  ] as const
  return steps.map((step, index) => {
    const before = steps.slice(0, index)
    return { ...step, runs: runsOf(step).filter((run) => !before.some((other) => hasRun(other, run))) }
  })
}

/** How many places of the finest grid lie between two of this size. */
export function placeStep(size: MapSize): number {
  return (MAP_PLACES - 1) / (size - 1)
}

/** The places of a side that a map of this size has. */
export function placesOf(size: MapSize): readonly number[] {
  return Array.from({ length: size }, (_, index) => index * placeStep(size))
}

function runsOf({ size, seeds, seconds }: Omit<MapStage, 'runs'>): readonly MapRun[] {
  const places = placesOf(size)
  const seedIndexes = Array.from({ length: seeds }, (_, index) => index)
  return places.flatMap((row) =>
    places.flatMap((column) => seedIndexes.map((seedIndex) => ({ column, row, seedIndex, seconds }))),
  )
}

function hasRun({ size, seeds, seconds }: Omit<MapStage, 'runs'>, run: MapRun): boolean {
  const step = placeStep(size)
  return seconds === run.seconds && run.seedIndex < seeds && run.column % step === 0 && run.row % step === 0
}
