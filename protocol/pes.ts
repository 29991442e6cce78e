import { decoded, tooShort, type Decoded, type WireFault } from './decoded.ts'
import type { TsPacket } from './mpeg-ts-packet.ts'

/** One PES packet of audio or video, ISO/IEC 13818-1 section 2.4.3.6; the payload is a view. */
export type PesPacket = {
  readonly ptsTicks?: number // 33 bits of 90 kHz
  readonly dtsTicks?: number // only where it differs from the PTS
  readonly payload: Uint8Array
}

const START_BYTES = 6 // start code prefix 3, stream_id 1, PES_packet_length 2
const FIXED_BYTES = 9 // and two bytes of flags, PES_header_data_length
const TIMESTAMP_BYTES = 5

/** Reads a PES packet of an audio or video stream. Faults: too-short, bad-sync, bad-length.
 *  It ends where the next one begins, whatever length is stated: 0 is usual for video, and a broadcast muxer was seen
 *  to tell 9 for 65,545 bytes; only bytes that are missing of a stated length are a fault. */
export function decodePes(bytes: Uint8Array): Decoded<PesPacket> {
  if (bytes.length < FIXED_BYTES) return tooShort(FIXED_BYTES, bytes.length)
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length)
  if (view.getUint32(0) >>> 8 !== 0x000001)
    return { ok: false, fault: { code: 'bad-sync', byte: view.getUint8(0), atByte: 0 } }
  const marker = view.getUint8(6) // '10', scrambling 2 bits, priority, alignment, copyright, original
  if (marker >> 6 !== 0b10) return { ok: false, fault: { code: 'bad-sync', byte: marker, atByte: 6 } }

  const statedLength = view.getUint16(4)
  const neededBytes = Math.max(FIXED_BYTES + view.getUint8(8), statedLength === 0 ? 0 : START_BYTES + statedLength)
  if (neededBytes > bytes.length) {
    return { ok: false, fault: { code: 'bad-length', statedBytes: neededBytes, gotBytes: bytes.length } }
  }
  const payloadStart = FIXED_BYTES + view.getUint8(8)
  const flags = view.getUint8(7)
  const hasPts = (flags & 0x80) !== 0 && FIXED_BYTES + TIMESTAMP_BYTES <= payloadStart
  const hasDts = (flags & 0xc0) === 0xc0 && FIXED_BYTES + 2 * TIMESTAMP_BYTES <= payloadStart
  return decoded({
    ...(hasPts ? { ptsTicks: readTimestamp(view, FIXED_BYTES) } : {}),
    ...(hasDts ? { dtsTicks: readTimestamp(view, FIXED_BYTES + TIMESTAMP_BYTES) } : {}),
    payload: bytes.subarray(payloadStart),
  })
}

/** 4 bits of kind, then 3, 15 and 15 bits, a marker bit after each. */
function readTimestamp(view: DataView, at: number): number {
  const high = (view.getUint8(at) >> 1) & 0x07
  const middle = view.getUint16(at + 1) >> 1
  const low = view.getUint16(at + 3) >> 1
  return high * 2 ** 30 + middle * 2 ** 15 + low
}

/** A PES packet and what is known of its way through the stream. */
export type CollectedPes = PesPacket & {
  readonly atByte: number // of its first transport packet
  readonly followsHole: boolean // the packet before it is missing or was left out
}

/** Joins the transport packets of one PID into PES packets, each copied once. One with a hole or a broken header is
 *  left out, for a cut NAL unit must not reach a decoder; a fault tells of it. */
export class PesCollector {
  readonly #source: Uint8Array
  readonly #faults: WireFault[]
  readonly #deliver: (pes: CollectedPes) => void
  #ranges: number[] = [] // start, end, start, end of payloads in #source
  #sizeBytes = 0
  #atByte = 0
  #isWhole = false // nothing before the first unit start is
  #followsHole = true
  #lastCounter: number | undefined

  constructor(source: Uint8Array, faults: WireFault[], deliver: (pes: CollectedPes) => void) {
    this.#source = source
    this.#faults = faults
    this.#deliver = deliver
  }

  /** Takes the transport packet that stands at `atByte`; a unit start delivers the PES packet before it. */
  push(packet: TsPacket, atByte: number): void {
    if (packet.payloadStart === packet.payloadEnd || this.#isDuplicate(packet)) return
    this.#checkCounter(packet)
    if (packet.unitStart) {
      this.#followsHole = !this.end()
      this.#isWhole = true
      this.#ranges = []
      this.#sizeBytes = 0
      this.#atByte = atByte
    }
    if (this.#isWhole) {
      this.#ranges.push(packet.payloadStart, packet.payloadEnd)
      this.#sizeBytes += packet.payloadEnd - packet.payloadStart
    }
  }

  /** Delivers what has come since the last unit start; false when that is nothing whole. */
  end(): boolean {
    if (!this.#isWhole) return false
    const pes = decodePes(this.#join())
    if (pes.ok) this.#deliver({ ...pes.value, atByte: this.#atByte, followsHole: this.#followsHole })
    else this.#faults.push(pes.fault)
    return pes.ok
  }

  #join(): Uint8Array {
    const joined = new Uint8Array(this.#sizeBytes)
    let at = 0
    for (let index = 0; index < this.#ranges.length; index += 2) {
      const start = this.#ranges[index] as number
      const end = this.#ranges[index + 1] as number
      joined.set(this.#source.subarray(start, end), at)
      at += end - start
    }
    return joined
  }

  /** A packet may be sent twice in a row, section 2.4.3.3. */
  #isDuplicate(packet: TsPacket): boolean {
    return packet.continuityCounter === this.#lastCounter && !packet.discontinuity
  }

  #checkCounter(packet: TsPacket): void {
    const expected = this.#lastCounter === undefined ? packet.continuityCounter : (this.#lastCounter + 1) & 0x0f
    this.#lastCounter = packet.continuityCounter
    if (packet.continuityCounter === expected || packet.discontinuity) return
    this.#isWhole = false
    this.#faults.push({ code: 'bad-continuity', pid: packet.pid, expected, got: packet.continuityCounter })
  }
}
