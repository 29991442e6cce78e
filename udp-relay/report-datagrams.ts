import { middle32 } from '../protocol/rtcp-round-trip.ts'
import { genericNackPacket } from '../protocol/rtcp-feedback.ts'
import { extendedReportPacket, type VoipMetrics } from '../protocol/rtcp-xr.ts'
import { encodeRtcp, type ReportBlock, type RtcpPacket, type SenderReport } from '../protocol/rtcp.ts'
import { GMIN_PACKETS } from '../stream/burst-gap.ts'
import type { ReceivedTrack, TrackFigures } from './received-track.ts'

export type ReportDatagramsOptions = {
  readonly track: ReceivedTrack
  readonly ssrc: number // our own
  readonly cname: string
  readonly jitterBufferMs: number
}

/** What a receiver says of one track, as datagrams: RFC 3550 section 6.4.2, RFC 3611, RFC 4585. */
export class ReportDatagrams {
  readonly #options: ReportDatagramsOptions
  #lastSr: { readonly middle: number; readonly arrivalMs: number } | undefined

  constructor(options: ReportDatagramsOptions) {
    this.#options = options
  }

  noteSenderReport({ ntpTime }: SenderReport, arrivalMs: number): void {
    this.#lastSr = { middle: middle32(ntpTime), arrivalMs }
  }

  /** Receiver report, source description, extended report; the interval of "fraction lost" ends with it. */
  report(nowMs: number, roundTripMs: number): Uint8Array {
    const { ssrc, track } = this.#options
    const block = this.#block(nowMs)
    const extended =
      block === undefined ? [] : [extendedReportPacket({ ssrc, blocks: this.#blocks(track.figures(), roundTripMs) })]
    return encodeRtcp([...this.#head(block), ...extended])
  }

  /** Asks for packets again; sent at once (RFC 4585 section 3.5), with a report that counts nothing anew. */
  nack(lostSequenceNumbers: readonly number[]): Uint8Array {
    const { ssrc, track } = this.#options
    const nack = { senderSsrc: ssrc, mediaSsrc: track.ssrc ?? 0, lostSequenceNumbers }
    return encodeRtcp([...this.#head(undefined), genericNackPacket(nack)])
  }

  /** We leave, RFC 3550 section 6.6. */
  bye(nowMs: number): Uint8Array {
    return encodeRtcp([...this.#head(this.#block(nowMs)), { kind: 'bye', ssrcs: [this.#options.ssrc] }])
  }

  #head(block: ReportBlock | undefined): RtcpPacket[] {
    const { ssrc, cname } = this.#options
    return [
      { kind: 'receiver-report', ssrc, reports: block === undefined ? [] : [block] },
      { kind: 'source-description', sources: [{ ssrc, cname }] },
    ]
  }

  #block(nowMs: number): ReportBlock | undefined {
    const { track } = this.#options
    if (track.ssrc === undefined || track.statistics.expectedPackets === 0) return undefined
    const heldMs = this.#lastSr === undefined ? 0 : nowMs - this.#lastSr.arrivalMs
    const delaySinceLastSr = Math.min(0xffff_ffff, Math.round((heldMs * 65_536) / 1000)) // ms to 1/65536 s
    return { ssrc: track.ssrc, ...track.statistics.report(), lastSr: this.#lastSr?.middle ?? 0, delaySinceLastSr }
  }

  #blocks(figures: TrackFigures, roundTripMs: number) {
    const { track, jitterBufferMs } = this.#options
    const ssrc = track.ssrc ?? 0
    const end = track.statistics.highestSequenceNumber + 1
    const summary = {
      kind: 'statistics-summary',
      ssrc,
      beginSequenceNumber: (end - figures.expectedPackets) & 0xffff,
      endSequenceNumber: end & 0xffff,
      lostPackets: figures.lostPackets,
      duplicatePackets: figures.duplicatePackets,
    } as const
    return [summary, voipMetrics({ ssrc, jitterBufferMs, roundTripMs }, figures, track.msPerPacket)]
  }
}

function voipMetrics(
  known: Pick<VoipMetrics, 'ssrc' | 'jitterBufferMs' | 'roundTripMs'>,
  { bursts, expectedPackets, lostPackets, latePackets }: TrackFigures,
  msPerPacket: number,
): VoipMetrics {
  const share = (part: number, whole: number): number => (whole === 0 ? 0 : Math.floor((256 * part) / whole))
  return {
    kind: 'voip-metrics',
    ...known,
    lossRate: share(lostPackets, expectedPackets),
    discardRate: share(latePackets, expectedPackets),
    burstDensity: share(bursts.burstLostPackets, bursts.burstPackets),
    gapDensity: share(bursts.gapLostPackets, bursts.gapPackets),
    burstMs: bursts.bursts === 0 ? 0 : (msPerPacket * bursts.burstPackets) / bursts.bursts,
    gapMs: (msPerPacket * bursts.gapPackets) / (bursts.bursts + 1), // one before each burst and one after the last
    endSystemMs: known.jitterBufferMs,
    gapMinPackets: GMIN_PACKETS,
  }
}
