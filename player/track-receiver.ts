import { sequenceDistance, timestampDistanceTicks, type RtpPacket } from '../protocol/rtp.ts'
import type { ControlTrack } from '../protocol/udp-control.ts'
import { JitterBuffer, type Released } from '../stream/jitter-buffer.ts'
import { ReceptionStatistics } from '../stream/reception-statistics.ts'

/** From a packet on, where RTP time stands in the video: a pause moves the one against the other. */
type Mapping = { readonly fromSequenceNumber: number; readonly timestampTicks: number; readonly mediaTicks: number }

/** One track's packets from the wire: counted, put in order, and their timestamps turned into ticks of the video's own
 *  time (0 is its first picture), modulo 2^32. */
export class TrackReceiver {
  readonly track: ControlTrack
  readonly statistics: ReceptionStatistics
  readonly #jitterBuffer: JitterBuffer<RtpPacket>
  #mappings: readonly Mapping[]

  constructor(track: ControlTrack, startSeconds: number, waitMs: number) {
    this.track = track
    const firstSequenceNumber = track.sequenceNumber
    this.statistics = new ReceptionStatistics({ clockRateHz: track.clockRateHz, firstSequenceNumber })
    this.#jitterBuffer = new JitterBuffer({ waitMs, firstSequenceNumber })
    this.#mappings = [mappingOf(track, startSeconds)]
  }

  get latePackets(): number {
    return this.#jitterBuffer.latePackets
  }

  /** The same stream goes on after a pause: what comes from `track.sequenceNumber` on is placed anew. */
  resume(track: ControlTrack, startSeconds: number): void {
    this.#mappings = [mappingOf(track, startSeconds), this.#mappings[0]!]
  }

  push(packet: RtpPacket, arrivalMs: number): readonly Released<RtpPacket>[] {
    if (this.#isFromBefore(packet)) return []
    const arrival = this.statistics.add(packet.sequenceNumber, packet.timestampTicks, arrivalMs)
    if (arrival.kind !== 'new') return []
    const placed = { ...packet, timestampTicks: this.mediaTicksOf(packet) }
    return this.#jitterBuffer.push(arrival.extendedSequenceNumber, placed, arrivalMs)
  }

  advance(nowMs: number): readonly Released<RtpPacket>[] {
    return this.#jitterBuffer.advance(nowMs)
  }

  nextEventMs(): number {
    return this.#jitterBuffer.nextEventMs()
  }

  /** The sender has told the last sequence number it sent; what has not come by now is lost. */
  finish(lastSequenceNumber: number): readonly Released<RtpPacket>[] {
    this.statistics.noteLast(lastSequenceNumber)
    return this.#jitterBuffer.finish(this.statistics.report().extendedHighestSequenceNumber)
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
