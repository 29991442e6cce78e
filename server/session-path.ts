import type { UdpSessionStatus } from '../protocol/weir-api.ts'
import type { PacketSink } from '../udp-relay/packet-sink.ts'

/** The way of a page's packets, and what was dropped on it. */
export type SessionPath = PacketSink & {
  /** A datagram of the page's on its way here: told if it comes, and when. */
  sendUp(datagram: Uint8Array, nowMs: number, arrived: (atMs: number) => void): void
  newReportRandom(): () => number
  /** Acts when nothing more of what was sent before is under way. */
  afterNewest(nowMs: number, act: () => void): void
  status(): Pick<UdpSessionStatus, 'offeredPackets' | 'droppedPackets' | 'dropped'>
}
