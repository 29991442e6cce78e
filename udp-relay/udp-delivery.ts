import type { TransportSpec } from '../protocol/rtsp-headers.ts'
import type { Delivery, DeliveryFigures, DeliveryOptions } from './delivery.ts'
import { plainAddress } from './plain-address.ts'
import type { SessionPlayout } from './playout.ts'
import { ReceptionLog } from './reception-log.ts'
import { RepairSink } from './repair-sink.ts'
import type { RtpPorts } from './rtp-ports.ts'
import { RtspRefusal } from './rtsp-refusal.ts'
import type { TransportOffer } from './transport-offer.ts'
import { UdpSink } from './udp-sink.ts'
import type { LinkedPackets } from './viewer-link.ts'

const BURST_EARLY_MS = 20 // no receiver minds: it holds a transport stream for some 700 ms

/** Datagrams to the viewer's own ports, through its link if it has one. */
export class UdpDelivery implements Delivery {
  readonly kind = 'udp'
  readonly playout: SessionPlayout
  readonly receptions: ReceptionLog
  readonly #options: DeliveryOptions
  readonly #ports: RtpPorts
  readonly #sink: UdpSink
  readonly #packets: LinkedPackets | undefined // the way to the sink, if it leads through a link
  readonly #repair: RepairSink | undefined // before both

  constructor(options: DeliveryOptions, ports: RtpPorts) {
    const { viewer, wish, timer, random } = options
    this.#options = options
    this.#ports = ports
    this.receptions = this.#openLog()
    this.#sink = new UdpSink(ports, {
      timer,
      receptions: this.receptions,
      cross: (datagram, arrived) =>
        this.#packets === undefined ? arrived(timer.nowMs()) : this.#packets.sendUp(datagram, arrived),
    })
    this.#packets = viewer.link?.openPackets(this.#sink)
    const way = this.#packets ?? this.#sink
    this.#repair = wish.repairs ? new RepairSink(way, random) : undefined
    this.playout = options.openPlayout({
      sink: this.#repair ?? way,
      earlyMs: this.#earlyMs,
      fecGroupPackets: wish.fecGroupPackets,
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

  figures(): DeliveryFigures {
    const { sentPackets, droppedPackets } = this.#sink
    const repair = this.#repair?.figures()
    const fec = this.playout.parity
    return {
      sentPackets,
      droppedPackets,
      ...(repair === undefined ? {} : { repair }),
      ...(fec === undefined ? {} : { fec }),
    }
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

  /** Bursts are for packets of one size, without parity between them, and for nobody whose packets a link has to meet at
   *  their moments, or a history keeps. */
  get #earlyMs(): number {
    const { wish, viewer } = this.#options
    const isPlain = viewer.link === undefined && !wish.repairs && wish.fecGroupPackets === undefined
    return wish.payload === 'mp2t' && isPlain ? BURST_EARLY_MS : 0
  }

  #openLog(): ReceptionLog {
    const { timer, onAlive, onReception } = this.#options
    return new ReceptionLog({
      timer,
      tracks: () => this.playout.tracks,
      onAlive,
      onReception,
      onNack: (trackIndex, sequenceNumbers, atMs) => this.#repair?.resend(trackIndex, sequenceNumbers, atMs),
    })
  }
}
