import type { PacketBurst } from './burst-writer.ts'
import type { PacketArena } from './packet-arena.ts'

export type PacketKind = 'rtp' | 'rtx' | 'fec' | 'rtcp'

/** Where a viewer's packets go: a UDP socket, a data channel, a WebSocket, a link before any of these.
 *  Each keeps its own bound: what it cannot take it drops and counts, it never queues without end. */
export type PacketSink = {
  /** Where RTP packets for this sink are best written: it has done with them when the process's turn ends. Absent: it keeps
   *  what it is given. */
  readonly memory?: PacketArena | undefined
  /** One RTP or RTCP packet, or a retransmission (RFC 4588) or one of parity (RFC 5109), which go where RTP goes; due at `scheduledMs` (monotonic,
   *  the caller's clock; never later than now + 20 ms). The bytes belong to the sink from here on, unless they stand in its
   *  `memory`. */
  send(kind: PacketKind, trackIndex: number, packet: Uint8Array, scheduledMs: number): void
  /** Several RTP packets at once, as `send` takes them one by one; absent: it takes no bursts. */
  readonly sendBurst?: ((trackIndex: number, burst: PacketBurst) => void) | undefined
  /** Ends the way out; packets still inside a link are discarded. */
  close(): void
}
