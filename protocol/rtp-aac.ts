import { concatBytes } from './bytes.ts'
import { tooShort, type Decoded, type WireFault } from './decoded.ts'
import type { RtpPacket } from './rtp.ts'

const HEADERS_LENGTH_BYTES = 2 // AU-headers-length, in bits
const AU_HEADER_BYTES = 2 // AU-size 13 bits, AU-Index or AU-Index-delta 3 bits
const ONE_HEADER_BYTES = HEADERS_LENGTH_BYTES + AU_HEADER_BYTES
const MAX_UNIT_BYTES = 2 ** 13 - 1

/** The payloads of one AAC access unit, in order; more than one means fragments. The last one's packet carries the marker. */
export type RtpAacPlan = { readonly unitBytes: number; readonly sizesBytes: readonly number[] }

/** Plans one access unit, RFC 3640 section 3.3.6 (AAC-hbr: sizelength 13, indexlength 3, indexdeltalength 3). One
 *  access unit a packet: a lost packet then costs a single frame of sound.
 *  Throws RangeError for a unit that 13 bits cannot tell, or a limit that holds no fragment. */
export function planRtpAac(unitBytes: number, maxPayloadBytes: number): RtpAacPlan {
  if (unitBytes < 1 || unitBytes > MAX_UNIT_BYTES) throw new RangeError(`an AAC access unit of ${unitBytes} bytes`)
  if (maxPayloadBytes <= ONE_HEADER_BYTES) throw new RangeError(`a payload of ${maxPayloadBytes} bytes holds no AAC`)
  const count = Math.ceil(unitBytes / (maxPayloadBytes - ONE_HEADER_BYTES))
  const cut = (index: number) => Math.floor((index * unitBytes) / count)
  const sizesBytes = Array.from({ length: count }, (_, index) => ONE_HEADER_BYTES + cut(index + 1) - cut(index))
  return { unitBytes, sizesBytes }
}

/** The payloads of an access unit, exactly as planned. Throws RangeError when it has another size than planned. */
export function packetiseRtpAac(unit: Uint8Array, plan: RtpAacPlan): Uint8Array[] {
  if (unit.length !== plan.unitBytes) {
    throw new RangeError(`the plan is for an access unit of ${plan.unitBytes} bytes, got ${unit.length}`)
  }
  let from = 0
  return plan.sizesBytes.map((sizeBytes) => {
    const data = unit.subarray(from, from + sizeBytes - ONE_HEADER_BYTES)
    from += data.length
    return encodeAacPayload({ unitSizesBytes: [unit.length], data })
  })
}

/** One payload: the sizes of its access units, then their bytes one after the other; or, of a single unit that is
 *  larger than `data`, a fragment (its size is that of the whole unit, section 3.2.3). */
export type AacPayload = { readonly unitSizesBytes: readonly number[]; readonly data: Uint8Array }

/** Reads a payload; `data` is a view into it. Faults: too-short, bad-length, and unsupported for interleaving. */
export function decodeAacPayload(payload: Uint8Array): Decoded<AacPayload> {
  if (payload.length < ONE_HEADER_BYTES) return tooShort(ONE_HEADER_BYTES, payload.length)
  const view = new DataView(payload.buffer, payload.byteOffset, payload.length)
  const headerBits = view.getUint16(0)
  const dataStart = HEADERS_LENGTH_BYTES + headerBits / 8
  if (headerBits === 0 || headerBits % (8 * AU_HEADER_BYTES) !== 0 || dataStart > payload.length) {
    return { ok: false, fault: { code: 'bad-length', statedBytes: headerBits / 8, gotBytes: payload.length } }
  }
  const unitSizesBytes: number[] = []
  for (let at = HEADERS_LENGTH_BYTES; at < dataStart; at += AU_HEADER_BYTES) {
    const header = view.getUint16(at)
    if (header & 7) return { ok: false, fault: { code: 'unsupported', what: 'interleaved AAC' } }
    unitSizesBytes.push(header >> 3)
  }
  return { ok: true, value: { unitSizesBytes, data: payload.subarray(dataStart) } }
}

