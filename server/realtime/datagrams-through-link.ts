import type { Direction } from '../../link/access-link.ts'
import { UDP_IPV4_HEADER_BYTES, type DropCause } from '../../link/link-packet.ts'
import type { LiveLink } from '../live-link.ts'
import { UdpPlace } from '../udp-place.ts'

const MOST_UNDER_WAY = 10_000 // of a link that delays for very long

export type DatagramListener = {
  /** Also of a second copy. */
  delivered(direction: Direction, datagram: Uint8Array): void
  dropped(direction: Direction, datagram: Uint8Array, cause: DropCause): void
}

/** Datagrams on the udp lane of a link, both ways: it keeps the bytes while the link decides. They meet chance as RTP does. */
export class DatagramsThroughLink {
  readonly #place: UdpPlace
  readonly #underWay = new Map<number, Uint8Array>()
  #newestId = 0

  constructor(link: LiveLink, { delivered, dropped }: DatagramListener) {
    const take = (id: number): Uint8Array => {
      const datagram = this.#underWay.get(id)
      this.#underWay.delete(id)
      return datagram ?? new Uint8Array()
    }
    this.#place = new UdpPlace(link.join('udp'), {
      duplicated: (direction, id) => delivered(direction, this.#underWay.get(id) ?? new Uint8Array()),
      delivered: (direction, id) => delivered(direction, take(id)),
      dropped: (direction, id, _atMs, cause) => dropped(direction, take(id), cause),
      rtpOf: () => undefined,
    })
  }

  /** False: not taken, too many are under way. */
  send(direction: Direction, datagram: Uint8Array): boolean {
    if (this.#underWay.size >= MOST_UNDER_WAY) return false
    this.#newestId += 1
    this.#underWay.set(this.#newestId, datagram)
    this.#place.send(direction, 'rtp', this.#newestId, datagram.length + UDP_IPV4_HEADER_BYTES, this.#place.nowMs())
    return true
  }

  close(): void {
    this.#underWay.clear()
    this.#place.close()
  }
}
