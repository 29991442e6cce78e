import type { TransportSpec } from '../protocol/rtsp-headers.ts'
import type { Delivery, DeliveryFigures, DeliveryOptions } from './delivery.ts'
import type { MulticastStream } from './multicast-stream.ts'
import type { MulticastStreams } from './multicast-streams.ts'
import type { SessionPlayout } from './playout.ts'
import type { ReceptionLog } from './reception-log.ts'
import { RtspRefusal } from './rtsp-refusal.ts'
import type { TransportOffer } from './transport-offer.ts'

/** A viewer's share of a stream that goes to a group. */
export class MulticastDelivery implements Delivery {
  readonly kind = 'multicast'
  readonly playout: SessionPlayout
  readonly receptions: ReceptionLog // of all viewers of its address
  readonly #stream: MulticastStream
  readonly #streams: MulticastStreams

  constructor({ viewer, onAlive, onFailed }: DeliveryOptions, stream: MulticastStream, streams: MulticastStreams) {
    this.#stream = stream
    this.#streams = streams
    const { address } = viewer
    this.playout = stream.join({ address, onAlive, onFailed })
    this.receptions = stream.receptionsOf(address)
  }

  async setTrack(trackIndex: number, offer: TransportOffer): Promise<TransportSpec> {
    if (offer.kind !== 'multicast') throw new RtspRefusal(461, `${offer.kind} in a session over multicast`)
    return {
      lowerTransport: 'udp',
      cast: 'multicast',
      destination: this.#stream.sink.group,
      ports: this.#streams.ports(trackIndex),
      ttl: this.#streams.options.ttl,
    }
  }

  /** A group refuses nothing. */
  refusedMs(): number {
    return 0
  }

  figures(): DeliveryFigures {
    const { sentPackets, droppedPackets } = this.#stream.sink
    const fec = this.playout.parity
    return { sentPackets, droppedPackets, ...(fec === undefined ? {} : { fec }) }
  }

  close(closed: () => void): void {
    closed()
  }

  destroy(): void {}
}
