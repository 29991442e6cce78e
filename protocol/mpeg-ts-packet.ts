import { decoded, unsupported, type Decoded } from './decoded.ts'

export const TS_PACKET_BYTES = 188
const SYNC_BYTE = 0x47
const HEADER_BYTES = 4
const PCR_END = 12 // header 4, adaptation field length and flags 2, PCR 6

/** One transport packet, ISO/IEC 13818-1 section 2.4.3.2. The payload is told as a range of the bytes it was read from. */
export type TsPacket = {
  readonly pid: number // 13 bits
  readonly unitStart: boolean // a PES packet or a pointer field begins the payload
  readonly continuityCounter: number // 4 bits, counts packets with payload
  readonly discontinuity: boolean // the counter may jump here
  readonly pcrTicks27MHz: number | undefined
  readonly payloadStart: number
  readonly payloadEnd: number // equal to payloadStart: no payload
}

/** Reads the packet at `atByte`; the caller has checked that 188 bytes are there. Faults: bad-sync, bad-length, unsupported. */
export function decodeTsPacket(bytes: Uint8Array, atByte: number): Decoded<TsPacket> {
  const sync = bytes[atByte] as number
  if (sync !== SYNC_BYTE) return { ok: false, fault: { code: 'bad-sync', byte: sync, atByte } }
  const pidHigh = bytes[atByte + 1] as number // transport error, unit start, priority, PID 5 of 13 bits
  const control = bytes[atByte + 3] as number // scrambling 2 bits, adaptation field, payload, counter 4 bits
  if (pidHigh & 0x80) return unsupported('a packet with transport_error_indicator')
  if (control & 0xc0) return unsupported('a scrambled packet')

  const hasField = (control & 0x20) !== 0
  const fieldBytes = hasField ? 1 + (bytes[atByte + HEADER_BYTES] as number) : 0
  const roomBytes = TS_PACKET_BYTES - HEADER_BYTES
  if (fieldBytes > roomBytes) {
    return { ok: false, fault: { code: 'bad-length', statedBytes: fieldBytes, gotBytes: roomBytes } }
  }
  const flags = fieldBytes > 1 ? (bytes[atByte + HEADER_BYTES + 1] as number) : 0
  const payloadEnd = atByte + TS_PACKET_BYTES
  return decoded({
    pid: ((pidHigh & 0x1f) << 8) | (bytes[atByte + 2] as number),
    unitStart: (pidHigh & 0x40) !== 0,
    continuityCounter: control & 0x0f,
    discontinuity: (flags & 0x80) !== 0,
    pcrTicks27MHz: flags & 0x10 && HEADER_BYTES + fieldBytes >= PCR_END ? readPcr(bytes, atByte + 6) : undefined,
    payloadStart: control & 0x10 ? atByte + HEADER_BYTES + fieldBytes : payloadEnd,
    payloadEnd,
  })
}

/** base (33 bits of 90 kHz), 6 reserved, extension (9 bits): PCR = base × 300 + extension, section 2.4.3.5. */
function readPcr(bytes: Uint8Array, at: number): number {
  const view = new DataView(bytes.buffer, bytes.byteOffset + at, 6)
  const low = view.getUint16(4)
  const baseTicks = view.getUint32(0) * 2 + (low >> 15)
  return baseTicks * 300 + (low & 0x1ff)
}
