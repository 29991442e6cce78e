import { decodeRtcp } from '../protocol/rtcp.ts'
import { decodeRtp, type RtpPacket } from '../protocol/rtp.ts'
import { JitterBuffer } from '../stream/jitter-buffer.ts'
import { ReceptionStatistics } from '../stream/reception-statistics.ts'
import { PublishedUnits, type PublishedUnit, type TrackContent } from './published-units.ts'

export type PublisherTrackOptions = TrackContent & {
  /** Packets of a UDP publisher may come in another order. */
  readonly waitMs: number
}

/** One track of a publisher: packets in, whole units out. */
export class PublisherTrack {
  readonly units: PublishedUnits
  readonly #options: PublisherTrackOptions
  readonly #buffer: JitterBuffer<RtpPacket>
  #statistics: ReceptionStatistics | undefined // from the first packet on
  otherPackets = 0

  constructor(options: PublisherTrackOptions) {
    this.#options = options
    this.units = new PublishedUnits(options)
    this.#buffer = new JitterBuffer({ waitMs: options.waitMs })
  }

  get lostPackets(): number {
    return this.#statistics === undefined ? 0 : this.#statistics.expectedPackets - this.#statistics.uniquePackets
  }

  pushRtp(datagram: Uint8Array, nowMs: number, nowUnixMs: number): PublishedUnit[] {
    const rtp = decodeRtp(datagram)
    if (!rtp.ok || rtp.value.payloadType !== this.#options.payloadType) {
      this.otherPackets += 1
      return []
    }
    const packet = rtp.value
    const { clockRateHz } = this.#options
    const { sequenceNumber: firstSequenceNumber } = packet
    this.#statistics ??= new ReceptionStatistics({ clockRateHz, firstSequenceNumber })
    const arrival = this.#statistics.add(packet.sequenceNumber, packet.timestampTicks, nowMs)
    if (arrival.kind !== 'new') return []
    this.units.noteArrival(packet.timestampTicks, nowUnixMs)
    const released = this.#buffer.push(arrival.extendedSequenceNumber, packet, nowMs)
    return released.flatMap((item) => this.units.push(item))
  }

  pushRtcp(datagram: Uint8Array): void {
    const rtcp = decodeRtcp(datagram)
    if (rtcp.ok) this.units.noteReports(rtcp.value)
  }
}
