import { AacDepacketiser } from '../protocol/rtp-aac.ts'
import { H264Depacketiser } from '../protocol/rtp-h264.ts'
import { OpusDepacketiser } from '../protocol/rtp-opus.ts'
import type { ReassembledUnit } from '../protocol/rtp-nal-unit.ts'
import type { RtcpPacket } from '../protocol/rtcp.ts'
import type { RtpPacket } from '../protocol/rtp.ts'
import { unixMsOf } from '../protocol/ntp-time.ts'
import type { Released } from '../stream/jitter-buffer.ts'

/** A whole unit of a track and its RTP time, of which 32 bits no longer wrap. */
export type PublishedUnit =
  | { readonly kind: 'picture'; readonly ticks: number; readonly nals: readonly Uint8Array[] }
  | { readonly kind: 'sound'; readonly ticks: number; readonly data: Uint8Array }

/** What a track's packets hold. */
export type TrackContent = {
  readonly payloadType: number
  readonly clockRateHz: number
  readonly samplesPerFrame?: number // of AAC
  readonly isOpus?: boolean // neither: pictures
}

/** A moment of the sender's RTP time and the civil time that belongs to it. */
export type ClockPair = { readonly ticks: number; readonly unixMs: number }

/** Packets of one track in order, into whole units. A picture that lacks a slice is dropped. */
export class PublishedUnits {
  readonly clockRateHz: number
  /** By the sender's reports (RFC 3550 section 6.4.1). */
  told: ClockPair | undefined
  /** By the first packet's arrival, or what stands for it. */
  arrived: ClockPair | undefined
  readonly #hasPictures: boolean
  readonly #pictures = new H264Depacketiser()
  readonly #sounds: Pick<AacDepacketiser, 'push'>
  #newestTicks: number | undefined
  droppedPictures = 0
  givenUpPackets = 0 // that did not come in time, and may have held whole pictures

  constructor({ clockRateHz, samplesPerFrame, isOpus = false }: TrackContent) {
    this.clockRateHz = clockRateHz
    this.#hasPictures = samplesPerFrame === undefined && !isOpus
    this.#sounds = isOpus ? new OpusDepacketiser() : new AacDepacketiser(samplesPerFrame ?? 1024)
  }

  /** Only the first one counts. */
  noteArrival(timestampTicks: number, unixMs: number): void {
    this.arrived ??= { ticks: this.#unwrapped(timestampTicks), unixMs }
  }

  noteReports(packets: readonly RtcpPacket[]): void {
    for (const packet of packets) {
      if (packet.kind !== 'sender-report') continue
      this.told = { ticks: this.#unwrapped(packet.timestampTicks), unixMs: unixMsOf(packet.ntpTime) }
    }
  }

  push(item: Released<RtpPacket>): PublishedUnit[] {
    if (item.kind === 'lost') {
      this.givenUpPackets += item.packets
      return []
    }
    const { packet, lostBefore } = item
    if (this.#hasPictures) return this.#picturesOf(this.#pictures.push(packet, lostBefore))
    const units = this.#sounds.push(packet, lostBefore)
    return units.map(({ timestampTicks, data }) => ({ kind: 'sound', ticks: this.#unwrapped(timestampTicks), data }))
  }

  /** Nothing more comes: the last picture. */
  finish(): PublishedUnit[] {
    return this.#hasPictures ? this.#picturesOf(this.#pictures.flush()) : []
  }

  #picturesOf(units: readonly ReassembledUnit[]): PublishedUnit[] {
    return units.flatMap(({ complete, nals, timestampTicks }) => {
      if (complete && nals.length > 0) return [{ kind: 'picture', ticks: this.#unwrapped(timestampTicks), nals }]
      this.droppedPictures += 1
      return []
    })
  }

  /** The nearest moment to the one before that has these 32 bits. */
  #unwrapped(ticks: number): number {
    this.#newestTicks ??= ticks
    this.#newestTicks += (ticks - this.#newestTicks) | 0 // modulo 2^32
    return this.#newestTicks
  }
}
