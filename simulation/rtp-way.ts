import type { AccessLink } from '../link/access-link.ts'
import { UDP_IPV4_HEADER_BYTES, type LinkPacket } from '../link/link-packet.ts'
import type { SendCourse } from '../stream/send-course.ts'

/** Of the video, of the audio: made up, as there are no bytes. */
export const SIMULATED_SSRCS = [1, 2] as const

/** A report belongs to no place of the course. */
export const NO_PLACE = -1

export type SentKind = 'rtp' | 'rtx' | 'fec' | 'rtcp'

/** Packets that a viewer has not got, as extended sequence numbers from 0. */
export type LostPackets = { readonly trackIndex: number; readonly sequenceNumbers: readonly number[] }

/** Who is told at either end; moments are link time. */
export type RtpEnds = {
  /** At the viewer: the packet at this place of the course, be it one of parity. */
  readonly arrived: (place: number, atMs: number) => void
  /** At the viewer: the packet at this place once more, as a retransmission of so many bytes. */
  readonly resent?: (place: number, sizeBytes: number, atMs: number) => void
  /** At the sender: the viewer asks for packets again. */
  readonly asked?: (lost: LostPackets, atMs: number) => void
}

/** How RTP and RTCP get from a sender to a viewer, and requests for repairs back. Sizes are those of RTP or RTCP. */
export type RtpWay = {
  send(kind: SentKind, place: number, sizeBytes: number, atMs: number): void
  ask(lost: LostPackets, sizeBytes: number, atMs: number): void
  /** Told once nothing is under way any more: as soon as a goodbye sent behind it all would be there. */
  whenDrained(told: () => void): void
  close(): void
}

/** The link's view of a packet, and where the course tells the rest of it: no bytes. */
type SentPacket = LinkPacket & {
  readonly kind: SentKind
  readonly place: number
  readonly course: SendCourse
}

type AskingPacket = LinkPacket & { readonly lost: LostPackets }

/** Which RTP packet it is, for who observes the link; undefined for all others. */
export function rtpOf(packet: LinkPacket): { readonly ssrc: number; readonly sequenceNumber: number } | undefined {
  if (!('course' in packet)) return undefined
  const { kind, place, course } = packet as SentPacket
  if (kind !== 'rtp') return undefined
  const trackIndex = course.trackIndices[place] as 0 | 1
  return { ssrc: SIMULATED_SSRCS[trackIndex], sequenceNumber: (course.sequenceNumbers[place] as number) & 0xffff }
}

/** A datagram a packet, over the udp lane. */
export class UdpWay implements RtpWay {
  readonly #link: AccessLink
  readonly #course: SendCourse
  readonly #ends: RtpEnds
  readonly #flow: number
  #newestId = 0
  #underWay = 0 // downwards
  #drained: (() => void) | undefined

  constructor(link: AccessLink, course: SendCourse, ends: RtpEnds) {
    this.#link = link
    this.#course = course
    this.#ends = ends
    const arrive = (packet: LinkPacket, atMs: number) => this.#deliver(packet as SentPacket, atMs) // the very object that was sent
    const down = {
      delivered: (packet: LinkPacket, atMs: number) => {
        arrive(packet, atMs)
        this.#leave()
      },
      duplicated: arrive,
      dropped: () => this.#leave(),
    }
    const up = (packet: LinkPacket, atMs: number) => ends.asked?.((packet as AskingPacket).lost, atMs)
    this.#flow = link.openFlow({ down, up: { delivered: up, duplicated: up } })
  }

  send(kind: SentKind, place: number, sizeBytes: number, atMs: number): void {
    this.#newestId += 1
    this.#underWay += 1
    const packet: SentPacket = {
      id: this.#newestId,
      flow: this.#flow,
      sizeBytes: sizeBytes + UDP_IPV4_HEADER_BYTES,
      traffic: kind === 'rtp' ? 'rtp' : 'rtcp', // so that the same RTP is lost with repair and without (server/rtp-through-link.ts)
      kind,
      place,
      course: this.#course,
    }
    this.#link.send('down', packet, atMs)
  }

  ask(lost: LostPackets, sizeBytes: number, atMs: number): void {
    this.#newestId += 1
    const packet: AskingPacket = {
      id: this.#newestId,
      flow: this.#flow,
      sizeBytes: sizeBytes + UDP_IPV4_HEADER_BYTES,
      traffic: 'rtcp',
      lost,
    }
    this.#link.send('up', packet, atMs)
  }

  whenDrained(told: () => void): void {
    if (this.#underWay === 0) told()
    else this.#drained = told
  }

  #leave(): void {
    this.#underWay -= 1
    if (this.#underWay > 0 || this.#drained === undefined) return
    this.#drained()
    this.#drained = undefined
  }

  close(): void {
    this.#link.closeFlow(this.#flow)
  }

  #deliver({ kind, place, sizeBytes }: SentPacket, atMs: number): void {
    if (kind === 'rtp' || kind === 'fec') this.#ends.arrived(place, atMs)
    else if (kind === 'rtx') this.#ends.resent?.(place, sizeBytes - UDP_IPV4_HEADER_BYTES, atMs)
  }
}
