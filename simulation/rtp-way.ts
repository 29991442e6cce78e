import type { AccessLink } from '../link/access-link.ts'
import { UDP_IPV4_HEADER_BYTES, type LinkPacket } from '../link/link-packet.ts'
import type { SendCourse } from '../stream/send-course.ts'

/** Of the video, of the audio: made up, as there are no bytes. */
export const SIMULATED_SSRCS = [1, 2] as const

/** A report belongs to no place of the course. */
export const NO_PLACE = -1

export type SentKind = 'rtp' | 'rtx' | 'rtcp'

/** Packets that a viewer has not got, as extended sequence numbers from 0. */
export type LostPackets = { readonly trackIndex: number; readonly sequenceNumbers: readonly number[] }

/** Who is told at either end; moments are link time. */
export type RtpEnds = {
  /** At the viewer: the packet at this place of the course. */
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
  /** Told once what was sent can still come only by accident: at once where packets get lost, else when all has come. */
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

  constructor(link: AccessLink, course: SendCourse, ends: RtpEnds) {
    this.#link = link
    this.#course = course
    this.#ends = ends
    const down = (packet: LinkPacket, atMs: number) => this.#deliver(packet as SentPacket, atMs) // the very object that was sent
    const up = (packet: LinkPacket, atMs: number) => ends.asked?.((packet as AskingPacket).lost, atMs)
    this.#flow = link.openFlow({ down: { delivered: down, duplicated: down }, up: { delivered: up, duplicated: up } })
  }

  send(kind: SentKind, place: number, sizeBytes: number, atMs: number): void {
    this.#newestId += 1
    const packet: SentPacket = {
      id: this.#newestId,
      flow: this.#flow,
      sizeBytes: sizeBytes + UDP_IPV4_HEADER_BYTES,
      traffic: kind === 'rtcp' ? 'rtcp' : 'rtp',
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
    told()
  }

  close(): void {
    this.#link.closeFlow(this.#flow)
  }

  #deliver({ kind, place, sizeBytes }: SentPacket, atMs: number): void {
    if (kind === 'rtp') this.#ends.arrived(place, atMs)
    else if (kind === 'rtx') this.#ends.resent?.(place, sizeBytes - UDP_IPV4_HEADER_BYTES, atMs)
  }
}
