import { wrapTicks } from './mpeg-ts-clock.ts'
import { decodeTsPacket, TS_PACKET_BYTES, type TsPacket } from './mpeg-ts-packet.ts'

const PCR_AT = 6 // in its packet: header 4, field length, flags
const PES_TIMES_AT = 9 // start code and stream_id 4, length 2, flags 2, PES_header_data_length
const TIMESTAMP_BYTES = 5

/** One transport stream out of the same packets again and again: clock references and timestamps go on over the seams, and so
 *  do the continuity counters (ISO/IEC 13818-1 sections 2.4.3.3, 2.4.3.5 and 2.4.3.7). All other bytes stay as they are. */
export class TsRestamper {
  readonly #lastCounters = new Map<number, number>() // of packets with payload, by PID
  readonly #counterShifts = new Map<number, number>() // since the last seam, by PID
  #laterTicks = 0

  /** A copy of whole transport packets, `laterTicks` of 90 kHz later than they say. Other ticks than before mean that the
   *  stream begins again. */
  restamp(packets: Uint8Array, laterTicks: number): Uint8Array {
    if (laterTicks !== this.#laterTicks) this.#counterShifts.clear()
    this.#laterTicks = laterTicks
    const copy = Uint8Array.from(packets)
    for (let at = 0; at + TS_PACKET_BYTES <= copy.length; at += TS_PACKET_BYTES) {
      const packet = decodeTsPacket(copy, at)
      if (!packet.ok) continue
      this.#count(copy, at, packet.value)
      if (packet.value.pcrTicks27MHz !== undefined) moveClockReference(copy, at + PCR_AT, laterTicks)
      if (packet.value.unitStart) movePesTimes(copy.subarray(0, at + TS_PACKET_BYTES), packet.value, laterTicks)
    }
    return copy
  }

  #count(bytes: Uint8Array, at: number, { pid, continuityCounter, payloadStart, payloadEnd }: TsPacket): void {
    const countsOn = payloadStart < payloadEnd ? 1 : 0 // a packet without payload repeats the counter
    const last = this.#lastCounters.get(pid) ?? continuityCounter - countsOn
    const shift = this.#counterShifts.get(pid) ?? last + countsOn - continuityCounter
    const counter = (continuityCounter + shift) & 0x0f
    this.#counterShifts.set(pid, shift)
    this.#lastCounters.set(pid, counter)
    bytes[at + 3] = ((bytes[at + 3] as number) & 0xf0) | counter
  }
}

/** The base alone, 33 bits of 90 kHz: what is added are whole ticks of it. */
function moveClockReference(bytes: Uint8Array, at: number, laterTicks: number): void {
  const view = new DataView(bytes.buffer, bytes.byteOffset + at, 6)
  const low = view.getUint16(4)
  const base = wrapTicks(view.getUint32(0) * 2 + (low >> 15) + laterTicks)
  view.setUint32(0, Math.floor(base / 2))
  view.setUint16(4, (low & 0x7fff) | ((base % 2) << 15))
}

/** PTS, and DTS where there is one, of a PES packet that begins here; a header that is cut off is left alone. */
function movePesTimes(bytes: Uint8Array, { payloadStart }: TsPacket, laterTicks: number): void {
  const [a, b, c] = bytes.subarray(payloadStart, payloadStart + 3)
  if (a !== 0 || b !== 0 || c !== 1) return // a table
  const flags = (bytes[payloadStart + 7] ?? 0) >> 6
  const times = flags === 0b11 ? 2 : flags === 0b10 ? 1 : 0
  for (let time = 0; time < times; time += 1) {
    const at = payloadStart + PES_TIMES_AT + time * TIMESTAMP_BYTES
    if (at + TIMESTAMP_BYTES <= bytes.length) moveTimestamp(bytes, at, laterTicks)
  }
}

/** 4 bits of kind, then 3, 15 and 15 bits, a marker bit after each. */
function moveTimestamp(bytes: Uint8Array, at: number, laterTicks: number): void {
  const view = new DataView(bytes.buffer, bytes.byteOffset + at, TIMESTAMP_BYTES)
  const head = view.getUint8(0)
  const told = ((head >> 1) & 0x07) * 2 ** 30 + (view.getUint16(1) >> 1) * 2 ** 15 + (view.getUint16(3) >> 1)
  const ticks = wrapTicks(told + laterTicks)
  view.setUint8(0, (head & 0xf1) | (Math.floor(ticks / 2 ** 30) << 1))
  view.setUint16(1, ((Math.floor(ticks / 2 ** 15) & 0x7fff) << 1) | 1)
  view.setUint16(3, ((ticks & 0x7fff) << 1) | 1)
}
