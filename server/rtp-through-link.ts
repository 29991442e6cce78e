import type { PacketFate } from '../link/access-link.ts'
import { UDP_IPV4_HEADER_BYTES } from '../link/link-packet.ts'
import type { PacketSink } from '../udp-relay/packet-sink.ts'
import type { LinkFlow, LiveLink } from './live-link.ts'

/** The way out that lies behind the link, told of what never reaches it. */
export type UdpLaneEnd = {
  readonly sink: PacketSink
  readonly onDropped: (rtpPacket: Uint8Array, cause: 'loss' | 'queue') => void
}

type Held = {
  readonly trackIndex: number
  readonly bytes: Uint8Array
  readonly followers: ((atMs: number) => void)[]
}

/** A sink that is the link before another sink: keeps the bytes while the link decides.
 *  RTCP takes no part in the link's queue and loss: reports come at random times (RFC 3550 section 6.3.1), and with them
 *  a run would not repeat. It follows the RTP packet before it, so that it never overtakes one. */
export class RtpThroughLink implements PacketSink {
  readonly #end: UdpLaneEnd
  readonly #flow: LinkFlow
  readonly #held = new Map<number, Held>() // by packet id
  #newestId = 0

  constructor(link: LiveLink, end: UdpLaneEnd) {
    this.#end = end
    this.#flow = link.openFlow((fate) => this.#take(fate))
  }

  send(kind: 'rtp' | 'rtcp', trackIndex: number, bytes: Uint8Array, scheduledMs: number): void {
    if (kind === 'rtcp') {
      const { sink } = this.#end
      return this.afterNewest(scheduledMs, (atMs) => sink.send('rtcp', trackIndex, bytes, atMs))
    }
    this.#newestId = this.#flow.newPacketId()
    this.#held.set(this.#newestId, { trackIndex, bytes, followers: [] })
    this.#flow.enter(this.#newestId, bytes.length + UDP_IPV4_HEADER_BYTES, scheduledMs)
  }

  /** Acts when the newest RTP packet has arrived or is lost; now, when none is under way. */
  afterNewest(nowMs: number, act: (atMs: number) => void): void {
    const newest = this.#held.get(this.#newestId)
    if (newest === undefined) act(nowMs)
    else newest.followers.push(act)
  }

  noteGatewayDrop(): void {
    this.#flow.noteGatewayDrop()
  }

  close(): void {
    this.#flow.leave()
    this.#end.sink.close()
  }

  #take({ kind, packet, atMs }: PacketFate): void {
    const held = this.#held.get(packet.id)
    if (kind === 'accepted' || held === undefined) return
    this.#held.delete(packet.id)
    const { sink, onDropped } = this.#end
    if (kind === 'delivered') sink.send('rtp', held.trackIndex, held.bytes, atMs)
    else onDropped(held.bytes, kind === 'lost' ? 'loss' : 'queue')
    held.followers.forEach((act) => act(atMs))
  }
}
