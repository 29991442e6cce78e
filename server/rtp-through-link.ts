import { UDP_IPV4_HEADER_BYTES, type DropCause, type PacketListener } from '../link/link-packet.ts'
import type { PacketSink } from '../udp-relay/packet-sink.ts'
import type { LaneUse, LiveLink } from './live-link.ts'

/** The way out that lies behind the link, told of what never reaches it. */
export type UdpLaneEnd = {
  readonly sink: PacketSink
  readonly onDropped: (rtpPacket: Uint8Array, cause: DropCause) => void
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
  readonly #link: LiveLink
  readonly #end: UdpLaneEnd
  readonly #held = new Map<number, Held>() // by packet id
  #place: Place
  #newestId = 0

  constructor(link: LiveLink, end: UdpLaneEnd) {
    this.#link = link
    this.#end = end
    this.#place = this.#newPlace()
  }

  send(kind: 'rtp' | 'rtcp', trackIndex: number, bytes: Uint8Array, scheduledMs: number): void {
    if (kind === 'rtcp') {
      const { sink } = this.#end
      return this.afterNewest(scheduledMs, (atMs) => sink.send('rtcp', trackIndex, bytes, atMs))
    }
    if (!this.#place.isCurrent()) {
      this.#place.leaveWhenEmpty()
      this.#place = this.#newPlace()
    }
    this.#newestId += 1
    this.#held.set(this.#newestId, { trackIndex, bytes, followers: [] })
    this.#place.send(this.#newestId, bytes.length + UDP_IPV4_HEADER_BYTES, scheduledMs)
  }

  /** Acts when the newest RTP packet has arrived or is lost; now, when none is under way. */
  afterNewest(nowMs: number, act: (atMs: number) => void): void {
    const newest = this.#held.get(this.#newestId)
    if (newest === undefined) act(nowMs)
    else newest.followers.push(act)
  }

  noteGatewayDrop(): void {
    this.#link.noteGatewayDrop()
  }

  close(): void {
    this.#held.clear()
    this.#place.close()
    this.#end.sink.close()
  }

  #newPlace(): Place {
    return new Place(this.#link.join('udp'), {
      delivered: (packetId, atMs) => {
        const held = this.#take(packetId)
        if (held === undefined) return
        this.#end.sink.send('rtp', held.trackIndex, held.bytes, atMs)
        held.followers.forEach((act) => act(atMs))
      },
      dropped: (packetId, atMs, cause) => {
        const held = this.#take(packetId)
        if (held === undefined) return
        this.#end.onDropped(held.bytes, cause)
        held.followers.forEach((act) => act(atMs))
      },
    })
  }

  #take(packetId: number): Held | undefined {
    const held = this.#held.get(packetId)
    this.#held.delete(packetId)
    return held
  }
}

type PlaceListener = {
  delivered(packetId: number, atMs: number): void
  dropped(packetId: number, atMs: number, cause: DropCause): void
}

/** A flow on one era of the lane; moments told are the process's. */
class Place {
  readonly #use: LaneUse
  readonly #flow: number
  readonly #listener: PlaceListener
  #underWay = 0
  #isLeaving = false

  constructor(use: LaneUse, listener: PlaceListener) {
    this.#use = use
    this.#listener = listener
    const down: Partial<PacketListener> = {
      delivered: ({ id }, atMs) => this.#tell(() => this.#listener.delivered(id, use.processMs(atMs))),
      dropped: ({ id }, atMs, cause) => this.#tell(() => this.#listener.dropped(id, use.processMs(atMs), cause)),
    }
    this.#flow = use.line.openFlow({ down })
  }

  isCurrent(): boolean {
    return this.#use.isCurrent()
  }

  send(id: number, sizeBytes: number, scheduledMs: number): void {
    this.#underWay += 1
    const packet = { id, flow: this.#flow, sizeBytes, traffic: 'rtp' } as const
    this.#use.act(scheduledMs, (line, linkMs) => line.send('down', packet, linkMs))
  }

  leaveWhenEmpty(): void {
    this.#isLeaving = true
    if (this.#underWay === 0) this.close()
  }

  close(): void {
    this.#use.line.closeFlow(this.#flow)
    this.#use.leave()
  }

  #tell(act: () => void): void {
    this.#underWay -= 1
    act()
    if (this.#isLeaving && this.#underWay === 0) this.close()
  }
}
