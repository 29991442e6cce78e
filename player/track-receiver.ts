import { sequenceDistance, timestampDistanceTicks, type RtpPacket } from '../protocol/rtp.ts'
import type { ControlTrack } from '../protocol/udp-control.ts'
import type { Released } from '../stream/jitter-buffer.ts'
import { ReceptionStatistics } from '../stream/reception-statistics.ts'
import { RepairRequests } from '../stream/repair-requests.ts'
import { RepairedBuffer, type RepairNews } from '../stream/repaired-buffer.ts'

/** How a track's packets are waited for. */
export type ReceiverOptions = {
  readonly startSeconds: number
  readonly waitMs: number
  readonly roundTripMs: number // until a first retransmission has told it
  readonly tellRepair: (news: RepairNews, nowMs: number) => void
}

/** A packet as it came: read, and its bytes, of which parity is made. */
export type ArrivedPacket = { readonly packet: RtpPacket; readonly datagram: Uint8Array; readonly arrivalMs: number }

/** From a packet on, where RTP time stands in the video: a pause moves the one against the other. */
type Mapping = { readonly fromSequenceNumber: number; readonly timestampTicks: number; readonly mediaTicks: number }

/** One track's packets from the wire: counted, repaired where the sender helps, put in order, and their timestamps turned into ticks of the video's own
 *  time (0 is its first picture), modulo 2^32. */
export class TrackReceiver {
  readonly track: ControlTrack
  readonly statistics: ReceptionStatistics
  readonly #buffer: RepairedBuffer
  #mappings: readonly Mapping[]

  constructor(track: ControlTrack, { startSeconds, waitMs, roundTripMs, tellRepair }: ReceiverOptions) {
    this.track = track
    const { clockRateHz, payloadType, sequenceNumber: firstSequenceNumber } = track
    const mayAsk = track.rtxPayloadType !== undefined
    this.statistics = new ReceptionStatistics({ clockRateHz, firstSequenceNumber })
    this.#buffer = new RepairedBuffer({
      payloadType,
      parityPayloadType: track.parityPayloadType,
      requests: mayAsk ? new RepairRequests({ waitMs, roundTripMs }) : undefined,
      waitMs,
      firstSequenceNumber,
      tellRepair,
    })
    this.#mappings = [mappingOf(track, startSeconds)]
  }

  get latePackets(): number {
    return this.#buffer.latePackets
  }

  /** Of its media, its parity or its retransmissions; these have an SSRC of their own. */
  owns({ payloadType, ssrc }: RtpPacket): boolean {
    const { track } = this
    if (payloadType === track.rtxPayloadType) return true
    return ssrc === track.ssrc && (payloadType === track.payloadType || payloadType === track.parityPayloadType)
  }

  isMedia({ payloadType }: RtpPacket): boolean {
    return payloadType === this.track.payloadType
  }

  /** The same stream goes on after a pause: what comes from `track.sequenceNumber` on is placed anew. */
  resume(track: ControlTrack, startSeconds: number): void {
    this.#mappings = [mappingOf(track, startSeconds), this.#mappings[0]!]
  }

  push({ packet, datagram, arrivalMs }: ArrivedPacket): readonly Released<RtpPacket>[] {
    const { track, statistics } = this
    if (packet.payloadType === track.rtxPayloadType) {
      const sent = { ssrc: track.ssrc, highest: statistics.highestSequenceNumber, sizeBytes: datagram.length }
      return this.#placed(this.#buffer.pushAgain(packet, sent, arrivalMs))
    }
    if (this.#isFromBefore(packet)) return []
    const expectedBefore = statistics.expectedPackets
    const arrival = statistics.add(packet.sequenceNumber, packet.timestampTicks, arrivalMs)
    if (arrival.kind !== 'new') return []
    const { extendedSequenceNumber } = arrival
    this.#buffer.notice(extendedSequenceNumber, statistics.expectedPackets - expectedBefore - 1, arrivalMs)
    return this.#placed(this.#buffer.push(extendedSequenceNumber, packet, datagram, arrivalMs))
  }

  /** What to ask the sender for again: sequence numbers of 16 bits. */
  takeRequests(nowMs: number): readonly number[] {
    return this.#buffer.takeRequests(nowMs)
  }

  advance(nowMs: number): readonly Released<RtpPacket>[] {
    return this.#placed(this.#buffer.advance(nowMs))
  }

  nextEventMs(): number {
    return this.#buffer.nextEventMs()
  }

  /** The sender has told the last sequence number it sent; what has not come by now is lost. */
  finish(lastSequenceNumber: number): readonly Released<RtpPacket>[] {
    this.statistics.noteLast(lastSequenceNumber)
    return this.#placed(this.#buffer.finish(this.statistics.report().extendedHighestSequenceNumber))
  }

  /** What comes out of the buffer, by the video's own time. */
  #placed(released: readonly Released<RtpPacket>[]): readonly Released<RtpPacket>[] {
    return released.map((item) => {
      if (item.kind === 'lost') return item
      return { ...item, packet: { ...item.packet, timestampTicks: this.mediaTicksOf(item.packet) } }
    })
  }

  /** Before a seek, that is; sequence numbers go on over it. Once a quarter of them is used up, a lower one has wrapped. */
  #isFromBefore({ sequenceNumber }: RtpPacket): boolean {
    return this.statistics.expectedPackets < 0x4000 && sequenceDistance(this.track.sequenceNumber, sequenceNumber) < 0
  }

  /** Its time in ticks of the video, modulo 2^32. */
  mediaTicksOf({ sequenceNumber, timestampTicks }: RtpPacket): number {
    const isAfter = ({ fromSequenceNumber }: Mapping) => sequenceDistance(fromSequenceNumber, sequenceNumber) >= 0
    const mapping = this.#mappings.find(isAfter) ?? this.#mappings.at(-1)!
    return (mapping.mediaTicks + timestampDistanceTicks(mapping.timestampTicks, timestampTicks)) >>> 0
  }
}

function mappingOf({ sequenceNumber, timestampTicks, clockRateHz }: ControlTrack, startSeconds: number): Mapping {
  return { fromSequenceNumber: sequenceNumber, timestampTicks, mediaTicks: Math.round(startSeconds * clockRateHz) }
}

/** Seconds of the video for ticks modulo 2^32, the ones nearest to `nearSeconds`. */
export function mediaSeconds(mediaTicks: number, clockRateHz: number, nearSeconds: number): number {
  const nearTicks = Math.round(nearSeconds * clockRateHz)
  return (nearTicks + timestampDistanceTicks(nearTicks, mediaTicks)) / clockRateHz
}
