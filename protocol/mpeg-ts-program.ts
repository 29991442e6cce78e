import { concatBytes } from './bytes.ts'
import { decoded, unsupported, type Decoded } from './decoded.ts'
import type { VideoCodec } from './nal-syntax.ts'
import { decodeTsPacket, TS_PACKET_BYTES } from './mpeg-ts-packet.ts'

/** The PIDs of the first program that Weir reads: its first stream of H.264, or else of HEVC, and its first of AAC in ADTS. */
export type TsProgram = {
  readonly pcrPid: number
  readonly videoPid?: number
  readonly videoCodec?: VideoCodec // absent: h264
  readonly audioPid?: number
}

export const PAT_PID = 0
const PAT_TABLE_ID = 0
export const PMT_TABLE_ID = 2
export const STREAM_TYPE_H264 = 0x1b
export const STREAM_TYPE_H265 = 0x24
export const STREAM_TYPE_ADTS_AAC = 0x0f
const EMPTY = new Uint8Array(0)

/** The first program map of a stream, wherever it stands: a segment cut by others may carry it late.
 *  A map that changes later is not followed, since HLS splits there with a discontinuity. Fault: unsupported. */
export function findProgram(bytes: Uint8Array): Decoded<TsProgram> {
  const patSections = new SectionAssembler()
  const pmtSections = new SectionAssembler()
  let pmtPid: number | undefined
  for (let at = 0; at + TS_PACKET_BYTES <= bytes.length; at += TS_PACKET_BYTES) {
    const packet = decodeTsPacket(bytes, at)
    if (!packet.ok || packet.value.payloadStart === packet.value.payloadEnd) continue
    const { pid, unitStart, payloadStart, payloadEnd } = packet.value
    if (pid === PAT_PID && pmtPid === undefined) {
      const sections = patSections.push(bytes.subarray(payloadStart, payloadEnd), unitStart)
      pmtPid = sections.map(readPat).find((found) => found !== undefined)
    } else if (pid === pmtPid) {
      const sections = pmtSections.push(bytes.subarray(payloadStart, payloadEnd), unitStart)
      const program = sections.map(readPmt).find((found) => found !== undefined)
      if (program !== undefined) return decoded(program)
    }
  }
  return unsupported('a transport stream without a program map')
}

/** Joins the sections of one PID out of packet payloads, section 2.4.4.1: a pointer field says where the next begins. */
class SectionAssembler {
  #rest: Uint8Array = EMPTY

  push(payload: Uint8Array, unitStart: boolean): Uint8Array[] {
    if (!unitStart) return this.#rest.length === 0 ? [] : this.#take(concatBytes([this.#rest, payload]))
    const start = 1 + (payload[0] as number)
    const ended = this.#rest.length === 0 ? [] : this.#take(concatBytes([this.#rest, payload.subarray(1, start)]))
    return [...ended, ...this.#take(payload.subarray(start))]
  }

  #take(area: Uint8Array): Uint8Array[] {
    const sections: Uint8Array[] = []
    let at = 0
    while (at + 3 <= area.length && area[at] !== 0xff) {
      const sizeBytes = 3 + (uint16(area, at + 1) & 0xfff) // section_length, 12 bits
      if (at + sizeBytes > area.length) break
      sections.push(area.subarray(at, at + sizeBytes))
      at += sizeBytes
    }
    this.#rest = area[at] === 0xff ? EMPTY : area.subarray(at) // 0xff: stuffing to the packet's end
    return sections
  }
}

/** The PID of the first program's map; undefined for a network PID alone, or a broken table. Section 2.4.4.3. */
function readPat(section: Uint8Array): number | undefined {
  if (section[0] !== PAT_TABLE_ID || !isWhole(section)) return undefined
  for (let at = 8; at + 4 <= section.length - 4; at += 4) {
    if (uint16(section, at) !== 0) return uint16(section, at + 2) & 0x1fff
  }
  return undefined
}

/** The streams of a program, section 2.4.4.8. */
function readPmt(section: Uint8Array): TsProgram | undefined {
  if (section[0] !== PMT_TABLE_ID || section.length < 16 || !isWhole(section)) return undefined
  const pidOfType = new Map<number, number>()
  const end = section.length - 4 // CRC_32
  let at = 12 + (uint16(section, 10) & 0xfff) // after the program's descriptors
  while (at + 5 <= end) {
    const streamType = section[at] as number
    if (!pidOfType.has(streamType)) pidOfType.set(streamType, uint16(section, at + 1) & 0x1fff)
    at += 5 + (uint16(section, at + 3) & 0xfff)
  }
  const h264Pid = pidOfType.get(STREAM_TYPE_H264)
  const videoPid = h264Pid ?? pidOfType.get(STREAM_TYPE_H265)
  const audioPid = pidOfType.get(STREAM_TYPE_ADTS_AAC)
  return {
    pcrPid: uint16(section, 8) & 0x1fff,
    ...(videoPid === undefined ? {} : { videoPid }),
    ...(videoPid === undefined || videoPid === h264Pid ? {} : { videoCodec: 'h265' }),
    ...(audioPid === undefined ? {} : { audioPid }),
  }
}

/** Over a whole section with its own CRC_32 the remainder is zero (annex A). */
function isWhole(section: Uint8Array): boolean {
  return sectionCrc(section) === 0
}

/** CRC_32 of a section, annex A: 32 bits, unsigned. */
export function sectionCrc(section: Uint8Array): number {
  let crc = 0xffffffff
  for (const byte of section) {
    crc ^= byte << 24
    for (let bit = 0; bit < 8; bit++) crc = crc & 0x80000000 ? (crc << 1) ^ 0x04c11db7 : crc << 1
  }
  return crc >>> 0
}

function uint16(bytes: Uint8Array, at: number): number {
  return ((bytes[at] as number) << 8) | (bytes[at + 1] as number)
}
