import type { PacketBurst } from './burst-writer.ts'
import type { PacketKind, PacketSink } from './packet-sink.ts'

type Packet = Parameters<PacketSink['send']>

const MAX_HELD_PACKETS = 4000 // some seconds of 10 Mbit/s; what is more than that is dropped

type Member = { held: Packet[] | undefined }

/** The packets of one sender for many viewers, each with a sink of his own: the very same bytes, which nobody changes. */
export class FanOutSink implements PacketSink {
  readonly #members = new Map<PacketSink, Member>()

  get memberCount(): number {
    return this.#members.size
  }

  has(sink: PacketSink): boolean {
    return this.#members.has(sink)
  }

  /** What is sent from now on is kept for the sink until `release`. */
  join(sink: PacketSink): void {
    this.#members.set(sink, { held: [] })
  }

  /** Packets that were kept are due at `nowMs`: their own moments are over. */
  release(sink: PacketSink, nowMs: number): void {
    const member = this.#members.get(sink)
    const held = member?.held
    if (member === undefined || held === undefined) return
    member.held = undefined
    for (const [kind, trackIndex, packet, scheduledMs] of held) {
      sink.send(kind, trackIndex, packet, Math.max(scheduledMs, nowMs))
    }
  }

  leave(sink: PacketSink): void {
    this.#members.delete(sink)
  }

  send(kind: PacketKind, trackIndex: number, packet: Uint8Array, scheduledMs: number): void {
    for (const [sink, { held }] of this.#members) {
      if (held === undefined) sink.send(kind, trackIndex, packet, scheduledMs)
      else if (held.length < MAX_HELD_PACKETS) held.push([kind, trackIndex, packet, scheduledMs])
    }
  }

  /** For those who are kept waiting, its packets. */
  sendBurst(trackIndex: number, burst: PacketBurst): void {
    for (const [sink, { held }] of this.#members) {
      if (held === undefined) sink.sendBurst?.(trackIndex, burst)
      else if (held.length < MAX_HELD_PACKETS) held.push(...packetsOf(trackIndex, burst))
    }
  }

  close(): void {
    this.#members.clear()
  }
}

function packetsOf(trackIndex: number, { bytes, sizeBytes, scheduledMs }: PacketBurst): Packet[] {
  return scheduledMs.map((dueMs, index) => {
    const packet = bytes.subarray(index * sizeBytes, (index + 1) * sizeBytes)
    return ['rtp', trackIndex, packet, dueMs]
  })
}
