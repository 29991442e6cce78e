import type { TransportSpec } from '../protocol/rtsp-headers.ts'
import type { Delivery, DeliveryOptions } from './delivery.ts'
import { plainAddress } from './plain-address.ts'
import { Playout } from './playout.ts'
import type { RtpPorts } from './rtp-ports.ts'
import { RtspRefusal } from './rtsp-refusal.ts'
import type { TransportOffer } from './transport-offer.ts'
import { UdpSink } from './udp-sink.ts'
import type { LinkedPackets } from './viewer-link.ts'

/** Datagrams to the viewer's own ports, through its link if it has one. */
export class UdpDelivery implements Delivery {
  readonly kind = 'udp'
  readonly playout: Playout
  readonly #options: DeliveryOptions
  readonly #ports: RtpPorts
  readonly #sink: UdpSink
  readonly #packets: LinkedPackets | undefined // the way to the sink, if it leads through a link

  constructor(options: DeliveryOptions, ports: RtpPorts) {
    const { viewer, onAlive } = options
    const { timer, random } = options.playout
    this.#options = options
    this.#ports = ports
    this.#sink = new UdpSink(ports, {
      timer,
      onAlive,
      cross: (sizeBytes, arrived) =>
        this.#packets === undefined ? arrived(timer.nowMs()) : this.#packets.sendUp(sizeBytes, arrived),
    })
    this.#packets = viewer.link?.openPackets(this.#sink)
    this.playout = new Playout({
      ...options.playout,
      sink: this.#packets ?? this.#sink,
      newReportRandom: () => this.#packets?.newReportRandom() ?? random,
    })
  }

  async setTrack(trackIndex: number, offer: TransportOffer): Promise<TransportSpec> {
    if (offer.kind !== 'udp') throw new RtspRefusal(461, `${offer.kind} in a session over UDP`)
    const { viewer } = this.#options
    const { clientPorts } = offer
    await this.#sink.setTrack(trackIndex, { ...viewer, rtpPort: clientPorts[0], rtcpPort: clientPorts[1] })
    return {
      lowerTransport: 'udp',
      cast: 'unicast',
      source: plainAddress(viewer.localAddress),
      clientPorts,
      serverPorts: [this.#ports.rtpPort, this.#ports.rtcpPort],
    }
  }

  refusedMs(sinceMs: number): number {
    return this.#sink.refusedMs(sinceMs)
  }

  figures(): Readonly<Record<string, number | undefined>> {
    const { sentPackets, droppedPackets, reports } = this.#sink
    const { receiverReports, otherDatagrams, reportedLostPackets, roundTripMs } = reports
    return { sentPackets, droppedPackets, receiverReports, otherDatagrams, reportedLostPackets, roundTripMs }
  }

  close(closed: () => void): void {
    const finish = (): void => {
      this.#sink.close()
      closed()
    }
    if (this.#packets === undefined) finish()
    else this.#packets.closeWhenEmpty(finish)
  }

  destroy(): void {
    this.#packets?.close()
    this.#sink.close()
  }
}
