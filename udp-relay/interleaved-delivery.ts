import type { TransportSpec } from '../protocol/rtsp-headers.ts'
import type { Delivery, DeliveryOptions } from './delivery.ts'
import type { InterleavedChannels } from './interleaved-channels.ts'
import { InterleavedSink } from './interleaved-sink.ts'
import { Playout } from './playout.ts'
import { RtspRefusal } from './rtsp-refusal.ts'
import type { TransportOffer } from './transport-offer.ts'

/** Packets between the messages of the viewer's RTSP connection. Behind a link they cross it as its bytes do. */
export class InterleavedDelivery implements Delivery {
  readonly kind = 'interleaved'
  readonly playout: Playout
  readonly #channels: InterleavedChannels
  readonly #sink: InterleavedSink

  constructor({ playout, onAlive, onDisconnected }: DeliveryOptions, channels: InterleavedChannels) {
    this.#channels = channels
    this.#sink = new InterleavedSink({ timer: playout.timer, channels, onAlive, onDisconnected })
    this.playout = new Playout({ ...playout, sink: this.#sink })
  }

  /** A session's tracks are all on the connection of its first SETUP. */
  async setTrack(trackIndex: number, offer: TransportOffer, channels: InterleavedChannels): Promise<TransportSpec> {
    if (offer.kind !== 'interleaved') throw new RtspRefusal(461, `${offer.kind} in an interleaved session`)
    if (channels !== this.#channels) throw new RtspRefusal(461, 'the session is on another connection')
    const interleaved = this.#sink.setTrack(trackIndex, offer.channels)
    return { lowerTransport: 'tcp', cast: 'unicast', interleaved }
  }

  /** Whether a connection is there, TCP itself tells. */
  refusedMs(): number {
    return 0
  }

  figures(): Readonly<Record<string, number | undefined>> {
    const { sentPackets, droppedPackets, droppedFrames, reports } = this.#sink
    const { receiverReports, otherDatagrams, reportedLostPackets, roundTripMs } = reports
    return {
      sentPackets,
      droppedPackets,
      droppedFrames,
      receiverReports,
      otherDatagrams,
      reportedLostPackets,
      roundTripMs,
    }
  }

  close(closed: () => void): void {
    this.#sink.close()
    closed()
  }

  destroy(): void {
    this.#sink.close()
  }
}
