import type { UdpSessionStatus } from '../protocol/weir-api.ts'
import type { PacketKind } from '../udp-relay/packet-sink.ts'
import { DropLog } from './drop-log.ts'
import { GatewaySink, type TracksHop } from './gateway-sink.ts'
import type { ViewerLane } from './viewer-lane.ts'
import { RtpThroughLink } from './rtp-through-link.ts'
import type { SessionPath } from './session-path.ts'

/** UDP: through the link, if there is one, then the last hop. */
export class DeliveryPath implements SessionPath {
  readonly #log = new DropLog()
  readonly #gateway: GatewaySink
  readonly #lane: RtpThroughLink | undefined

  constructor(hop: TracksHop, link: ViewerLane | undefined) {
    this.#gateway = new GatewaySink(hop, (rtpPacket) => {
      this.#log.drop(rtpPacket, 'gateway')
      this.#lane?.noteGatewayDrop()
    })
    if (link === undefined) return
    const onDropped = this.#log.drop.bind(this.#log)
    this.#lane = new RtpThroughLink(link, { sink: this.#gateway, onDropped })
  }

  send(kind: PacketKind, trackIndex: number, packet: Uint8Array, scheduledMs: number): void {
    if (kind === 'rtp') this.#log.offeredPackets += 1
    const next = this.#lane ?? this.#gateway
    next.send(kind, trackIndex, packet, scheduledMs)
  }

  sendUp(datagram: Uint8Array, nowMs: number, arrived: (atMs: number) => void): void {
    if (this.#lane === undefined) arrived(nowMs)
    else this.#lane.sendUp(datagram, arrived)
  }

  newReportRandom(): () => number {
    return this.#lane?.newReportRandom() ?? Math.random
  }

  afterNewest(nowMs: number, act: () => void): void {
    if (this.#lane === undefined) act()
    else this.#lane.afterNewest(nowMs, act)
  }

  status(): Pick<UdpSessionStatus, 'offeredPackets' | 'droppedPackets' | 'dropped'> {
    return this.#log.status()
  }

  close(): void {
    this.#lane?.close()
  }
}
