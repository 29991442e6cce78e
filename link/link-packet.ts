/** All that the network sees of a packet: headers counted in, no bytes. */
export type LinkPacket = { readonly id: number; readonly flow: number; readonly sizeBytes: number }
export type Deliver = (packet: LinkPacket, departureMs: number) => void

/** One part of a line. Calls come in order of time; a shell that owns the socket keeps the bytes by `id`. */
export type LinkStage = {
  accept(packet: LinkPacket, nowMs: number): void
  /** Delivers everything due up to and including `nowMs`, each packet at its own moment. */
  advance(nowMs: number): void
  /** The next departure, or Infinity when nothing waits. */
  nextEventMs(): number
}

/** What UDP and IPv4 add to a payload; everything above (DTLS, SCTP) is left out, so that all ways of UDP compare. */
export const UDP_IPV4_HEADER_BYTES = 28
