import type { TimedPacket } from './packet-queue.ts'
import type { PlannedPacket } from './send-schedule.ts'

/** What a reverse play sends next: the pictures of segments that come last one first, each picture's packets in their own
 *  order. Times of sending go down all the while: within a picture they are mirrored at its beginning. */
export class ReverseQueue<Packet extends PlannedPacket> {
  #open: TimedPacket<Packet>[][] = [] // by segment

  /** As in `PacketQueue`: one segment is being sent and one waits. */
  get isFilled(): boolean {
    return this.#open.length > 1
  }

  get isMidUnit(): boolean {
    return (this.#open[0]?.[0]?.packet.packetOfUnit ?? 0) > 0
  }

  /** The packets of one segment, of pictures alone, in the order of their schedule. */
  add(packets: readonly Packet[]): void {
    if (packets.length > 0) this.#open.push(reversed(packets))
  }

  /** Media time of the packet that is taken next; Infinity: there is none. */
  get nextSendMs(): number {
    return this.#open[0]?.[0]?.packet.sendMs ?? Infinity
  }

  take(): TimedPacket<Packet> | undefined {
    const [packets] = this.#open
    const taken = packets?.shift()
    if (packets?.length === 0) this.#open.shift()
    return taken
  }
}

function reversed<Packet extends PlannedPacket>(packets: readonly Packet[]): TimedPacket<Packet>[] {
  const units = new Map<number, TimedPacket<Packet>[]>()
  for (const packet of packets) {
    const unit = units.get(packet.unitIndex) ?? []
    units.set(packet.unitIndex, unit)
    const startMs = unit[0]?.packet.sendMs ?? packet.sendMs
    unit.push({ packet: { ...packet, sendMs: 2 * startMs - packet.sendMs }, mediaTicks: packet.ptsTicks })
  }
  return [...units.values()].toReversed().flat()
}
