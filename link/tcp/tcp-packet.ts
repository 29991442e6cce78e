import { type LinkPacket, TCP_IPV4_HEADER_BYTES } from '../link-packet.ts'

/** Payload of a full segment on an Ethernet path: 1500 less IPv4 20, TCP 20 and timestamps 12 (RFC 9293 3.7.1, RFC 7323). */
export const MSS_BYTES = 1448
/** IPv4 20, TCP 20, and 20 of options: MSS, SACK permitted, timestamps, window scale. */
export const SYN_BYTES = 60

/** Segments that have arrived out of order. Segments are counted from 0, whatever their size. */
export type Sack = {
  readonly blocks: readonly number[] // pairs of first segment and the one after the last
  readonly duplicateFirst: boolean // the first pair tells of a duplicate (RFC 2883)
}

/** One packet of a TCP connection. Every `data`, `ack` and `probe` acknowledges too. */
export type TcpPacket = LinkPacket & {
  readonly kind: 'syn' | 'syn-ack' | 'data' | 'ack' | 'probe' // a probe asks for an ACK (RFC 9293 3.8.6.1)
  readonly segment: number // of data; else -1
  readonly payloadBytes: number
  readonly push: boolean // the last that the application had written
  readonly ack: number // the next segment expected
  readonly windowBytes: number // what may be sent beyond it
  readonly timestampMs: number // whole ms, as Linux writes TSval
  readonly echoMs: number // TSecr
  readonly sack: Sack | undefined
}

/** Two NOPs, kind and length, then 8 a block (RFC 2018 section 3). */
function sackOptionBytes(sack: Sack | undefined): number {
  return sack === undefined ? 0 : 4 + 4 * sack.blocks.length
}

export function packetBytes(payloadBytes: number, sack: Sack | undefined): number {
  return TCP_IPV4_HEADER_BYTES + sackOptionBytes(sack) + payloadBytes
}
