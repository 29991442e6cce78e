import type { FrameKind } from './outline.ts'

/** NAL unit types, ITU-T H.265 table 7-1. */
export const nalTypes = {
  raslN: 8,
  raslR: 9,
  blaWithLeading: 16,
  idrWithLeading: 19,
  idr: 20,
  cra: 21,
  vps: 32,
  sps: 33,
  pps: 34,
  accessUnitDelimiter: 35,
  filler: 38,
} as const

/** forbidden_zero_bit, nal_unit_type 6 bits, nuh_layer_id 6 bits, nuh_temporal_id_plus1 3 bits; section 7.3.1.2. */
export const NAL_HEADER_BYTES = 2

const LAST_SUB_LAYER_TYPE = 14 // to there even types are of pictures that their own sub-layer does not refer to
const LAST_LEADING_SLICE = nalTypes.raslR
const LAST_IRAP_SLICE = nalTypes.cra

/** nal_unit_type; 0 for an empty unit. */
export function nalType(nal: Uint8Array): number {
  return ((nal[0] ?? 0) >> 1) & 0x3f
}

/** TemporalId: the sub-layer of a picture, 0 to 6. */
export function temporalId(nal: Uint8Array): number {
  return Math.max(0, ((nal[1] ?? 1) & 7) - 1)
}

/** nuh_layer_id: 0 but for scalable and multiview coding, which a plain decoder passes over. */
export function layerId(nal: Uint8Array): number {
  return (((nal[0] ?? 0) & 1) << 5) | ((nal[1] ?? 0) >> 3)
}

/** A coded slice segment of a type that is not reserved. */
export function isSlice(nal: Uint8Array): boolean {
  const type = nalType(nal)
  return nal.length > 0 && (type <= LAST_LEADING_SLICE || isIrapSlice(type))
}

/** Of a picture at which decoding can begin: BLA, IDR or CRA; all its slices have the same type. */
function isIrapSlice(type: number): boolean {
  return type >= nalTypes.blaWithLeading && type <= LAST_IRAP_SLICE
}

export function isIrap(nals: readonly Uint8Array[]): boolean {
  return nals.some((nal) => isIrapSlice(nalType(nal)))
}

/** Random access skipped leading: shown before its CRA or BLA, it leans on what comes before that, and nothing after it leans
 *  on it, section 3.128. */
export function isRasl(nals: readonly Uint8Array[]): boolean {
  return nals.some((nal) => isSlice(nal) && (nalType(nal) === nalTypes.raslN || nalType(nal) === nalTypes.raslR))
}

/** Nothing of its own sub-layer refers to it; higher ones may, section 7.4.2.2. */
export function isSubLayerNonReference(nal: Uint8Array): boolean {
  const type = nalType(nal)
  return type <= LAST_SUB_LAYER_TYPE && type % 2 === 0
}

/** What a decoder loses with a picture of these NAL units, of a stream whose pictures have TemporalIds up to
 *  `highestTemporalId`. An IRAP picture counts as `idr`, whatever follows it. NAL headers suffice. */
export function frameKind(nals: readonly Uint8Array[], highestTemporalId = 0): FrameKind {
  if (isIrap(nals)) return 'idr'
  const isDisposable = nals
    .filter(isSlice)
    .every((nal) => isSubLayerNonReference(nal) && temporalId(nal) >= highestTemporalId)
  return isDisposable ? 'disposable' : 'reference'
}

/** Of the pictures of a segment, in decode order. An IRAP picture that RASL pictures follow is no place to begin without
 *  losing them: it counts as `reference`. */
export function frameKinds(pictures: readonly (readonly Uint8Array[])[]): FrameKind[] {
  const highest = Math.max(0, ...pictures.map((nals) => Math.max(0, ...nals.filter(isSlice).map(temporalId))))
  const kinds = pictures.map((nals) => frameKind(nals, highest))
  let irapIndex = -1
  for (const [index, nals] of pictures.entries()) {
    if (isIrap(nals)) irapIndex = index
    else if (irapIndex >= 0 && isRasl(nals)) kinds[irapIndex] = 'reference'
  }
  return kinds
}
