import { AccessLink, type Direction } from '../../access-link.ts'
import type { LinkPacket } from '../../link-packet.ts'
import type { LinkProfile } from '../../profile.ts'
import type { TcpPacket } from '../tcp-packet.ts'

/** A link that loses just the packets named, before they enter it. */
export class MaskedLink extends AccessLink {
  readonly #isLost: (direction: Direction, packet: TcpPacket, nowMs: number) => boolean
  readonly entered: { readonly direction: Direction; readonly packet: TcpPacket; readonly atMs: number }[] = []

  constructor(profile: LinkProfile, isLost: (direction: Direction, packet: TcpPacket, nowMs: number) => boolean) {
    super(profile)
    this.#isLost = isLost
  }

  override send(direction: Direction, packet: LinkPacket, nowMs: number): void {
    this.entered.push({ direction, packet: packet as TcpPacket, atMs: nowMs })
    if (!this.#isLost(direction, packet as TcpPacket, nowMs)) super.send(direction, packet, nowMs)
  }

  /** When each transmission of a segment of the response entered the downlink. */
  sentMs(segment: number): number[] {
    return this.entered
      .filter(({ direction, packet }) => direction === 'down' && packet.segment === segment)
      .map(({ atMs }) => atMs)
  }
}
