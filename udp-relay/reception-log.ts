import { roundTripMs } from '../protocol/rtcp-round-trip.ts'
import { decodeRtcp, type ReportBlock } from '../protocol/rtcp.ts'
import type { Reception } from '../protocol/weir-api.ts'

type SentTrack = { readonly ssrc: number; readonly clockRateHz: number }

/** What one viewer's RTCP says of the tracks that are sent to him. */
export class ReceptionLog {
  readonly #tracks: () => readonly SentTrack[]
  readonly #newest = new Map<number, Reception>() // by SSRC, of our tracks only
  receiverReports = 0
  /** Datagrams that are no RTCP: some viewers send a few bytes to open their firewall. */
  otherDatagrams = 0

  constructor(tracks: () => readonly SentTrack[]) {
    this.#tracks = tracks
  }

  /** A datagram that came from the viewer at `arrivalUnixMs`: gives what it says of our tracks; undefined for what is no
   *  RTCP. Reports on others' streams are passed over. */
  take(datagram: Uint8Array, arrivalUnixMs: number): readonly Reception[] | undefined {
    const rtcp = decodeRtcp(datagram)
    if (!rtcp.ok) {
      this.otherDatagrams += 1
      return undefined
    }
    const reports = rtcp.value.filter((packet) => packet.kind === 'receiver-report')
    this.receiverReports += reports.length
    const told = reports.flatMap((report) => report.reports.flatMap((block) => this.#read(block, arrivalUnixMs)))
    for (const reception of told) this.#newest.set(reception.ssrc, reception)
    for (const ssrc of this.#newest.keys()) if (this.#trackOf(ssrc) === undefined) this.#newest.delete(ssrc)
    return told
  }

  /** The newest of each track. */
  get newest(): readonly Reception[] {
    return [...this.#newest.values()]
  }

  /** Packets lost by the viewer's own count, all tracks. */
  get lostPackets(): number {
    return this.newest.reduce((sum, { cumulativeLostPackets }) => sum + cumulativeLostPackets, 0)
  }

  /** Of the newest report that told one. */
  get roundTripMs(): number | undefined {
    return this.newest
      .toSorted((a, b) => b.arrivedUnixMs - a.arrivedUnixMs)
      .find((one) => one.roundTripMs !== undefined)?.roundTripMs
  }

  #trackOf(ssrc: number): SentTrack | undefined {
    return this.#tracks().find((track) => track.ssrc === ssrc)
  }

  #read(block: ReportBlock, arrivedUnixMs: number): Reception[] {
    const track = this.#trackOf(block.ssrc)
    if (track === undefined) return []
    const measuredMs = roundTripMs(block, arrivedUnixMs)
    const reception: Reception = {
      ssrc: block.ssrc,
      lossRatio: block.fractionLost / 256,
      cumulativeLostPackets: block.cumulativePacketsLost,
      jitterMs: (block.jitterTicks * 1000) / track.clockRateHz, // ticks to ms
      ...(measuredMs === undefined ? {} : { roundTripMs: measuredMs }),
      arrivedUnixMs,
    }
    return [reception]
  }
}
