import type { SideMeasures } from '../../stream/side-measures.ts'
import type { LabRun } from '../lab-results.ts'

/** Runs of one network under the seeds from 1 on, each with the measures of both sides; undefined: nothing was measured. */
export function labRuns(
  measures: readonly { readonly hls?: SideMeasures; readonly udp?: SideMeasures }[],
  network = 'line',
  axes: LabRun['axes'] = {},
): readonly LabRun[] {
  return measures.map(({ hls = {}, udp = {} }, index) => ({
    index,
    network,
    axes,
    seed: index + 1,
    mode: 'virtual',
    sides: [
      { name: 'hls', side: 'hls', measures: hls, hasEnded: true },
      { name: 'udp', side: 'udp', measures: udp, hasEnded: true },
    ],
  }))
}
