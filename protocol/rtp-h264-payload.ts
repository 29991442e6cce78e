import { badLength, tooShort, unsupported, type Decoded } from './decoded.ts'
import { nalSyntaxes } from './nal-syntax.ts'
import { AGGREGATE_SIZE_BYTES, type NalFragment, type NalPayload, type NalPayloadFormat } from './rtp-nal-payload.ts'

/** One RTP payload of H.264 in packetization-mode 1, RFC 6184 section 5.2: a NAL unit alone (5.6), several in a
 *  STAP-A (5.7.1), or a piece of one in an FU-A (5.8). */
export type H264Payload = NalPayload

const STAP_A = 24
const FU_A = 28

const STAP_HEADER_BYTES = 1
const FU_HEADER_BYTES = 2 // FU indicator, FU header

export const h264PayloadFormat: NalPayloadFormat = {
  syntax: nalSyntaxes.h264,
  aggregateHeaderBytes: STAP_HEADER_BYTES,
  fragmentHeaderBytes: FU_HEADER_BYTES,
  decode: decodeH264Payload,
  write: writeH264Payload,
}

/** Reads a payload; all byte arrays are views into it. A STAP-A with one bad size is refused whole: where its units
 *  begin is then anyone's guess. Faults: too-short, bad-length, unsupported. */
export function decodeH264Payload(payload: Uint8Array): Decoded<H264Payload> {
  const indicator = payload[0]
  if (indicator === undefined) return tooShort(1, 0)
  // F: "bit errors or other syntax violations" (section 5.3); a decoder must not be tried with such a unit.
  if (indicator & 0x80) return unsupported('a NAL unit with its forbidden bit set')
  const type = indicator & 0x1f
  if (type === STAP_A) return decodeStapA(payload)
  if (type === FU_A) return decodeFuA(payload, indicator)
  if (!isNalUnitType(type)) return unsupported(`payload type ${type} in packetization-mode 1`)
  return { ok: true, value: { kind: 'single', nal: payload } }
}

function decodeStapA(payload: Uint8Array): Decoded<H264Payload> {
  const nals: Uint8Array[] = []
  let at = STAP_HEADER_BYTES
  do {
    const nalStart = at + AGGREGATE_SIZE_BYTES
    if (nalStart > payload.length) return tooShort(nalStart, payload.length)
    const sizeBytes = ((payload[at] as number) << 8) | (payload[at + 1] as number)
    const nal = payload.subarray(nalStart, nalStart + sizeBytes)
    if (nal.length < sizeBytes || sizeBytes === 0) {
      return badLength(sizeBytes, nal.length)
    }
    const header = nal[0] as number
    if (header & 0x80 || !isNalUnitType(header & 0x1f)) return unsupported(`NAL header ${header} inside a STAP-A`)
    nals.push(nal)
    at = nalStart + sizeBytes
  } while (at < payload.length)
  return { ok: true, value: { kind: 'aggregate', nals } }
}

function decodeFuA(payload: Uint8Array, indicator: number): Decoded<H264Payload> {
  if (payload.length <= FU_HEADER_BYTES) return tooShort(FU_HEADER_BYTES + 1, payload.length)
  const fuHeader = payload[1] as number // S, E, R (ignored), type 5 bits
  const start = (fuHeader & 0x80) !== 0
  const end = (fuHeader & 0x40) !== 0
  if (start && end) return unsupported('an FU-A that is both start and end')
  if (!isNalUnitType(fuHeader & 0x1f)) return unsupported(`a fragment of type ${fuHeader & 0x1f}`)
  const nalHeader = (indicator & 0xe0) | (fuHeader & 0x1f)
  return { ok: true, value: { kind: 'fragment', start, end, nalHeader, body: payload.subarray(FU_HEADER_BYTES) } }
}

/** Writes a payload that is no unit alone (that one's bytes are the payload) into `into`, which it fills. */
export function writeH264Payload(into: Uint8Array, payload: Exclude<H264Payload, { kind: 'single' }>): void {
  if (payload.kind === 'aggregate') writeStapA(into, payload.nals)
  else writeFuA(into, payload)
}

/** NRI of the STAP-A is the highest inside: it is worth as much as its most needed unit (section 5.7). */
function writeStapA(into: Uint8Array, nals: readonly Uint8Array[]): void {
  let highestNri = 0
  let at = STAP_HEADER_BYTES
  for (const nal of nals) {
    highestNri = Math.max(highestNri, (nal[0] as number) & 0x60)
    into[at] = nal.length >>> 8
    into[at + 1] = nal.length
    into.set(nal, at + AGGREGATE_SIZE_BYTES)
    at += AGGREGATE_SIZE_BYTES + nal.length
  }
  into[0] = highestNri | STAP_A
}

function writeFuA(into: Uint8Array, { start, end, nalHeader, body }: NalFragment): void {
  into[0] = (nalHeader & 0xe0) | FU_A
  into[1] = (start ? 0x80 : 0) | (end ? 0x40 : 0) | (nalHeader & 0x1f)
  into.set(body, FU_HEADER_BYTES)
}

/** 1 to 23 are NAL units; 24 and above are RTP's own structures, 0 is nothing (section 5.2, table 1). */
function isNalUnitType(type: number): boolean {
  return type >= 1 && type <= 23
}
