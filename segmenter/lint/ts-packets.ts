export const PACKET_BYTES = 188
const SYNC = 0x47
export const CLOCK_HZ = 90_000
const PCR_HZ = 27_000_000
const NULL_PID = 0x1fff

/** A packet of a transport stream, ISO/IEC 13818-1 section 2.4.3. */
export type TsPacket = {
  readonly index: number
  readonly pid: number
  readonly isStart: boolean // a PES packet or a section begins
  readonly isScrambled: boolean
  readonly continuity: number
  readonly isBreak: boolean // discontinuity_indicator
  readonly isRandomAccess: boolean
  readonly pcrSeconds: number | undefined
  readonly payload: Uint8Array | undefined // undefined without one
}

/** The packets of a stream that begins with one; ends where no packet follows. */
export function* readPackets(bytes: Uint8Array): Generator<TsPacket> {
  for (let at = 0, index = 0; at + PACKET_BYTES <= bytes.length; at += PACKET_BYTES, index += 1) {
    if (bytes[at] !== SYNC) return
    const packet = readPacket(bytes.subarray(at, at + PACKET_BYTES), index)
    if (packet.pid !== NULL_PID) yield packet
  }
}

/** Where the sync byte is missing; undefined when it nowhere is. */
export function firstLostSync(bytes: Uint8Array): number | undefined {
  for (let at = 0; at + PACKET_BYTES <= bytes.length; at += PACKET_BYTES) if (bytes[at] !== SYNC) return at
  return undefined
}

function readPacket(bytes: Uint8Array, index: number): TsPacket {
  const [, b1, b2, b3] = bytes as unknown as [number, number, number, number]
  const hasAdaptation = (b3 & 0x20) !== 0
  const adaptationBytes = hasAdaptation ? (bytes[4] as number) : 0
  const flags = adaptationBytes > 0 ? (bytes[5] as number) : 0
  const payloadAt = hasAdaptation ? 5 + adaptationBytes : 4
  return {
    index,
    pid: ((b1 & 0x1f) << 8) | b2,
    isStart: (b1 & 0x40) !== 0,
    isScrambled: (b3 & 0xc0) !== 0,
    continuity: b3 & 0x0f,
    isBreak: (flags & 0x80) !== 0,
    isRandomAccess: (flags & 0x40) !== 0,
    pcrSeconds: (flags & 0x10) !== 0 && adaptationBytes >= 7 ? readPcr(bytes.subarray(6, 12)) : undefined,
    payload: (b3 & 0x10) !== 0 ? bytes.subarray(Math.min(payloadAt, PACKET_BYTES)) : undefined,
  }
}

/** 33 bits of 90 kHz, 6 that are reserved, 9 of 27 MHz. */
function readPcr(bytes: Uint8Array): number {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const base = view.getUint32(0) * 2 + (view.getUint8(4) >> 7)
  return (base * 300 + (view.getUint16(4) & 0x1ff)) / PCR_HZ
}

/** The times and the payload of a PES packet, section 2.4.3.6; undefined of what is none. */
export function readPes(bytes: Uint8Array): { pts: number; dts: number; payload: Uint8Array } | undefined {
  if (bytes.length < 9 || bytes[0] !== 0 || bytes[1] !== 0 || bytes[2] !== 1) return undefined
  const flags = bytes[7] as number
  const payload = bytes.subarray(9 + (bytes[8] as number))
  const pts = (flags & 0x80) !== 0 ? readStamp(bytes.subarray(9, 14)) : NaN
  const dts = (flags & 0xc0) === 0xc0 ? readStamp(bytes.subarray(14, 19)) : pts
  return { pts, dts, payload }
}

/** 3, 15 and 15 bits with a marker after each; in seconds. */
function readStamp(bytes: Uint8Array): number {
  const [b0 = 0, b1 = 0, b2 = 0, b3 = 0, b4 = 0] = bytes
  const high = ((b0 >> 1) & 0x07) * 2 ** 30
  return (high + ((b1 << 22) | ((b2 >> 1) << 15) | (b3 << 7) | (b4 >> 1))) / CLOCK_HZ
}

export type Section = { readonly tableId: number; readonly body: Uint8Array } // `body` from the version byte on, without CRC

/** A section that lies within one packet, as PAT and PMT of a few streams do; undefined of what is cut off. */
export function readSection(payload: Uint8Array): Section | undefined {
  const start = 1 + (payload[0] ?? 0) // pointer_field
  const lengthBytes = (((payload[start + 1] ?? 0) & 0x0f) << 8) | (payload[start + 2] ?? 0)
  const end = start + 3 + lengthBytes
  if (lengthBytes < 9 || end > payload.length) return undefined
  return { tableId: payload[start] as number, body: payload.subarray(start + 3, end - 4) }
}

/** The PIDs of the programs' maps, by program number; 0 is the network's and no program. */
export function readPat({ body }: Section): ReadonlyMap<number, number> {
  const programs = new Map<number, number>()
  for (let at = 5; at + 4 <= body.length; at += 4) {
    const number = ((body[at] as number) << 8) | (body[at + 1] as number)
    if (number !== 0) programs.set(number, (((body[at + 2] as number) & 0x1f) << 8) | (body[at + 3] as number))
  }
  return programs
}

export type ProgramMap = { readonly pcrPid: number; readonly streams: ReadonlyMap<number, number> } // PID: stream_type

export function readPmt({ body }: Section): ProgramMap {
  const word = (at: number): number => (((body[at] ?? 0) << 8) | (body[at + 1] ?? 0)) & 0x1fff
  const streams = new Map<number, number>()
  for (let at = 9 + (word(7) & 0x0fff); at + 5 <= body.length; at += 5 + (word(at + 3) & 0x0fff)) {
    streams.set(word(at + 1), body[at] as number)
  }
  return { pcrPid: word(5), streams }
}
