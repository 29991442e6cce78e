export type PacketKind = 'rtp' | 'rtx' | 'rtcp'

/** Where a viewer's packets go: a UDP socket, a data channel, a WebSocket, a link before any of these.
 *  Each keeps its own bound: what it cannot take it drops and counts, it never queues without end. */
export type PacketSink = {
  /** One RTP or RTCP packet, or a retransmission (RFC 4588), which goes where RTP goes; due at `scheduledMs` (monotonic,
   *  the caller's clock; never later than now + 20 ms). The bytes belong to the sink from here on. */
  send(kind: PacketKind, trackIndex: number, packet: Uint8Array, scheduledMs: number): void
  /** Ends the way out; packets still inside a link are discarded. */
  close(): void
}
