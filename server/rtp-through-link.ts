import { UDP_IPV4_HEADER_BYTES, type DropCause } from '../link/link-packet.ts'
import { seededRandom } from '../link/random.ts'
import { reportSeed } from '../stream/report-schedule.ts'
import type { PacketKind, PacketSink } from '../udp-relay/packet-sink.ts'
import type { LinkedPackets } from '../udp-relay/viewer-link.ts'
import type { LiveLink } from './live-link.ts'
import { UdpPlace } from './udp-place.ts'

/** The way out that lies behind the link, told of what never reaches it. */
export type UdpLaneEnd = {
  readonly sink: PacketSink
  readonly onDropped: (rtpPacket: Uint8Array, cause: DropCause) => void
}

type Held = {
  readonly kind: PacketKind
  readonly trackIndex: number
  readonly bytes: Uint8Array
  followers?: ((atMs: number) => void)[]
}

const MAX_UPLINK_DATAGRAMS = 256 // under way: a viewer sends a few reports a minute, and no more is owed to one who sends more

/** A sink that is the link before another sink: keeps the bytes while the link decides. RTP and RTCP share its queue;
 *  what the viewer sends crosses the uplink. */
export class RtpThroughLink implements LinkedPackets {
  readonly #link: LiveLink
  readonly #end: UdpLaneEnd
  readonly #held = new Map<number, Held>() // of the downlink, by packet id
  readonly #fromViewer = new Map<number, (atMs: number) => void>() // of the uplink, told when it arrives
  #place: UdpPlace
  #newestId = 0
  #newestDownId = 0
  #whenEmpty: (() => void) | undefined
  #isClosed = false

  constructor(link: LiveLink, end: UdpLaneEnd) {
    this.#link = link
    this.#end = end
    this.#place = this.#newPlace()
  }

  /** Retransmissions meet chance where reports do: what is lost of RTP is the same with repair and without. */
  send(kind: PacketKind, trackIndex: number, bytes: Uint8Array, scheduledMs: number): void {
    if (this.#isClosed) return
    const place = this.#currentPlace()
    this.#newestId += 1
    this.#newestDownId = this.#newestId
    this.#held.set(this.#newestId, { kind, trackIndex, bytes })
    place.send(
      'down',
      kind === 'rtp' ? 'rtp' : 'rtcp',
      this.#newestId,
      bytes.length + UDP_IPV4_HEADER_BYTES,
      scheduledMs,
    )
  }

  sendUp(sizeBytes: number, arrived: (atMs: number) => void): void {
    if (this.#isClosed || this.#fromViewer.size >= MAX_UPLINK_DATAGRAMS) return
    const place = this.#currentPlace()
    this.#newestId += 1
    this.#fromViewer.set(this.#newestId, arrived)
    place.send('up', 'rtcp', this.#newestId, sizeBytes + UDP_IPV4_HEADER_BYTES, place.nowMs())
  }

  /** Acts when the newest packet has arrived or is lost; now, when none is under way. */
  afterNewest(nowMs: number, act: (atMs: number) => void): void {
    const held = this.#held.get(this.#newestDownId)
    if (held === undefined) act(nowMs)
    else (held.followers ??= []).push(act)
  }

  newReportRandom(): () => number {
    return seededRandom(reportSeed(this.#link.profile.seed))
  }

  noteGatewayDrop(): void {
    this.#link.noteGatewayDrop()
  }

  closeWhenEmpty(closed: () => void): void {
    this.#whenEmpty = () => {
      this.close()
      closed()
    }
    if (this.#held.size === 0) this.#whenEmpty()
  }

  close(): void {
    this.#isClosed = true
    this.#whenEmpty = undefined
    this.#held.clear()
    this.#fromViewer.clear()
    this.#place.close()
    this.#end.sink.close()
  }

  /** After a restart the next packet is the first one on the new line; those of before go on where they are. */
  #currentPlace(): UdpPlace {
    if (this.#place.isCurrent()) return this.#place
    this.#place.leaveWhenEmpty()
    this.#place = this.#newPlace()
    return this.#place
  }

  #newPlace(): UdpPlace {
    return new UdpPlace(this.#link.join('udp'), {
      duplicated: (direction, packetId, atMs) => {
        if (direction === 'up') this.#fromViewer.get(packetId)?.(atMs)
        else this.#pass(this.#held.get(packetId), atMs)
      },
      delivered: (direction, packetId, atMs) => {
        if (direction === 'up') return this.#takeUp(packetId)?.(atMs)
        const held = this.#held.get(packetId)
        this.#pass(held, atMs)
        this.#forget(packetId, held, atMs)
      },
      dropped: (direction, packetId, atMs, cause) => {
        if (direction === 'up') return void this.#takeUp(packetId)
        const held = this.#held.get(packetId)
        if (held?.kind === 'rtp') this.#end.onDropped(held.bytes, cause)
        this.#forget(packetId, held, atMs)
      },
    })
  }

  #pass(held: Held | undefined, atMs: number): void {
    if (held !== undefined) this.#end.sink.send(held.kind, held.trackIndex, held.bytes, atMs)
  }

  #forget(packetId: number, held: Held | undefined, atMs: number): void {
    this.#held.delete(packetId)
    held?.followers?.forEach((act) => act(atMs))
    if (this.#held.size === 0) this.#whenEmpty?.()
  }

  #takeUp(packetId: number): ((atMs: number) => void) | undefined {
    const arrived = this.#fromViewer.get(packetId)
    this.#fromViewer.delete(packetId)
    return arrived
  }
}
