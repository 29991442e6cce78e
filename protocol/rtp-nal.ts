import type { WireFault } from './decoded.ts'
import { AGGREGATE_SIZE_BYTES, type NalPayload, type NalPayloadFormat } from './rtp-nal-payload.ts'
import { UnitInProgress, type ReassembledUnit } from './rtp-nal-unit.ts'
import { sequenceDistance, type RtpPacket } from './rtp.ts'

/** One planned payload: which NAL units of the access unit, or which bytes of one, it carries. */
export type RtpNalPart =
  | { readonly kind: 'single'; readonly nalIndex: number; readonly sizeBytes: number }
  | { readonly kind: 'aggregate'; readonly nalIndex: number; readonly nalCount: number; readonly sizeBytes: number }
  | { readonly kind: 'fragment'; readonly nalIndex: number; readonly fromByte: number; readonly sizeBytes: number }

/** The payloads of one access unit, in order of sending; the last one's packet carries the marker. */
export type RtpNalPlan = { readonly nalSizesBytes: readonly number[]; readonly parts: readonly RtpNalPart[] }

/** Plans the payloads of one access unit from the sizes alone: neighbours that fit together are aggregated, what does not
 *  fit is cut into fragments, the rest go alone. Live sender and simulation both follow it. Throws RangeError for a NAL
 *  unit without a whole header or a limit that holds no fragment. */
export function planRtpNals(
  format: NalPayloadFormat,
  nalSizesBytes: readonly number[],
  maxPayloadBytes: number,
): RtpNalPlan {
  if (maxPayloadBytes <= format.fragmentHeaderBytes)
    throw new RangeError(`a payload of ${maxPayloadBytes} bytes holds no fragment`)
  const empty = nalSizesBytes.findIndex((sizeBytes) => sizeBytes < format.syntax.headerBytes)
  if (empty >= 0) throw new RangeError(`NAL unit ${empty} has ${nalSizesBytes[empty]} bytes`)
  const parts: RtpNalPart[] = []
  for (let nalIndex = 0; nalIndex < nalSizesBytes.length;) {
    const nalBytes = nalSizesBytes[nalIndex] as number
    const { nalCount, sizeBytes } = aggregateFrom(format, nalSizesBytes, nalIndex, maxPayloadBytes)
    if (nalBytes > maxPayloadBytes) parts.push(...fragmentsOf(format, nalIndex, nalBytes, maxPayloadBytes))
    else if (nalCount < 2) parts.push({ kind: 'single', nalIndex, sizeBytes: nalBytes })
    else parts.push({ kind: 'aggregate', nalIndex, nalCount, sizeBytes })
    nalIndex += Math.max(nalCount, 1)
  }
  return { nalSizesBytes, parts }
}

/** How many units from `first` on fit into one aggregate, and its size. */
function aggregateFrom(
  { aggregateHeaderBytes }: NalPayloadFormat,
  nalSizesBytes: readonly number[],
  first: number,
  maxPayloadBytes: number,
) {
  let sizeBytes = aggregateHeaderBytes
  let nalCount = 0
  for (let next = first; next < nalSizesBytes.length; next += 1) {
    const nextBytes = AGGREGATE_SIZE_BYTES + (nalSizesBytes[next] as number)
    if (sizeBytes + nextBytes > maxPayloadBytes) break
    sizeBytes += nextBytes
    nalCount += 1
  }
  return { nalCount, sizeBytes }
}

/** As few fragments as possible, sizes at most one byte apart: a tiny tail would cost a header for nothing. */
function fragmentsOf(
  { syntax: { headerBytes }, fragmentHeaderBytes }: NalPayloadFormat,
  nalIndex: number,
  nalBytes: number,
  maxPayloadBytes: number,
): RtpNalPart[] {
  const bodyBytes = nalBytes - headerBytes // the NAL header travels in the fragment's
  const count = Math.ceil(bodyBytes / (maxPayloadBytes - fragmentHeaderBytes))
  return Array.from({ length: count }, (_, index) => {
    const fromByte = headerBytes + Math.floor((index * bodyBytes) / count)
    const toByte = headerBytes + Math.floor(((index + 1) * bodyBytes) / count)
    return { kind: 'fragment', nalIndex, fromByte, sizeBytes: fragmentHeaderBytes + toByte - fromByte }
  })
}

/** The payloads of an access unit, exactly as planned: views into the unit that goes alone, or into one array for all
 *  others (a small array of its own for each costs ten times the copying). Throws RangeError when the units have other sizes than the planned ones. */
