import type { PacketDropCause, UdpSessionStatus } from '../protocol/weir-api.ts'
import { decodeRtp } from '../protocol/rtp.ts'

const REMEMBERED_DROPS = 10_000

/** The truth about one viewer's RTP packets: how many were offered, and which were dropped where. */
export class DropLog {
  offeredPackets = 0
  readonly #droppedPackets = { loss: 0, queue: 0, blocked: 0, gateway: 0, sender: 0 }
  #dropped: UdpSessionStatus['dropped'][number][] = []

  drop(rtpPacket: Uint8Array, cause: PacketDropCause): void {
    this.#droppedPackets[cause] += 1
    const packet = decodeRtp(rtpPacket)
    if (!packet.ok) throw new Error(`our own RTP packet is unreadable: ${packet.fault.code}`)
    const { ssrc, sequenceNumber } = packet.value
    this.#dropped.push({ ssrc, sequenceNumber, cause })
    if (this.#dropped.length >= 2 * REMEMBERED_DROPS) this.#dropped = this.#dropped.slice(-REMEMBERED_DROPS)
  }

  status(): Pick<UdpSessionStatus, 'offeredPackets' | 'droppedPackets' | 'dropped'> {
    const { offeredPackets } = this
    return {
      offeredPackets,
      droppedPackets: { ...this.#droppedPackets },
      dropped: this.#dropped.slice(-REMEMBERED_DROPS),
    }
  }
}
