import { RTP_HEADER_BYTES, writeRtpHeader } from '../protocol/rtp.ts'
import { keptPackets, type PacketArena } from './packet-arena.ts'

export type RtpSenderOptions = {
  readonly payloadType: number
  readonly clockRateHz: number
  /** From 0 to 1; SSRC, first sequence number and timestamp are taken from it (RFC 3550 section 5.1). */
  readonly random: () => number
  readonly memory?: PacketArena | undefined // absent: packets are kept by who gets them
}

/** One track of one viewer: the header fields that no other viewer shares, and the counts that go into its reports. */
export class RtpSender {
  readonly ssrc: number
  readonly payloadType: number
  readonly clockRateHz: number
  readonly #memory: PacketArena
  readonly #timestampOffset: number
  #nextSequenceNumber: number
  sentPackets = 0
  sentPayloadBytes = 0

  constructor({ payloadType, clockRateHz, random, memory = keptPackets }: RtpSenderOptions) {
    this.#memory = memory
    this.payloadType = payloadType
    this.clockRateHz = clockRateHz
    this.ssrc = Math.floor(random() * 2 ** 32)
    this.#timestampOffset = Math.floor(random() * 2 ** 32)
    this.#nextSequenceNumber = Math.floor(random() * 2 ** 16)
  }

  get nextSequenceNumber(): number {
    return this.#nextSequenceNumber
  }

  /** Of the packet sent last; undefined before the first. */
  get lastSequenceNumber(): number | undefined {
    return this.sentPackets === 0 ? undefined : (this.#nextSequenceNumber - 1) & 0xffff
  }

  /** The RTP timestamp of a moment `ticks` after the session began. */
  timestampAt(ticks: number): number {
    return (this.#timestampOffset + Math.round(ticks)) >>> 0
  }

  /** The next packet: the shared payload behind a header of this viewer's own. */
  packet(
    payload: Uint8Array,
    marker: boolean,
    timestampTicks: number,
    payloadType: number = this.payloadType,
  ): Uint8Array {
    const packet = this.#memory.take(RTP_HEADER_BYTES + payload.length)
    this.write(packet, 0, payload, marker, timestampTicks, payloadType)
    return packet
  }

  /** The same into memory where there is room for it. */
  write(
    into: Uint8Array,
    at: number,
    payload: Uint8Array,
    marker: boolean,
    timestampTicks: number,
    payloadType: number = this.payloadType,
  ): void {
    const { ssrc } = this
    const sequenceNumber = this.#nextSequenceNumber
    into.set(payload, at + writeRtpHeader(into, at, { marker, payloadType, sequenceNumber, timestampTicks, ssrc }))
    this.#nextSequenceNumber = (sequenceNumber + 1) & 0xffff
    this.sentPackets += 1
    this.sentPayloadBytes += payload.length
  }
}