export function packetiseRtpNals(
  format: NalPayloadFormat,
  nals: readonly Uint8Array[],
  plan: RtpNalPlan,
): Uint8Array[] {
  const { nalSizesBytes } = plan
  if (nals.length !== nalSizesBytes.length || nals.some((nal, index) => nal.length !== nalSizesBytes[index])) {
    const got = nals.map((nal) => nal.length).join(' ')
    throw new RangeError(`the plan is for NAL units of ${nalSizesBytes.join(' ')} bytes, got ${got}`)
  }
  const copied = new Uint8Array(
    plan.parts.reduce((sum, { kind, sizeBytes }) => sum + (kind === 'single' ? 0 : sizeBytes), 0),
  )
  let at = 0
  return plan.parts.map((part) => {
    const payload = payloadOf(format, part, nals)
    if (payload.kind === 'single') return payload.nal
    const into = copied.subarray(at, at + part.sizeBytes)
    at += part.sizeBytes
    format.write(into, payload)
    return into
  })
}

function payloadOf(
  { syntax: { headerBytes }, fragmentHeaderBytes }: NalPayloadFormat,
  part: RtpNalPart,
  nals: readonly Uint8Array[],
): NalPayload {
  const nal = nals[part.nalIndex] as Uint8Array
  switch (part.kind) {
    case 'single':
      return { kind: 'single', nal }
    case 'aggregate':
      return { kind: 'aggregate', nals: nals.slice(part.nalIndex, part.nalIndex + part.nalCount) }
    case 'fragment': {
      const toByte = part.fromByte + part.sizeBytes - fragmentHeaderBytes
      const body = nal.subarray(part.fromByte, toByte)
      const start = part.fromByte === headerBytes
      const nalHeader = headerBytes === 1 ? (nal[0] as number) : ((nal[0] as number) << 8) | (nal[1] as number)
      return { kind: 'fragment', start, end: toByte === nal.length, nalHeader, body }
    }
  }
}

const MAX_UNIT_BYTES = 4 * 2 ** 20

/** Packets of one SSRC in order of sequence number in, access units out: at the marker, or when the timestamp changes
 *  because the marker was lost or the sender sets none. RFC 6184 section 7, RFC 7798 section 6. */
export class NalDepacketiser {
  readonly faults = new Map<WireFault['code'], number>()
  droppedUnits = 0 // larger than the limit; given without any NAL unit
  readonly #format: NalPayloadFormat
  readonly #maxUnitBytes: number
  #unit: UnitInProgress | undefined
  #previousSequenceNumber: number | undefined

  constructor(format: NalPayloadFormat, maxUnitBytes = MAX_UNIT_BYTES) {
    this.#format = format
    this.#maxUnitBytes = maxUnitBytes
  }

  /** `lostBefore`: packets between the one pushed before and this one will not come any more. */
  push(packet: RtpPacket, lostBefore: boolean): ReassembledUnit[] {
    const finished: ReassembledUnit[] = []
    if (this.#unit !== undefined && this.#unit.timestampTicks !== packet.timestampTicks) {
      finished.push(...this.#finish(lostBefore))
    }
    this.#unit ??= new UnitInProgress(this.#format.syntax, packet, this.#maxUnitBytes)
    if (lostBefore) this.#unit.lose(this.#lostPacketsBefore(packet))
    this.#take(this.#unit, packet)
    if (packet.marker) finished.push(...this.#finish(false))
    return finished
  }

  /** What is left at the end or before a seek; a unit without its marker lacks its tail. */
  flush(): ReassembledUnit[] {
    this.#previousSequenceNumber = undefined
    return this.#finish(true)
  }

  #take(unit: UnitInProgress, packet: RtpPacket): void {
    unit.arrive(packet.sequenceNumber)
    this.#previousSequenceNumber = packet.sequenceNumber
    const payload = this.#format.decode(packet.payload)
    if (payload.ok) return unit.add(payload.value, packet.payload.length)
    this.faults.set(payload.fault.code, (this.faults.get(payload.fault.code) ?? 0) + 1)
    unit.lose(0)
  }

  /** At least the one that the caller told of, also when the packet before is not known. */
  #lostPacketsBefore({ sequenceNumber }: RtpPacket): number {
    if (this.#previousSequenceNumber === undefined) return 1
    return Math.max(1, sequenceDistance(this.#previousSequenceNumber, sequenceNumber) - 1)
  }

  #finish(tailLost: boolean): ReassembledUnit[] {
    const unit = this.#unit
    if (unit === undefined) return []
    this.#unit = undefined
    if (unit.tooLarge) this.droppedUnits += 1
    return [unit.finish(tailLost)]
  }
}
