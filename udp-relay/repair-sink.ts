import { RTX_TIME_MS, rtxPayloadTypeOf } from '../protocol/presentation-sdp.ts'
import { encodeRtx } from '../protocol/rtp-rtx.ts'
import type { RepairFigures } from '../protocol/weir-api.ts'
import { KEPT_PACKETS, RepairCredit } from '../stream/repair-bounds.ts'
import type { PacketKind, PacketSink } from './packet-sink.ts'

/** What a track's retransmissions are told apart by. */
export type RtxFormat = { readonly payloadType: number; readonly ssrc: number }

/** Of each track as it was negotiated: `plain` sends the packet itself once more, to who knows no RTX. */
export type RtxFormatOf = (trackIndex: number) => RtxFormat | 'plain'

/** A sink before another that keeps what passes, and sends it again to who asks for it: generic NACK (RFC 4585 section 6.2.1)
 *  is answered with retransmissions of an SSRC of their own in the same session (RFC 4588 section 5.3). */
export class RepairSink implements PacketSink {
  readonly #sink: PacketSink
  readonly #formatOf: RtxFormatOf | undefined
  readonly #random: () => number
  readonly #tracks = new Map<number, SentTrack>()
  #counts = { requestedPackets: 0, resentPackets: 0, resentBytes: 0, unknownPackets: 0, refusedPackets: 0 }
  readonly #credit = new RepairCredit()

  /** Without `formatOf` retransmissions have the payload type that `presentation-sdp.ts` tells, and an SSRC by chance, which
   *  the viewer learns from them. */
  constructor(sink: PacketSink, random: () => number, formatOf?: RtxFormatOf) {
    this.#sink = sink
    this.#random = random
    this.#formatOf = formatOf
  }

  send(kind: PacketKind, trackIndex: number, packet: Uint8Array, scheduledMs: number): void {
    if (kind === 'rtp') {
      this.#trackOf(trackIndex).keep(packet, scheduledMs)
      this.#credit.earn()
    }
    this.#sink.send(kind, trackIndex, packet, scheduledMs)
  }

  /** What a viewer asks for again of one track. */
  resend(trackIndex: number, lostSequenceNumbers: readonly number[], nowMs: number): void {
    const track = this.#trackOf(trackIndex)
    for (const sequenceNumber of lostSequenceNumbers) this.#resend(trackIndex, track, sequenceNumber, nowMs)
  }

  /** Another stream begins: what was sent before is none of its packets. */
  beginAnew(): void {
    this.#tracks.clear()
  }

  figures(): RepairFigures {
    return { ...this.#counts }
  }

  close(): void {
    this.#sink.close()
  }

  #resend(trackIndex: number, track: SentTrack, sequenceNumber: number, nowMs: number): void {
    this.#counts.requestedPackets += 1
    const original = track.find(sequenceNumber, nowMs)
    if (original === undefined) {
      this.#counts.unknownPackets += 1
    } else if (!this.#credit.spend()) {
      this.#counts.refusedPackets += 1
    } else {
      const packet = track.again(original)
      this.#counts.resentPackets += 1
      this.#counts.resentBytes += packet.length
      this.#sink.send('rtx', trackIndex, packet, nowMs)
    }
  }

  #trackOf(trackIndex: number): SentTrack {
    const known = this.#tracks.get(trackIndex)
    if (known !== undefined) return known
    const track = new SentTrack(this.#random, this.#formatOf?.(trackIndex))
    this.#tracks.set(trackIndex, track)
    return track
  }
}

/** The newest packets of one track, by the low bits of their sequence numbers, and its stream of retransmissions. */
class SentTrack {
  readonly #packets: (Uint8Array | undefined)[] = []
  readonly #sentMs = new Float64Array(KEPT_PACKETS)
  readonly #format: RtxFormat | 'plain' | undefined
  readonly #ssrc: number // of retransmissions for which none was negotiated
  #nextSequenceNumber: number

  constructor(random: () => number, format: RtxFormat | 'plain' | undefined) {
    this.#format = format
    this.#ssrc = Math.floor(random() * 2 ** 32)
    this.#nextSequenceNumber = Math.floor(random() * 2 ** 16)
  }

  keep(packet: Uint8Array, sentMs: number): void {
    const slot = sequenceNumberOf(packet) & (KEPT_PACKETS - 1)
    this.#packets[slot] = packet
    this.#sentMs[slot] = sentMs
  }

  find(sequenceNumber: number, nowMs: number): Uint8Array | undefined {
    const slot = sequenceNumber & (KEPT_PACKETS - 1)
    const packet = this.#packets[slot]
    const isHere = packet !== undefined && sequenceNumberOf(packet) === sequenceNumber
    return isHere && nowMs - (this.#sentMs[slot] as number) <= RTX_TIME_MS ? packet : undefined
  }

  again(original: Uint8Array): Uint8Array {
    if (this.#format === 'plain') return original
    const sequenceNumber = this.#nextSequenceNumber
    this.#nextSequenceNumber = (sequenceNumber + 1) & 0xffff
    const { payloadType, ssrc } = this.#format ?? {
      payloadType: rtxPayloadTypeOf((original[1] as number) & 0x7f),
      ssrc: this.#ssrc,
    }
    return encodeRtx(original, { payloadType, ssrc, sequenceNumber })
  }
}

function sequenceNumberOf(packet: Uint8Array): number {
  return ((packet[2] as number) << 8) | (packet[3] as number)
}
