import type { OtherRtcp, ReportBlock } from '../protocol/rtcp.ts'
import { decodeExtendedReport, isExtendedReport, type XrBlock } from '../protocol/rtcp-xr.ts'
import type { RtspTrackStatus } from '../protocol/weir-api.ts'
import type { PlayoutTrack } from './playout.ts'

/** What a viewer says of how its tracks come: receiver reports (RFC 3550) and extended ones (RFC 3611). */
export class ViewerReports {
  readonly #extended = new Map<number, RtspTrackStatus['extended']>() // the newest, by track

  /** One that cannot be read is as if it had not come. */
  take(trackIndex: number, packet: OtherRtcp): void {
    if (!isExtendedReport(packet)) return
    const report = decodeExtendedReport(packet)
    if (report.ok) this.#extended.set(trackIndex, Object.assign({}, ...report.value.blocks.map(figuresOf)))
  }

  statusOf({ kind, clockRateHz }: PlayoutTrack, trackIndex: number, report: ReportBlock | undefined): RtspTrackStatus {
    const extended = this.#extended.get(trackIndex)
    return {
      kind,
      ...(report === undefined ? {} : { report: reportFigures(report, clockRateHz) }),
      ...(extended === undefined ? {} : { extended }),
    }
  }
}

function reportFigures({ fractionLost, cumulativePacketsLost, jitterTicks }: ReportBlock, clockRateHz: number) {
  return {
    fractionLost: fractionLost / 256,
    lostPackets: cumulativePacketsLost,
    jitterMs: (jitterTicks * 1000) / clockRateHz, // ticks to ms
  }
}

function figuresOf(block: XrBlock): RtspTrackStatus['extended'] {
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
    case 'other':
      return {}
  }
}
