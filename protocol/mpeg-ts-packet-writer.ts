import { TS_PACKET_BYTES } from './mpeg-ts-packet.ts'
import type { PesPacket } from './pes.ts'

/** The adaptation field of a unit's first packet. */
export type TsPcr = { readonly ticks90kHz: number; readonly randomAccess: boolean }

export type TsUnit = {
  readonly pid: number
  readonly unit: Uint8Array // a PES packet, or a section behind its pointer field
  readonly firstCounter: number // continuity, 4 bits
  readonly pcr?: TsPcr | undefined
}

const HEADER_BYTES = 4
const PCR_FIELD_BYTES = 8 // length, flags, six bytes of clock
const HAS_PCR = 0x10
const RANDOM_ACCESS = 0x40
const PES_HEADER_BYTES = 9
const TIMESTAMP_BYTES = 5
const MAX_STATED_BYTES = 0xffff

/** The transport packets of one unit, ISO/IEC 13818-1 section 2.4.3.2; the last is filled by its adaptation field. */
export function encodeTsPackets({ pid, unit, firstCounter, pcr }: TsUnit): Uint8Array {
  const roomBytes = TS_PACKET_BYTES - HEADER_BYTES
  const clockBytes = pcr === undefined ? 0 : PCR_FIELD_BYTES
  const count = Math.ceil((unit.length + clockBytes) / roomBytes)
  const packets = new Uint8Array(count * TS_PACKET_BYTES)
  let from = 0
  for (let index = 0; index < count; index += 1) {
    const packet = packets.subarray(index * TS_PACKET_BYTES, (index + 1) * TS_PACKET_BYTES)
    const leastFieldBytes = index === 0 ? clockBytes : 0
    const payload = unit.subarray(from, from + roomBytes - leastFieldBytes)
    const fieldBytes = roomBytes - payload.length
    packet[0] = 0x47
    packet[1] = (index === 0 ? 0x40 : 0) | (pid >> 8)
    packet[2] = pid
    packet[3] = (fieldBytes > 0 ? 0x30 : 0x10) | ((firstCounter + index) & 0x0f)
    if (fieldBytes > 0) writeField(packet, fieldBytes, index === 0 ? pcr : undefined)
    packet.set(payload, HEADER_BYTES + fieldBytes)
    from += payload.length
  }
  return packets
}

/** Section 2.4.3.4; what is left of it is stuffing. */
function writeField(packet: Uint8Array, fieldBytes: number, pcr: TsPcr | undefined): void {
  packet.fill(0xff, HEADER_BYTES, HEADER_BYTES + fieldBytes)
  packet[HEADER_BYTES] = fieldBytes - 1
  if (fieldBytes === 1) return
  packet[HEADER_BYTES + 1] = pcr === undefined ? 0 : HAS_PCR | (pcr.randomAccess ? RANDOM_ACCESS : 0)
  if (pcr === undefined) return
  const { ticks90kHz } = pcr // base 33 bits, 6 reserved, an extension of 0: section 2.4.3.5
  const view = new DataView(packet.buffer, packet.byteOffset + HEADER_BYTES + 2, 6)
  view.setUint32(0, Math.floor(ticks90kHz / 2))
  view.setUint16(4, ((ticks90kHz % 2) << 15) | 0x7e00)
}

/** A PES packet, section 2.4.3.6; a DTS only where it differs. Of what 16 bits cannot tell the length is 0, which only
 *  video may have. */
export function encodePes(streamId: number, { ptsTicks, dtsTicks, payload }: PesPacket): Uint8Array {
  const times =
    ptsTicks === undefined ? [] : dtsTicks === undefined || dtsTicks === ptsTicks ? [ptsTicks] : [ptsTicks, dtsTicks]
  const headerBytes = PES_HEADER_BYTES + times.length * TIMESTAMP_BYTES
  const pes = new Uint8Array(headerBytes + payload.length)
  const view = new DataView(pes.buffer)
  const statedBytes = pes.length - 6 // what comes after the length
  view.setUint32(0, 0x100 | streamId)
  view.setUint16(4, statedBytes > MAX_STATED_BYTES ? 0 : statedBytes)
  pes[6] = 0x84 // '10', data alignment
  pes[7] = [0, 0x80, 0xc0][times.length] as number
  pes[8] = times.length * TIMESTAMP_BYTES
  times.forEach((ticks, index) => {
    const kind = times.length === 1 ? 2 : 3 - 2 * index // '0010' PTS alone; '0011' PTS, '0001' DTS
    writeTimestamp(view, PES_HEADER_BYTES + index * TIMESTAMP_BYTES, kind, ticks)
  })
  pes.set(payload, headerBytes)
  return pes
}

/** 4 bits of kind, then 3, 15 and 15 bits, a marker bit after each. */
function writeTimestamp(view: DataView, at: number, kind: number, ticks: number): void {
  const high = Math.floor(ticks / 2 ** 30)
  const middle = Math.floor(ticks / 2 ** 15) & 0x7fff
  view.setUint8(at, (kind << 4) | (high << 1) | 1)
  view.setUint16(at + 1, (middle << 1) | 1)
  view.setUint16(at + 3, ((ticks & 0x7fff) << 1) | 1)
}
