import { concatBytes } from '../bytes.ts'
import { TS_PACKET_BYTES } from '../mpeg-ts-packet.ts'

/** Bytes of hexadecimal digits; spaces are for people. */
export function hex(digits: string): Uint8Array {
  const pairs = digits.replaceAll(/\s/g, '').match(/../g) ?? []
  return Uint8Array.from(pairs, (pair) => Number.parseInt(pair, 16))
}

export const VIDEO_PID = 0x100
export const AUDIO_PID = 0x101

/** A section with its CRC_32, ISO/IEC 13818-1 annex A: the remainder of a division, bit by bit. */
export function withCrc(digits: string): Uint8Array {
  const section = hex(digits)
  let remainder = 0xffff_ffffn
  for (const byte of section) {
    for (let bit = 7n; bit >= 0n; bit--) {
      const isOdd = ((remainder >> 31n) ^ (BigInt(byte) >> bit)) & 1n
      remainder = ((remainder << 1n) & 0xffff_ffffn) ^ (isOdd * 0x04c1_1db7n)
    }
  }
  return concatBytes([section, hex(remainder.toString(16).padStart(8, '0'))])
}

/** Program 1, its map on PID 0x1000: H.264 on 0x100 (with the PCR), ADTS AAC on 0x101; as ffmpeg writes them. */
const PAT_SECTION = hex('00 b00d 0001 c1 00 00 0001 f000 2ab104b2')
const PMT_SECTION = hex('02 b017 0001 c1 00 00 e100 f000 1b e100 f000 0f e101 f000 2f44b99b')

export function programPackets(): Uint8Array {
  return concatBytes([tablePacket(0, PAT_SECTION), tablePacket(0x1000, PMT_SECTION)])
}

/** A packet of sections, stuffed with 0xff; `pointerField` bytes of it belong to the section before. */
export function tablePacket(
  pid: number,
  sections: Uint8Array,
  begin: 'starts' | 'goes on' = 'starts',
  pointerField = 0,
): Uint8Array {
  const packet = new Uint8Array(TS_PACKET_BYTES).fill(0xff)
  const starts = begin === 'starts'
  packet.set([0x47, (starts ? 0x40 : 0) | (pid >> 8), pid & 0xff, 0x10, pointerField])
  packet.set(sections, starts ? 5 : 4)
  return packet
}

/** The transport packets of one PES packet; adaptation field stuffing fills the last. */
export function pesPackets(pid: number, pes: Uint8Array, firstCounter = 0): Uint8Array {
  const packets: Uint8Array[] = []
  for (let at = 0; at < pes.length; at += 184) {
    const payload = pes.subarray(at, at + 184)
    const unitStart = at === 0 ? 0x40 : 0
    packets.push(payloadPacket(pid, unitStart, (firstCounter + packets.length) & 0x0f, payload))
  }
  return concatBytes(packets)
}

function payloadPacket(pid: number, unitStart: number, counter: number, payload: Uint8Array): Uint8Array {
  const packet = new Uint8Array(TS_PACKET_BYTES).fill(0xff)
  const fieldBytes = TS_PACKET_BYTES - 4 - payload.length
  packet.set([0x47, unitStart | (pid >> 8), pid & 0xff, (fieldBytes > 0 ? 0x30 : 0x10) | counter])
  if (fieldBytes > 0) packet[4] = fieldBytes - 1
  if (fieldBytes > 1) packet[5] = 0
  packet.set(payload, 4 + fieldBytes)
  return packet
}

/** A video PES packet of unstated length with PTS alone, or with both. */
export function videoPes(payload: Uint8Array, ptsTicks: number, dtsTicks?: number): Uint8Array {
  if (dtsTicks === undefined) return concatBytes([hex('000001 e0 0000 80 80 05'), timestamp(2, ptsTicks), payload])
  const times = [timestamp(3, ptsTicks), timestamp(1, dtsTicks)]
  return concatBytes([hex('000001 e0 0000 80 c0 0a'), ...times, payload])
}

/** An audio PES packet with its length stated. */
export function audioPes(payload: Uint8Array, ptsTicks: number): Uint8Array {
  const lengthBytes = 3 + 5 + payload.length
  const head = Uint8Array.of(0, 0, 1, 0xc0, lengthBytes >> 8, lengthBytes & 0xff, 0x80, 0x80, 5)
  return concatBytes([head, timestamp(2, ptsTicks), payload])
}

function timestamp(kind: number, ticks: number): Uint8Array {
  const high = Math.floor(ticks / 2 ** 30)
  const middle = Math.floor(ticks / 2 ** 15) & 0x7fff
  const low = ticks & 0x7fff
  return Uint8Array.of((kind << 4) | (high << 1) | 1, middle >> 7, (middle << 1) | 1, low >> 7, (low << 1) | 1)
}
