import type { PacketBurst } from './burst-writer.ts'
import type { PacketKind, PacketSink } from './packet-sink.ts'

type Packet = Parameters<PacketSink['send']>

const MAX_HELD_PACKETS = 4000 // some seconds of 10 Mbit/s; what is more than that is dropped

/** The packets of one sender for many viewers, each with a sink of his own: the very same bytes, which nobody changes. */
export class FanOutSink implements PacketSink {
  readonly #waiting = new Map<PacketSink, Packet[]>() // with what is kept for each
  #watching: readonly PacketSink[] = []

  get memberCount(): number {
    return this.#waiting.size + this.#watching.length
  }

  has(sink: PacketSink): boolean {
    return this.#waiting.has(sink) || this.#watching.includes(sink)
  }

  /** What is sent from now on is kept for the sink until `release`. */
  join(sink: PacketSink): void {
    this.leave(sink)
    this.#waiting.set(sink, [])
  }

  /** Packets that were kept are due at `nowMs`: their own moments are over. */
  release(sink: PacketSink, nowMs: number): void {
    const held = this.#waiting.get(sink)
    if (held === undefined) return
    this.#waiting.delete(sink)
    this.#watching = [...this.#watching, sink]
    for (const [kind, trackIndex, packet, scheduledMs] of held) {
      sink.send(kind, trackIndex, packet, Math.max(scheduledMs, nowMs))
    }
  }

  leave(sink: PacketSink): void {
    this.#waiting.delete(sink)
    if (this.#watching.includes(sink)) this.#watching = this.#watching.filter((other) => other !== sink)
  }

  send(kind: PacketKind, trackIndex: number, packet: Uint8Array, scheduledMs: number): void {
    for (const sink of this.#watching) sink.send(kind, trackIndex, packet, scheduledMs)
    for (const held of this.#waiting.values()) {
      if (held.length < MAX_HELD_PACKETS) held.push([kind, trackIndex, packet, scheduledMs])
    }
  }

  /** For those who are kept waiting, its packets. */
  sendBurst(trackIndex: number, burst: PacketBurst): void {
    for (const sink of this.#watching) sink.sendBurst?.(trackIndex, burst)
    for (const held of this.#waiting.values()) {
      if (held.length < MAX_HELD_PACKETS) held.push(...packetsOf(trackIndex, burst))
    }
  }

  close(): void {
    this.#waiting.clear()
    this.#watching = []
  }
}

function packetsOf(trackIndex: number, { packets, scheduledMs }: PacketBurst): Packet[] {
  return packets.map((packet, index) => ['rtp', trackIndex, packet, scheduledMs[index] as number])
}
