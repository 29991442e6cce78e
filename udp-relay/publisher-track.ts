import { AacDepacketiser } from '../protocol/rtp-aac.ts'
import { H264Depacketiser } from '../protocol/rtp-h264.ts'
import { decodeRtcp } from '../protocol/rtcp.ts'
import { decodeRtp, type RtpPacket } from '../protocol/rtp.ts'
import { unixMsOf } from '../protocol/ntp-time.ts'
import { JitterBuffer, type Released } from '../stream/jitter-buffer.ts'
import { ReceptionStatistics } from '../stream/reception-statistics.ts'

/** A whole unit of a track and its RTP time, of which 32 bits no longer wrap. */
export type PublishedUnit =
  | { readonly kind: 'picture'; readonly ticks: number; readonly nals: readonly Uint8Array[] }
  | { readonly kind: 'sound'; readonly ticks: number; readonly data: Uint8Array }

export type PublisherTrackOptions = {
  readonly payloadType: number
  readonly clockRateHz: number
  readonly samplesPerFrame?: number // of sound; absent: pictures
  /** Packets of a UDP publisher may come in another order. */
  readonly waitMs: number
}

/** A moment of the sender's RTP time and the civil time that belongs to it. */
export type ClockPair = { readonly ticks: number; readonly unixMs: number }

/** One track of a publisher: packets in, whole units out. A picture that lacks a slice is dropped. */
export class PublisherTrack {
  readonly clockRateHz: number
  /** By the sender's reports (RFC 3550 section 6.4.1). */
  told: ClockPair | undefined
  /** By the first packet's arrival. */
  arrived: ClockPair | undefined
  readonly #options: PublisherTrackOptions
  readonly #buffer: JitterBuffer<RtpPacket>
  #statistics: ReceptionStatistics | undefined // from the first packet on
  readonly #pictures = new H264Depacketiser()
  readonly #sounds: AacDepacketiser
  #newestTicks: number | undefined
  droppedPictures = 0
  otherPackets = 0

  constructor(options: PublisherTrackOptions) {
    this.#options = options
    this.clockRateHz = options.clockRateHz
    this.#buffer = new JitterBuffer({ waitMs: options.waitMs })
    this.#sounds = new AacDepacketiser(options.samplesPerFrame ?? 1024)
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
    const { clockRateHz } = this
    const { sequenceNumber: firstSequenceNumber } = packet
    this.#statistics ??= new ReceptionStatistics({ clockRateHz, firstSequenceNumber })
    const arrival = this.#statistics.add(packet.sequenceNumber, packet.timestampTicks, nowMs)
    if (arrival.kind !== 'new') return []
    this.arrived ??= { ticks: this.#unwrapped(packet.timestampTicks), unixMs: nowUnixMs }
    return this.#unitsOf(this.#buffer.push(arrival.extendedSequenceNumber, packet, nowMs))
  }

  pushRtcp(datagram: Uint8Array): void {
    const rtcp = decodeRtcp(datagram)
    if (!rtcp.ok) return
    for (const packet of rtcp.value) {
      if (packet.kind !== 'sender-report') continue
      this.told = { ticks: this.#unwrapped(packet.timestampTicks), unixMs: unixMsOf(packet.ntpTime) }
    }
  }

  #unitsOf(released: readonly Released<RtpPacket>[]): PublishedUnit[] {
    return released.flatMap((item) => {
      if (item.kind === 'lost') return []
      return this.#options.samplesPerFrame === undefined
        ? this.#picturesOf(item.packet, item.lostBefore)
        : this.#soundsOf(item.packet, item.lostBefore)
    })
  }

  #picturesOf(packet: RtpPacket, lostBefore: boolean): PublishedUnit[] {
    return this.#pictures.push(packet, lostBefore).flatMap(({ complete, nals, timestampTicks }) => {
      if (complete && nals.length > 0) return [{ kind: 'picture', ticks: this.#unwrapped(timestampTicks), nals }]
      this.droppedPictures += 1
      return []
    })
  }

  #soundsOf(packet: RtpPacket, lostBefore: boolean): PublishedUnit[] {
    const units = this.#sounds.push(packet, lostBefore)
    return units.map(({ timestampTicks, data }) => ({ kind: 'sound', ticks: this.#unwrapped(timestampTicks), data }))
  }

  /** The nearest moment to the one before that has these 32 bits. */
  #unwrapped(ticks: number): number {
    this.#newestTicks ??= ticks
    this.#newestTicks += (ticks - this.#newestTicks) | 0 // modulo 2^32
    return this.#newestTicks
  }
}
