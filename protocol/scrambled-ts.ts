import { TS_PACKET_BYTES } from './mpeg-ts-packet.ts'

const SYNC_BYTE = 0x47
const LEAST_PACKETS = 3 // of which every first byte is right, to be taken for a transport stream
const TIMED_PACKET_BYTES = 192 // of Blu-ray and cameras: a time of 4 bytes, then the packet

/** How many of the packets with a payload are scrambled, from 0 to 1: transport_scrambling_control, ISO/IEC 13818-1
 *  section 2.4.3.3. Tables never are, so that it stays below 1. undefined for what is no transport stream. */
export function scrambledShare(bytes: Uint8Array): number | undefined {
  for (const [strideBytes, first] of [
    [TS_PACKET_BYTES, 0],
    [TIMED_PACKET_BYTES, TIMED_PACKET_BYTES - TS_PACKET_BYTES],
  ] as const) {
    if (isInStep(bytes, strideBytes, first)) return shareOf(bytes, strideBytes, first)
  }
  return undefined
}

function isInStep(bytes: Uint8Array, strideBytes: number, first: number): boolean {
  for (let packet = 0; packet < LEAST_PACKETS; packet++) {
    if (bytes[first + packet * strideBytes] !== SYNC_BYTE) return false
  }
  return true
}

const NULL_PID = 0x1fff

function shareOf(bytes: Uint8Array, strideBytes: number, first: number): number {
  let payloads = 0
  let scrambled = 0
  for (let at = first; at + TS_PACKET_BYTES <= bytes.length; at += strideBytes) {
    const pid = (((bytes[at + 1] as number) & 0x1f) << 8) | (bytes[at + 2] as number)
    const control = bytes[at + 3] as number
    const hasPayload = (control & 0x10) !== 0
    if (bytes[at] !== SYNC_BYTE || pid === NULL_PID || !hasPayload) continue
    payloads += 1
    if (control >> 6 !== 0) scrambled += 1
  }
  return payloads === 0 ? 0 : scrambled / payloads
}
