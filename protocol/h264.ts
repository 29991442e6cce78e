import type { FrameKind } from './outline.ts'

/** NAL unit types, ISO/IEC 14496-10 table 7-1. */
export const nalTypes = { slice: 1, idrSlice: 5, sei: 6, sps: 7, pps: 8, accessUnitDelimiter: 9, filler: 12 } as const

/** nal_unit_type, 5 bits; 0 for an empty unit. */
export function nalType(nal: Uint8Array): number {
  return (nal[0] ?? 0) & 0x1f
}

/** nal_ref_idc, 2 bits: 0 when nothing refers to this unit. */
export function nalReferenceIdc(nal: Uint8Array): number {
  return ((nal[0] ?? 0) >> 5) & 3
}

/** A coded slice, whole (1, 5) or in data partitions (2 to 4). */
export function isSlice(nal: Uint8Array): boolean {
  const type = nalType(nal)
  return type >= nalTypes.slice && type <= nalTypes.idrSlice
}

/** The first slice of an IDR picture: first_mb_in_slice is 0, whose Exp-Golomb code is a single one, section 7.3.3. */
export function isIdrStart(nal: Uint8Array): boolean {
  return nalType(nal) === nalTypes.idrSlice && ((nal[1] ?? 0) & 0x80) !== 0
}

/** What a decoder loses with an access unit of these NAL units. */
export function frameKind(nals: readonly Uint8Array[]): FrameKind {
  const slices = nals.filter(isSlice)
  if (slices.some((nal) => nalType(nal) === nalTypes.idrSlice)) return 'idr'
  return slices.some((nal) => nalReferenceIdc(nal) > 0) ? 'reference' : 'disposable'
}

/** The NAL units of a byte stream as views, without start codes and trailing zeros, annex B.1.1. Bytes before the
 *  first start code are no unit. Emulation prevention stays inside: RTP and decoders want it (see `unescapeNal`). */
export function splitAnnexB(bytes: Uint8Array): Uint8Array[] {
  const nals: Uint8Array[] = []
  let start = nextStartCode(bytes, 0) + 3
  while (start < bytes.length) {
    const next = nextStartCode(bytes, start)
    let end = next
    while (end > start && bytes[end - 1] === 0) end -= 1 // trailing_zero_8bits, or a 4-byte start code's first zero
    if (end > start) nals.push(bytes.subarray(start, end))
    start = next + 3
  }
  return nals
}

/** Where the next 00 00 01 begins, or the length. A byte above 1 cannot be part of one, so most steps are 3 long. */
export function nextStartCode(bytes: Uint8Array, from: number): number {
  let at = from + 2
  while (at < bytes.length) {
    const byte = bytes[at] as number
    if (byte > 1) at += 3
    else if (byte === 0) at += 1
    else if (bytes[at - 1] === 0 && bytes[at - 2] === 0) return at - 2
    else at += 3
  }
  return bytes.length
}

/** Takes out emulation prevention: 00 00 03 stands for 00 00, section 7.4.1. */
export function unescapeNal(nal: Uint8Array): Uint8Array {
  const plain = new Uint8Array(nal.length)
  let sizeBytes = 0
  let zeros = 0
  for (const byte of nal) {
    if (zeros >= 2 && byte === 3) {
      zeros = 0
      continue
    }
    zeros = byte === 0 ? zeros + 1 : 0
    plain[sizeBytes] = byte
    sizeBytes += 1
  }
  return plain.subarray(0, sizeBytes)
}
