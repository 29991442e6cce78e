import { MAP_PLACES } from '../simulation/map-axes.ts'
import type { WhatIf } from './what-if.ts'

/** What a test or a curious person reads as `window.weir`; described in player/README.md. */
export function whatIfSnapshot(whatIf: WhatIf): Readonly<Record<string, unknown>> {
  const job = whatIf.job.value
  return Object.freeze({
    settings: whatIf.settings.value,
    place: whatIf.place.value,
    firstMapMs: whatIf.firstMapMs,
    ...(job === undefined
      ? {}
      : {
          stage: { ...job.stage, runs: undefined },
          doneRuns: job.doneRuns,
          allRuns: job.allRuns,
          runs: runsOf(whatIf),
        }),
  })
}

/** Each run of the newest job, with its place. */
function runsOf({ job: { value: job } }: WhatIf) {
  const places = Array.from({ length: MAP_PLACES }, (_, place) => place)
  const seconds = job?.settings.seconds ?? 0
  return places.flatMap((row) =>
    places.flatMap((column) => (job?.runsAt({ column, row }, seconds) ?? []).map((run) => ({ column, row, ...run }))),
  )
}

/** Each reading of `window.weir` is a fresh snapshot. Returns how to take it away again. */
export function exposeWhatIf(whatIf: WhatIf): () => void {
  Object.defineProperty(window, 'weir', { configurable: true, enumerable: true, get: () => whatIfSnapshot(whatIf) })
  return () => Reflect.deleteProperty(window, 'weir')
}
