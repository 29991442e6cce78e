import { UDP_IPV4_HEADER_BYTES, type DropCause } from '../link/link-packet.ts'
import { seededRandom } from '../link/random.ts'
import { decodeRtp } from '../protocol/rtp.ts'
import { reportSeed } from '../stream/report-schedule.ts'
import type { PacketKind, PacketSink } from '../udp-relay/packet-sink.ts'
import type { LinkedPackets } from '../udp-relay/viewer-link.ts'
import type { LaneUse } from './live-link.ts'
import type { ViewerLane } from './viewer-lane.ts'
import { UdpPlace, type Traffic } from './udp-place.ts'

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

const NO_BYTES = new Uint8Array()
const MAX_UPLINK_DATAGRAMS = 256 // under way: a viewer sends a few reports a minute, and no more is owed to one who sends more

/** A sink that is the link before another sink: keeps the bytes while the link decides. RTP and RTCP share its queue;
 *  what the viewer sends crosses the uplink. */
export class RtpThroughLink implements LinkedPackets {
  readonly #link: ViewerLane
  readonly #end: UdpLaneEnd
  readonly #held = new Map<number, Held>() // of the downlink, by packet id
  readonly #fromViewer = new Map<number, (atMs: number) => void>() // of the uplink, told when it arrives
  #place: UdpPlace
  #placeBefore: UdpPlace | undefined // on a copy of the line, until the run begins
  #newestId = 0
  #newestDownId = 0
  #whenEmpty: (() => void) | undefined
  #isClosed = false

  constructor(link: ViewerLane, end: UdpLaneEnd) {
    this.#link = link
    this.#end = end
    this.#place = this.#newPlace(link.join('udp'))
  }

  send(kind: PacketKind, trackIndex: number, bytes: Uint8Array, scheduledMs: number): void {
    if (this.#isClosed) return
    const place = this.#currentPlace()
    this.#newestId += 1
    this.#newestDownId = this.#newestId
    this.#held.set(this.#newestId, { kind, trackIndex, bytes })
    if (place.isRecorded) {
      place.tellPassing({ at: 'server', direction: 'down', kind, bytes, processMs: scheduledMs })
    }
    place.send('down', trafficOf(kind), this.#newestId, bytes.length + UDP_IPV4_HEADER_BYTES, scheduledMs)
  }

  sendUp(datagram: Uint8Array, arrived: (atMs: number) => void): void {
    if (this.#isClosed || this.#fromViewer.size >= MAX_UPLINK_DATAGRAMS) return
    const place = this.#placeOfViewer()
    this.#newestId += 1
    const passing = { direction: 'up', kind: 'rtcp', bytes: datagram } as const
    place.tellPassing({ ...passing, at: 'viewer', processMs: place.nowMs() })
    this.#fromViewer.set(this.#newestId, (atMs) => {
      place.tellPassing({ ...passing, at: 'server', processMs: atMs })
      arrived(atMs)
    })
    place.send('up', 'rtcp', this.#newestId, datagram.length + UDP_IPV4_HEADER_BYTES, place.nowMs())
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
    this.#placeBefore?.close()
    this.#end.sink.close()
  }

  /** After a restart the next packet is the first one on the new line; those of before go on where they are. */
  #currentPlace(): UdpPlace {
    if (this.#place.isCurrent()) return this.#place
    this.#place.leaveWhenEmpty()
    this.#place = this.#newPlace(this.#link.join('udp'))
    return this.#place
  }

  /** Link time 0 is a packet of the media's, and no report: neither after a restart, nor before PLAY, when a viewer opens a
   *  firewall's way. */
  #placeOfViewer(): UdpPlace {
    if (!this.#place.hasBegun) return (this.#placeBefore ??= this.#newPlace(this.#link.joinConversation()))
    this.#placeBefore?.leaveWhenEmpty()
    this.#placeBefore = undefined
    return this.#place
  }

  #newPlace(use: LaneUse): UdpPlace {
    const place: UdpPlace = new UdpPlace(use, {
      duplicated: (direction, packetId, atMs) => {
        if (direction === 'up') this.#fromViewer.get(packetId)?.(atMs)
        else this.#pass(place, this.#held.get(packetId), atMs)
      },
      delivered: (direction, packetId, atMs) => {
        if (direction === 'up') return this.#takeUp(packetId)?.(atMs)
        const held = this.#held.get(packetId)
        this.#pass(place, held, atMs)
        this.#forget(packetId, held, atMs)
      },
      dropped: (direction, packetId, atMs, cause) => {
        if (direction === 'up') return void this.#takeUp(packetId)
        const held = this.#held.get(packetId)
        if (held?.kind === 'rtp') this.#end.onDropped(held.bytes, cause)
        this.#forget(packetId, held, atMs)
      },
      rtpOf: (packetId) => {
        const packet = decodeRtp(this.#held.get(packetId)?.bytes ?? NO_BYTES)
        return packet.ok ? { ssrc: packet.value.ssrc, sequenceNumber: packet.value.sequenceNumber } : undefined
      },
    })
    return place
  }

  #pass(place: UdpPlace, held: Held | undefined, atMs: number): void {
    if (held === undefined) return
    const { kind, trackIndex, bytes } = held
    if (place.isRecorded) place.tellPassing({ at: 'viewer', direction: 'down', kind, bytes, processMs: atMs })
    this.#end.sink.send(kind, trackIndex, bytes, atMs)
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

/** Retransmissions and parity meet chance where reports do: what is lost of RTP is the same with repair and without. */
function trafficOf(kind: PacketKind): Traffic {
  return kind === 'rtp' ? 'rtp' : 'rtcp'
}
