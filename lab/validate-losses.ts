import { AccessLink } from '../link/access-link.ts'
import type { BulkCell } from './validate-model.ts'

/** Which of the first `count` packets on the downlink are lost, by their places: the link's own decisions under this seed.
 *  The relay in the kernel's lab carries them out, so that model and kernel meet the same losses, packet by packet. */
export function lostPackets({ loss }: Pick<BulkCell, 'loss'>, seed: number, count: number): number[] {
  if (loss === undefined) return []
  const lost: number[] = []
  const link = new AccessLink({ seed, downlink: { loss } })
  const flow = link.openFlow({ down: { dropped: ({ id }) => lost.push(id) } })
  for (let id = 0; id < count; id += 1) link.send('down', { id, flow, sizeBytes: 1, traffic: 'tcp' }, id)
  link.advance(count)
  return lost
}
