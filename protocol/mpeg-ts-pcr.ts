import { decoded, tooShort, type Decoded } from './decoded.ts'
import { decodeTsPacket, TS_PACKET_BYTES } from './mpeg-ts-packet.ts'
import { findProgram } from './mpeg-ts-program.ts'

/** A program clock reference: the time at which the byte `atByte` enters the decoder, ISO/IEC 13818-1 section 2.4.3.5. */
export type TsClockReference = { readonly ticks27MHz: number; readonly atByte: number }

export const PCR_LAST_BASE_BYTE = 10 // in its packet: header 4, field length, flags, five bytes to the base's last bit

/** PCR counts 27 MHz: a base of 33 bits of 90 kHz, times 300. */
export const PCR_WRAP_TICKS = 2 ** 33 * 300

/** The clock references of the first program, in the order of the bytes; what is no transport packet is passed over.
 *  Faults of the whole: too-short, unsupported without a program map. */
export function readClockReferences(bytes: Uint8Array): Decoded<TsClockReference[]> {
  if (bytes.length < TS_PACKET_BYTES) return tooShort(TS_PACKET_BYTES, bytes.length)
  const program = findProgram(bytes)
  if (!program.ok) return program
  const references: TsClockReference[] = []
  for (let at = 0; at + TS_PACKET_BYTES <= bytes.length; at += TS_PACKET_BYTES) {
    const packet = decodeTsPacket(bytes, at)
    if (!packet.ok || packet.value.pid !== program.value.pcrPid) continue
    const { pcrTicks27MHz: ticks27MHz } = packet.value
    if (ticks27MHz !== undefined) references.push({ ticks27MHz, atByte: at + PCR_LAST_BASE_BYTE })
  }
  return decoded(references)
}
