import { badLength, tooShort, unsupported, type Decoded } from './decoded.ts'
import { layerId, NAL_HEADER_BYTES, nalType } from './h265.ts'
import { nalSyntaxes } from './nal-syntax.ts'
import { AGGREGATE_SIZE_BYTES, type NalFragment, type NalPayload, type NalPayloadFormat } from './rtp-nal-payload.ts'

const AP = 48
const FU = 49
const FU_HEADER_BYTES = NAL_HEADER_BYTES + 1 // payload header, FU header

/** Of packets without DONL fields: the stream is sent in decode order, sprop-max-don-diff is 0. */
export const h265PayloadFormat: NalPayloadFormat = {
  syntax: nalSyntaxes.h265,
  aggregateHeaderBytes: NAL_HEADER_BYTES,
  fragmentHeaderBytes: FU_HEADER_BYTES,
  decode: decodeH265Payload,
  write: writeH265Payload,
}

/** Reads a payload of RFC 7798 section 4.4: a NAL unit alone (4.4.1), several in an AP (4.4.2), or a piece of one in an
 *  FU (4.4.3); all byte arrays are views into it. An AP with one bad size is refused whole. Faults: too-short,
 *  bad-length, unsupported (PACI among them). */
export function decodeH265Payload(payload: Uint8Array): Decoded<NalPayload> {
  if (payload.length < NAL_HEADER_BYTES) return tooShort(NAL_HEADER_BYTES, payload.length)
  const problem = headerProblem(payload)
  if (problem !== undefined) return unsupported(problem)
  const type = nalType(payload)
  if (type === AP) return decodeAp(payload)
  if (type === FU) return decodeFu(payload)
  if (type > AP) return unsupported(`payload type ${type}`)
  return { ok: true, value: { kind: 'single', nal: payload } }
}

/** F: bit errors (section 1.1.4), with which no decoder must be tried; and what is reserved. */
function headerProblem(header: Uint8Array): string | undefined {
  if (((header[0] as number) & 0x80) !== 0) return 'a NAL unit with its forbidden bit set'
  return ((header[1] as number) & 7) === 0 ? 'a NAL unit with temporal id plus 1 of 0' : undefined
}

function decodeAp(payload: Uint8Array): Decoded<NalPayload> {
  const nals: Uint8Array[] = []
  let at = NAL_HEADER_BYTES
  do {
    const nalStart = at + AGGREGATE_SIZE_BYTES
    if (nalStart > payload.length) return tooShort(nalStart, payload.length)
    const sizeBytes = ((payload[at] as number) << 8) | (payload[at + 1] as number)
    const nal = payload.subarray(nalStart, nalStart + sizeBytes)
    if (nal.length < sizeBytes || sizeBytes < NAL_HEADER_BYTES) return badLength(sizeBytes, nal.length)
    if (headerProblem(nal) !== undefined || nalType(nal) >= AP) return unsupported(`type ${nalType(nal)} inside an AP`)
    nals.push(nal)
    at = nalStart + sizeBytes
  } while (at < payload.length)
  return { ok: true, value: { kind: 'aggregate', nals } }
}

function decodeFu(payload: Uint8Array): Decoded<NalPayload> {
  if (payload.length <= FU_HEADER_BYTES) return tooShort(FU_HEADER_BYTES + 1, payload.length)
  const fuHeader = payload[NAL_HEADER_BYTES] as number // S, E, type 6 bits
  const start = (fuHeader & 0x80) !== 0
  const end = (fuHeader & 0x40) !== 0
  const type = fuHeader & 0x3f
  if (start && end) return unsupported('an FU that is both start and end')
  if (type >= AP) return unsupported(`a fragment of type ${type}`)
  const nalHeader = (((payload[0] as number) & 0x81) << 8) | (type << 9) | (payload[1] as number)
  return { ok: true, value: { kind: 'fragment', start, end, nalHeader, body: payload.subarray(FU_HEADER_BYTES) } }
}

export function writeH265Payload(into: Uint8Array, payload: Exclude<NalPayload, { kind: 'single' }>): void {
  if (payload.kind === 'aggregate') writeAp(into, payload.nals)
  else writeFu(into, payload)
}

/** Layer and sub-layer of an AP are the lowest inside (section 4.4.2). */
function writeAp(into: Uint8Array, nals: readonly Uint8Array[]): void {
  let lowestLayer = 63
  let lowestTemporalIdPlus1 = 7
  let at = NAL_HEADER_BYTES
  for (const nal of nals) {
    lowestLayer = Math.min(lowestLayer, layerId(nal))
    lowestTemporalIdPlus1 = Math.min(lowestTemporalIdPlus1, (nal[1] as number) & 7)
    into[at] = nal.length >>> 8
    into[at + 1] = nal.length
    into.set(nal, at + AGGREGATE_SIZE_BYTES)
    at += AGGREGATE_SIZE_BYTES + nal.length
  }
  into[0] = (AP << 1) | (lowestLayer >> 5)
  into[1] = ((lowestLayer << 3) & 0xff) | lowestTemporalIdPlus1
}

function writeFu(into: Uint8Array, { start, end, nalHeader, body }: NalFragment): void {
  into[0] = ((nalHeader >> 8) & 0x81) | (FU << 1)
  into[1] = nalHeader & 0xff
  into[2] = (start ? 0x80 : 0) | (end ? 0x40 : 0) | ((nalHeader >> 9) & 0x3f)
  into.set(body, FU_HEADER_BYTES)
}
