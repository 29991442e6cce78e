import type { RunEvent, ViewerSide } from '../../stream/record.ts'
import { isOfViewer } from '../../stream/event-kinds.ts'
import { LinkMeasuresFold } from '../../stream/link-measures.ts'
import { linkSideMeasures } from '../../stream/run-measures.ts'
import { SideMeasuresFold, type SideMeasures } from '../../stream/side-measures.ts'
import type { SimulatedVideo } from '../experiment.ts'

/** The measures of one side that come of what it told, up to its end or to the moment at which it was left. */
export function toldMeasures(
  events: readonly RunEvent[],
  side: ViewerSide,
  { outlines }: SimulatedVideo,
  leftMs: number,
): SideMeasures {
  const endMs = events.find(({ kind }) => kind === 'ended')?.atMs ?? leftMs
  const outlineOf = (name: string) => outlines.find(({ variant }) => variant === name)
  const frameIntervalMs = 1000 / (outlines.at(-1)?.video?.framesPerSecond ?? 30)
  const fold = new SideMeasuresFold({ side, frameIntervalMs, outlineOf })
  const link = new LinkMeasuresFold()
  for (const event of events) {
    if (event.atMs > endMs) continue
    if ('lane' in event) link.add(event)
    else if (isOfViewer(event)) fold.add(event)
  }
  const down = link.at(endMs).find(({ direction }) => direction === 'down')
  return { ...fold.measures(down?.offeredBytes, endMs), ...(down === undefined ? {} : linkSideMeasures(down)) }
}
