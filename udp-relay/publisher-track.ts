import { decodeRtcp } from '../protocol/rtcp.ts'
import { decodeRtp, type RtpPacket } from '../protocol/rtp.ts'
import { JitterBuffer } from '../stream/jitter-buffer.ts'
import { ReceptionStatistics } from '../stream/reception-statistics.ts'
import type { RepairRequests } from '../stream/repair-requests.ts'
import type { ReceivedStream } from '../stream/receiver-reports.ts'
import { PublishedUnits, type PublishedUnit, type TrackContent } from './published-units.ts'

export type PublisherTrackOptions = TrackContent & {
  /** Packets of a UDP publisher may come in another order. */
  readonly waitMs: number
  /** Of one who sends a packet again when he is asked (RFC 4585 section 6.2.1), with its own number. */
  readonly repairs?: RepairRequests
}

/** One track of a publisher: packets in, whole units out. */
export class PublisherTrack {
  readonly units: PublishedUnits
  readonly #options: PublisherTrackOptions
  readonly #buffer: JitterBuffer<RtpPacket>
  #received: ReceivedStream | undefined // from the first packet on
  otherPackets = 0

  constructor(options: PublisherTrackOptions) {
    this.#options = options
    this.units = new PublishedUnits(options)
    this.#buffer = new JitterBuffer({ waitMs: options.waitMs })
  }

  /** undefined before the first packet. */
  get received(): ReceivedStream | undefined {
    return this.#received
  }

  get lostPackets(): number {
    return this.#received?.statistics.lostPackets ?? 0
  }

  pushRtp(datagram: Uint8Array, nowMs: number, nowUnixMs: number): PublishedUnit[] {
    const rtp = decodeRtp(datagram)
    if (!rtp.ok || rtp.value.payloadType !== this.#options.payloadType) {
      this.otherPackets += 1
      return []
    }
    const packet = rtp.value
    const { clockRateHz } = this.#options
    const { sequenceNumber: firstSequenceNumber, ssrc } = packet
    this.#received ??= { ssrc, statistics: new ReceptionStatistics({ clockRateHz, firstSequenceNumber }) }
    const { statistics } = this.#received
    const expectedBefore = statistics.expectedPackets
    const arrival = statistics.add(packet.sequenceNumber, packet.timestampTicks, nowMs)
    if (arrival.kind !== 'new') return []
    this.#noticeGap(arrival.extendedSequenceNumber, statistics.expectedPackets - expectedBefore - 1, nowMs)
    this.units.noteArrival(packet.timestampTicks, nowUnixMs)
    const released = this.#buffer.push(arrival.extendedSequenceNumber, packet, nowMs)
    return released.flatMap((item) => this.units.push(item))
  }

  /** What to ask for again now: sequence numbers as a NACK tells them. */
  takeRequests(nowMs: number): readonly number[] {
    return this.#options.repairs?.due(nowMs).map((sequenceNumber) => sequenceNumber & 0xffff) ?? []
  }

  /** `passed`: how many packets the numbers have passed over; -1 for one that is behind the newest. */
  #noticeGap(sequenceNumber: number, passed: number, nowMs: number): void {
    const { repairs } = this.#options
    if (passed < 0) repairs?.repair(sequenceNumber, nowMs)
    if (passed > 0) repairs?.miss(sequenceNumber - passed, sequenceNumber - 1, nowMs)
  }

  pushRtcp(datagram: Uint8Array): void {
    const rtcp = decodeRtcp(datagram)
    if (rtcp.ok) this.units.noteReports(rtcp.value)
  }
}
