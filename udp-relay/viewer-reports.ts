import { decodeRtcp, type ReportBlock } from '../protocol/rtcp.ts'
import { roundTripMs } from '../protocol/rtcp-round-trip.ts'
import type { SendTimer } from './send-timer.ts'

export type ViewerReportsOptions = {
  readonly timer: Pick<SendTimer, 'nowMs' | 'unixMs'>
  /** RTCP came: the viewer is there. */
  readonly onAlive: () => void
}

/** What a viewer tells by RTCP of how our packets arrive, over whatever transport. */
export class ViewerReports {
  readonly #options: ViewerReportsOptions
  readonly #lastReports = new Map<number, ReportBlock>() // by track
  receiverReports = 0
  /** Datagrams that are no RTCP: some viewers send a few bytes to open their firewall. */
  otherDatagrams = 0
  /** From the newest report that told of one of ours. */
  roundTripMs: number | undefined

  constructor(options: ViewerReportsOptions) {
    this.#options = options
  }

  /** Packets lost by the viewer's own count, all tracks. */
  get reportedLostPackets(): number {
    return [...this.#lastReports.values()].reduce((sum, report) => sum + report.cumulativePacketsLost, 0)
  }

  /** False for what is no RTCP. */
  take(trackIndex: number, datagram: Uint8Array, atMs: number): boolean {
    const rtcp = decodeRtcp(datagram)
    if (!rtcp.ok) {
      this.otherDatagrams += 1
      return false
    }
    this.#options.onAlive()
    for (const packet of rtcp.value) {
      if (packet.kind !== 'receiver-report') continue
      this.receiverReports += 1
      const [report] = packet.reports
      if (report === undefined) continue
      this.#lastReports.set(trackIndex, report)
      this.roundTripMs = roundTripMs(report, this.#unixMs(atMs)) ?? this.roundTripMs
    }
    return true
  }

  #unixMs(atMs: number): number {
    const { timer } = this.#options
    return timer.unixMs() + (atMs - timer.nowMs())
  }
}
