import type { Lane, PacketEvent } from './record.ts'

type Direction = PacketEvent['direction']
type Packet = Pick<PacketEvent, 'flow' | 'traffic' | 'sizeBytes'> & { readonly id: number }

/** What an RTP packet is called by its sender. */
export type RtpName = { readonly ssrc: number; readonly sequenceNumber: number }

/** An observer of an access link (link/access-link.ts) that tells the fate of its packets as events of a run. `rtpOf` names
 *  an RTP packet where it is known which one it is; it is asked while the packet's bytes are still kept. */
export function packetEvents(
  lane: Lane,
  tell: (event: PacketEvent) => void,
  rtpOf: (packet: Packet) => RtpName | undefined = () => undefined,
) {
  const about = (direction: Direction, { id, flow, traffic, sizeBytes }: Packet, atMs: number) => ({
    atMs,
    lane,
    direction,
    flow,
    packet: id,
    traffic,
    sizeBytes,
  })
  return {
    accepted: (direction: Direction, packet: Packet, atMs: number) =>
      tell({ kind: 'packet-accepted', ...about(direction, packet, atMs), ...rtpOf(packet) }),
    dropped: (direction: Direction, packet: Packet, atMs: number, cause: 'loss' | 'queue' | 'blocked') =>
      tell({ kind: 'packet-dropped', ...about(direction, packet, atMs), cause, ...rtpOf(packet) }),
    delivered: (direction: Direction, packet: Packet, atMs: number, queueingDelayMs: number) =>
      tell({ kind: 'packet-delivered', ...about(direction, packet, atMs), queueingDelayMs }),
  }
}
