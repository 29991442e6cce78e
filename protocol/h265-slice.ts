import { BitReader } from './bit-reader.ts'
import { decoded, tooShort, unsupported, type Decoded } from './decoded.ts'
import { unescapeNal } from './h264.ts'
import { isSlice, NAL_HEADER_BYTES, nalType, nalTypes } from './h265.ts'
import { readReferenceSet, type ReferenceSet } from './h265-reference-set.ts'
import type { H265SpsFacts } from './h265-sps.ts'

/** What of a picture parameter set is needed to read slice headers, ITU-T H.265 section 7.3.2.3.1. */
export type H265PpsFacts = {
  readonly id: number // 0 to 63
  readonly hasOutputFlag: boolean
  readonly extraSliceHeaderBits: number
}

/** The first fields of the header of a picture's first slice segment, section 7.3.6.1. */
export type H265SliceHeader = {
  readonly pictureOrder: number // the low bits: slice_pic_order_cnt_lsb; an IDR has 0
  readonly references: ReferenceSet // an IDR has none
}

const HEADER_BYTES = 128 // more than the fields read here can take, emulation prevention included
const NO_REFERENCES: ReferenceSet = { before: [], after: [] }
const MAX_PPS_ID = 63

/** Reads a PPS with its NAL header. Faults: too-short, unsupported. */
export function readH265Pps(nal: Uint8Array): Decoded<H265PpsFacts> {
  if (nalType(nal) !== nalTypes.pps) return unsupported(`a NAL unit of type ${nalType(nal)} as a PPS`)
  const bytes = unescapeNal(nal.subarray(0, HEADER_BYTES))
  const reader = new BitReader(bytes.subarray(NAL_HEADER_BYTES))
  const id = reader.unsignedGolomb()
  reader.unsignedGolomb() // pps_seq_parameter_set_id
  reader.bit() // dependent_slice_segments_enabled_flag
  const hasOutputFlag = reader.flag()
  const extraSliceHeaderBits = reader.bits(3)
  if (reader.isExhausted) return tooShort(NAL_HEADER_BYTES + reader.neededBytes, bytes.length)
  if (id > MAX_PPS_ID) return unsupported(`a PPS with the id ${id}`)
  return decoded({ id, hasOutputFlag, extraSliceHeaderBits })
}

/** first_slice_segment_in_pic_flag. */
export function isFirstSlice(nal: Uint8Array): boolean {
  return isSlice(nal) && ((nal[NAL_HEADER_BYTES] ?? 0) & 0x80) !== 0
}

/** Reads the header of a picture's first slice segment up to its reference set. Faults: too-short, unsupported. */
export function readH265SliceHeader(
  nal: Uint8Array,
  sps: H265SpsFacts,
  pictureSets: ReadonlyMap<number, H265PpsFacts>,
): Decoded<H265SliceHeader> {
  if (!isFirstSlice(nal)) return unsupported(`a NAL unit of type ${nalType(nal)} as the first slice of a picture`)
  const bytes = unescapeNal(nal.subarray(0, HEADER_BYTES))
  const reader = new BitReader(bytes.subarray(NAL_HEADER_BYTES))
  reader.bit() // first_slice_segment_in_pic_flag
  if (nalType(nal) >= nalTypes.blaWithLeading) reader.bit() // no_output_of_prior_pics_flag
  const pps = pictureSets.get(reader.unsignedGolomb())
  if (pps === undefined) return unsupported('a slice of a picture parameter set that did not come')
  reader.bits(pps.extraSliceHeaderBits)
  reader.unsignedGolomb() // slice_type
  if (pps.hasOutputFlag) reader.bit()
  if (sps.separateColourPlanes) reader.bits(2)
  if (isIdr(nal)) return decoded({ pictureOrder: 0, references: NO_REFERENCES })
  const pictureOrder = reader.bits(sps.log2MaxPictureOrder)
  const references = readSliceReferences(reader, sps)
  if (reader.isExhausted) return tooShort(NAL_HEADER_BYTES + reader.neededBytes, bytes.length)
  return references === undefined
    ? unsupported('a slice with a broken reference set')
    : decoded({ pictureOrder, references })
}

export function isIdr(nal: Uint8Array): boolean {
  return nalType(nal) === nalTypes.idr || nalType(nal) === nalTypes.idrWithLeading
}

/** One of the sequence's, or one of its own. */
function readSliceReferences(reader: BitReader, { referenceSets }: H265SpsFacts): ReferenceSet | undefined {
  const count = referenceSets.length
  const isOfSequence = reader.flag()
  if (!isOfSequence) return readReferenceSet(reader, count, referenceSets, count)
  return referenceSets[count > 1 ? reader.bits(32 - Math.clz32(count - 1)) : 0]
}
