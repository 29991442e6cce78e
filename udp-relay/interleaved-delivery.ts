import type { TransportSpec } from '../protocol/rtsp-headers.ts'
import type { Delivery, DeliveryFigures, DeliveryOptions } from './delivery.ts'
import type { InterleavedChannels } from './interleaved-channels.ts'
import { InterleavedSink } from './interleaved-sink.ts'
import type { SessionPlayout } from './playout.ts'
import { ReceptionLog } from './reception-log.ts'
import { RtspRefusal } from './rtsp-refusal.ts'
import type { TransportOffer } from './transport-offer.ts'

/** Packets between the messages of the viewer's RTSP connection. Behind a link they cross it as its bytes do. TCP loses
 *  nothing, so nothing is sent again. */
export class InterleavedDelivery implements Delivery {
  readonly kind = 'interleaved'
  readonly playout: SessionPlayout
  readonly receptions: ReceptionLog
  readonly #channels: InterleavedChannels
  readonly #sink: InterleavedSink

  constructor(options: DeliveryOptions, channels: InterleavedChannels) {
    const { timer, openPlayout, onAlive, onReception, onDisconnected } = options
    this.#channels = channels
    this.receptions = new ReceptionLog({ timer, tracks: () => this.playout.tracks, onAlive, onReception })
    const { receptions } = this
    const codecOf = (trackIndex: number) => this.playout.tracks[trackIndex]?.codec
    this.#sink = new InterleavedSink({ timer, channels, receptions, codecOf, onAlive, onDisconnected })
    this.playout = openPlayout({ sink: this.#sink })
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

  figures(): DeliveryFigures {
    const { sentPackets, droppedPackets, droppedFrames } = this.#sink
    return { sentPackets, droppedPackets, droppedFrames }
  }

  close(closed: () => void): void {
    this.#sink.close()
    closed()
  }

  destroy(): void {
    this.#sink.close()
  }
}
