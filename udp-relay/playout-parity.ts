import { parityPayloadTypeOf } from '../protocol/presentation-sdp.ts'
import { ParityGroup } from '../protocol/rtp-ulpfec.ts'
import type { FecFigures } from '../protocol/weir-api.ts'
import { isGroupComplete } from '../stream/parity-bounds.ts'
import type { PacketSink } from './packet-sink.ts'
import type { RtpSender } from './rtp-sender.ts'

/** The parity packets of a playout, into its sink: one right behind each group of a track's packets, of the same SSRC and with
 *  the next sequence number. A group is closed early when it has lasted 80 ms. */
export class PlayoutParity {
  readonly #tracks: readonly TrackParity[]
  readonly #groupPackets: number
  readonly #sink: Pick<PacketSink, 'send'>
  #sentPackets = 0
  #sentBytes = 0

  constructor(senders: readonly RtpSender[], groupPackets: number, sink: Pick<PacketSink, 'send'>) {
    this.#tracks = senders.map((sender) => new TrackParity(sender))
    this.#groupPackets = groupPackets
    this.#sink = sink
  }

  /** A packet has been sent; its bytes are not kept. */
  protect(trackIndex: number, packet: Uint8Array, timestampTicks: number, scheduledMs: number): void {
    const track = this.#tracks[trackIndex] as TrackParity
    track.add(packet, timestampTicks, scheduledMs)
    if (isGroupComplete(track, this.#groupPackets, scheduledMs)) this.#send(trackIndex, track.take(), scheduledMs)
  }

  /** Nothing comes for a while: what has been sent is left without protection no longer. */
  closeGroups(scheduledMs: number): void {
    for (const [trackIndex, track] of this.#tracks.entries()) {
      if (track.packets > 0) this.#send(trackIndex, track.take(), scheduledMs)
    }
  }

  figures(): FecFigures {
    return { groupPackets: this.#groupPackets, sentPackets: this.#sentPackets, sentBytes: this.#sentBytes }
  }

  #send(trackIndex: number, packet: Uint8Array, scheduledMs: number): void {
    this.#sentPackets += 1
    this.#sentBytes += packet.length
    this.#sink.send('fec', trackIndex, packet, scheduledMs)
  }
}

/** One track's group. */
class TrackParity {
  readonly #sender: RtpSender
  readonly #group = new ParityGroup()
  #timestampTicks = 0
  firstMs = 0

  constructor(sender: RtpSender) {
    this.#sender = sender
  }

  get packets(): number {
    return this.#group.packets
  }

  add(packet: Uint8Array, timestampTicks: number, scheduledMs: number): void {
    if (this.#group.packets === 0) this.firstMs = scheduledMs
    this.#group.add(packet)
    this.#timestampTicks = timestampTicks
  }

  /** With the timestamp of the last packet that it protects. */
  take(): Uint8Array {
    const payloadType = parityPayloadTypeOf(this.#sender.payloadType)
    return this.#sender.packet(this.#group.take(), false, this.#timestampTicks, payloadType)
  }
}
