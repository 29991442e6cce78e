/** Packets of each kind meet random chance in a sequence of their own: what RTCP or TCP sends does not change which RTP
 *  packets are lost. */
export type Traffic = 'rtp' | 'rtcp' | 'tcp'

/** All that the network sees of a packet: headers counted in, no bytes. */
export type LinkPacket = {
  readonly id: number
  readonly flow: number
  readonly sizeBytes: number
  readonly traffic: Traffic
}
/** `queueingDelayMs` is the wait before the first bit was sent, handed on from stage to stage. */
export type Deliver = (packet: LinkPacket, departureMs: number, queueingDelayMs: number) => void

/** One part of a line. Calls come in order of time; a shell that owns the socket keeps the bytes by `id`. */
export type LinkStage = {
  accept(packet: LinkPacket, nowMs: number, queueingDelayMs: number): void
  /** Delivers everything due up to and including `nowMs`, each packet at its own moment. */
  advance(nowMs: number): void
  /** The next departure, or Infinity when nothing waits. */
  nextEventMs(): number
}

/** Lost by the loss process, by the full queue, or what a firewall blocks: UDP, RTSP. */
export type DropCause = 'loss' | 'queue' | 'blocked'

/** Who is told what becomes of packets. Moments are link time. */
export type PacketListener = {
  accepted(packet: LinkPacket, atMs: number): void
  dropped(packet: LinkPacket, atMs: number, cause: DropCause): void
  /** Told once of every packet that comes through: its bytes may be forgotten. */
  delivered(packet: LinkPacket, atMs: number, queueingDelayMs: number): void
  /** The line made a second copy, which arrives at `atMs`. It is told just before `delivered` of the same packet and
   *  moment, so that its bytes are still there; who does not listen sees the packet once. */
  duplicated?(packet: LinkPacket, atMs: number): void
}

/** The largest packet, headers counted in: the MTU of Ethernet. */
export const FULL_PACKET_BYTES = 1500
/** What UDP and IPv4 add to a payload; everything above (DTLS, SCTP) is left out, so that all ways of UDP compare. */
export const UDP_IPV4_HEADER_BYTES = 28
/** What TCP with timestamps and IPv4 add to a payload (RFC 9293 section 3.1, RFC 7323 section 3.2). */
export const TCP_IPV4_HEADER_BYTES = 52
