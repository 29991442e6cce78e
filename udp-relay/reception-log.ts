import { roundTripMs } from '../protocol/rtcp-round-trip.ts'
import { decodeGenericNack, isGenericNack } from '../protocol/rtcp-feedback.ts'
import { decodeExtendedReport, isExtendedReport } from '../protocol/rtcp-xr.ts'
import { decodeRtcp, type OtherRtcp, type ReceiverReport, type ReportBlock, type RtcpPacket } from '../protocol/rtcp.ts'
import type { ExtendedReception, Reception } from '../protocol/weir-api.ts'
import { extendedReceptionOf } from './extended-reception.ts'
import type { SendTimer } from './send-timer.ts'

type SentTrack = { readonly ssrc: number; readonly clockRateHz: number }

export type ReceptionLogOptions = {
  readonly timer: Pick<SendTimer, 'nowMs' | 'unixMs'>
  readonly tracks: () => readonly SentTrack[]
  /** RTCP came: the viewer is there. */
  readonly onAlive?: () => void
  /** A receiver report said so of one of our tracks. */
  readonly onReception: (reception: Reception, atMs: number) => void
  /** These packets of one of our tracks are asked for again. */
  readonly onNack?: (trackIndex: number, lostSequenceNumbers: readonly number[], atMs: number) => void
}

/** What one viewer's RTCP says of the tracks that are sent to him, over whatever transport: receiver reports (RFC 3550),
 *  extended ones (RFC 3611) and requests for packets (RFC 4585). What it says of others' streams is passed over. */
export class ReceptionLog {
  readonly #options: ReceptionLogOptions
  readonly #newest = new Map<number, Reception>() // by SSRC, of our tracks only
  readonly #extended = new Map<number, ExtendedReception>() // as well
  receiverReports = 0
  /** Datagrams that are no RTCP: some viewers send a few bytes to open their firewall. */
  otherDatagrams = 0

  constructor(options: ReceptionLogOptions) {
    this.#options = options
  }

  /** A datagram that came from the viewer at `atMs`; false: it is no RTCP. */
  take(datagram: Uint8Array, atMs: number): boolean {
    const rtcp = decodeRtcp(datagram)
    if (!rtcp.ok) {
      this.otherDatagrams += 1
      return false
    }
    this.#options.onAlive?.()
    this.#forgetGoneTracks()
    for (const packet of rtcp.value) this.#read(packet, atMs)
    return true
  }

  /** The newest of each track. */
  get newest(): readonly Reception[] {
    return [...this.#newest.values()]
  }

  /** The newest of one track. */
  of(ssrc: number): { readonly reception?: Reception; readonly extended?: ExtendedReception } {
    const [reception, extended] = [this.#newest.get(ssrc), this.#extended.get(ssrc)]
    return { ...(reception === undefined ? {} : { reception }), ...(extended === undefined ? {} : { extended }) }
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

  #read(packet: RtcpPacket, atMs: number): void {
    if (packet.kind === 'receiver-report') this.#readReport(packet, atMs)
    if (packet.kind !== 'other') return
    if (isExtendedReport(packet)) this.#readExtended(packet)
    else if (isGenericNack(packet)) this.#readNack(packet, atMs)
  }

  #readReport({ reports }: ReceiverReport, atMs: number): void {
    const { timer, onReception } = this.#options
    const arrivedUnixMs = timer.unixMs() + (atMs - timer.nowMs())
    this.receiverReports += 1
    for (const block of reports) {
      const track = this.#options.tracks().find(({ ssrc }) => ssrc === block.ssrc)
      if (track === undefined) continue
      const reception = receptionOf(block, track, arrivedUnixMs)
      this.#newest.set(block.ssrc, reception)
      onReception(reception, atMs)
    }
  }

  /** One that cannot be read is as if it had not come. */
  #readExtended(packet: OtherRtcp): void {
    const report = decodeExtendedReport(packet)
    if (!report.ok) return
    const ofReport = new Map<number, ExtendedReception>()
    for (const block of report.value.blocks) {
      if (block.kind === 'other' || this.#indexOf(block.ssrc) < 0) continue
      ofReport.set(block.ssrc, { ...ofReport.get(block.ssrc), ...extendedReceptionOf(block) })
    }
    for (const [ssrc, extended] of ofReport) this.#extended.set(ssrc, extended)
  }

  #readNack(packet: OtherRtcp, atMs: number): void {
    const nack = decodeGenericNack(packet)
    if (!nack.ok) return
    const trackIndex = this.#indexOf(nack.value.mediaSsrc)
    if (trackIndex >= 0) this.#options.onNack?.(trackIndex, nack.value.lostSequenceNumbers, atMs)
  }

  #indexOf(ssrc: number): number {
    return this.#options.tracks().findIndex((track) => track.ssrc === ssrc)
  }

  #forgetGoneTracks(): void {
    for (const told of [this.#newest, this.#extended]) {
      for (const ssrc of told.keys()) if (this.#indexOf(ssrc) < 0) told.delete(ssrc)
    }
  }
}

function receptionOf(block: ReportBlock, { clockRateHz }: SentTrack, arrivedUnixMs: number): Reception {
  const measuredMs = roundTripMs(block, arrivedUnixMs)
  return {
    ssrc: block.ssrc,
    lossRatio: block.fractionLost / 256,
    cumulativeLostPackets: block.cumulativePacketsLost,
    jitterMs: (block.jitterTicks * 1000) / clockRateHz, // ticks to ms
    ...(measuredMs === undefined ? {} : { roundTripMs: measuredMs }),
    arrivedUnixMs,
  }
}
