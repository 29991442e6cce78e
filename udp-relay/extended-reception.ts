import type { StatisticsSummary, VoipMetrics } from '../protocol/rtcp-xr.ts'
import type { ExtendedReception } from '../protocol/weir-api.ts'

/** What one block of an extended report says of its stream, RFC 3611 sections 4.6 and 4.7, as ratios and milliseconds. */
export function extendedReceptionOf(block: StatisticsSummary | VoipMetrics): ExtendedReception {
  switch (block.kind) {
    case 'statistics-summary':
      return { duplicatePackets: block.duplicatePackets }
    case 'voip-metrics':
      return {
        lossRatio: block.lossRate / 256,
        discardRatio: block.discardRate / 256,
        burstDensity: block.burstDensity / 256,
        burstMs: block.burstMs,
        jitterBufferMs: block.jitterBufferMs,
      }
  }
}