/** Writes a payload, in the order read above. */
export function encodeAacPayload({ unitSizesBytes, data }: AacPayload): Uint8Array {
  const headerBytes = unitSizesBytes.length * AU_HEADER_BYTES
  const payload = new Uint8Array(HEADERS_LENGTH_BYTES + headerBytes + data.length)
  const view = new DataView(payload.buffer)
  view.setUint16(0, 8 * headerBytes)
  unitSizesBytes.forEach((sizeBytes, index) => {
    view.setUint16(HEADERS_LENGTH_BYTES + index * AU_HEADER_BYTES, sizeBytes << 3) // index, and deltas of 0: in order
  })
  payload.set(data, HEADERS_LENGTH_BYTES + headerBytes)
  return payload
}

/** A whole access unit; one of which any byte is missing is never given. */
export type ReceivedAacUnit = { readonly timestampTicks: number; readonly data: Uint8Array }

type AacFragments = { readonly timestampTicks: number; readonly bodies: Uint8Array[]; heldBytes: number }

/** Packets of one SSRC in order of sequence number in, whole access units out. RFC 3640 section 3. */
export class AacDepacketiser {
  readonly faults = new Map<WireFault['code'], number>()
  cutUnits = 0 // begun, and never whole
  readonly #samplesPerFrame: number
  #fragments: AacFragments | undefined
  #lastCutTicks: number | undefined

  /** `samplesPerFrame` tells the times of a packet's second and later units: its clock counts samples. */
  constructor(samplesPerFrame: number) {
    this.#samplesPerFrame = samplesPerFrame
  }

  /** `lostBefore`: packets between the one pushed before and this one will not come any more. */
  push(packet: RtpPacket, lostBefore: boolean): ReceivedAacUnit[] {
    const { timestampTicks } = packet
    if (lostBefore || this.#fragments?.timestampTicks !== timestampTicks) this.flush()
    const payload = decodeAacPayload(packet.payload)
    if (!payload.ok) return this.#refuse(payload.fault.code)
    const { unitSizesBytes, data } = payload.value
    const [firstBytes = 0] = unitSizesBytes
    if (unitSizesBytes.length === 1 && firstBytes > data.length) return this.#addFragment(packet, firstBytes, data)
    this.flush()
    return this.#split(payload.value, timestampTicks)
  }

  /** The end, or a seek: a unit that has begun will not be whole any more. */
  flush(): void {
    if (this.#fragments !== undefined) this.#cut(this.#fragments.timestampTicks)
    this.#fragments = undefined
  }

  #split({ unitSizesBytes, data }: AacPayload, firstTicks: number): ReceivedAacUnit[] {
    const units: ReceivedAacUnit[] = []
    let from = 0
    for (const [index, sizeBytes] of unitSizesBytes.entries()) {
      const unit = data.subarray(from, from + sizeBytes)
      if (unit.length < sizeBytes || sizeBytes === 0) return this.#refuse('bad-length')
      units.push({ timestampTicks: (firstTicks + index * this.#samplesPerFrame) >>> 0, data: unit })
      from += sizeBytes
    }
    return units
  }

  /** Nothing in a fragment tells its place, so the sum must be right when the last one is in. */
  #addFragment({ timestampTicks, marker }: RtpPacket, unitBytes: number, body: Uint8Array): ReceivedAacUnit[] {
    if (body.length === 0) return this.#refuse('too-short')
    this.#fragments ??= { timestampTicks, bodies: [], heldBytes: 0 }
    this.#fragments.bodies.push(body)
    this.#fragments.heldBytes += body.length
    if (this.#fragments.heldBytes > unitBytes) return this.#refuse('bad-length')
    if (this.#fragments.heldBytes === unitBytes) {
      const data = concatBytes(this.#fragments.bodies)
      this.#fragments = undefined
      return [{ timestampTicks, data }]
    }
    if (marker) this.flush()
    return []
  }

  /** Once for each unit, though pieces of it may come from both sides of a gap. */
  #cut(timestampTicks: number): void {
    if (this.#lastCutTicks !== timestampTicks) this.cutUnits += 1
    this.#lastCutTicks = timestampTicks
  }

  #refuse(code: WireFault['code']): ReceivedAacUnit[] {
    this.faults.set(code, (this.faults.get(code) ?? 0) + 1)
    this.flush()
    return []
  }
}
