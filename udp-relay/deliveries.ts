import type { Delivery, DeliveryOptions } from './delivery.ts'
import type { InterleavedChannels } from './interleaved-channels.ts'
import { InterleavedDelivery } from './interleaved-delivery.ts'
import { MulticastDelivery } from './multicast-delivery.ts'
import type { MulticastStream } from './multicast-stream.ts'
import type { MulticastStreams } from './multicast-streams.ts'
import type { RtpPorts } from './rtp-ports.ts'
import { UdpDelivery } from './udp-delivery.ts'

/** How a session's packets go, as its first SETUP offered: the others are to offer the same. */
export type DeliveryWay =
  | { readonly kind: 'udp' }
  | { readonly kind: 'interleaved'; readonly channels: InterleavedChannels }
  | { readonly kind: 'multicast'; readonly stream: MulticastStream; readonly streams: MulticastStreams }

export function openDelivery(way: DeliveryWay, options: DeliveryOptions, ports: RtpPorts): Delivery {
  switch (way.kind) {
    case 'udp':
      return new UdpDelivery(options, ports)
    case 'interleaved':
      return new InterleavedDelivery(options, way.channels)
    case 'multicast':
      return new MulticastDelivery(options, way.stream, way.streams)
  }
}
