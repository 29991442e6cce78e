import { BitReader } from './bit-reader.ts'
import { decoded, tooShort, unsupported, type Decoded } from './decoded.ts'
import { isSlice, nalType, nalTypes, unescapeNal } from './h264.ts'
import type { SpsFacts } from './h264-sps.ts'

export type SliceType = 'P' | 'B' | 'I' | 'SP' | 'SI'

/** The first fields of a slice header, ISO/IEC 14496-10 section 7.3.3. */
export type SliceHeader = {
  readonly firstMacroblock: number // 0: the first slice of its picture
  readonly sliceType: SliceType
  readonly frameNum: number // counts reference frames modulo 2^log2MaxFrameNum; an IDR has 0
  readonly idrPicId?: number // of an IDR: differs between two in a row
}

const sliceTypes: readonly SliceType[] = ['P', 'B', 'I', 'SP', 'SI'] // and once more: all slices of the picture alike
const HEADER_BYTES = 64 // more than the fields read here can take, emulation prevention included

/** Reads a slice's header up to idr_pic_id. Faults: too-short, unsupported. */
export function readSliceHeader(nal: Uint8Array, sps: SpsFacts): Decoded<SliceHeader> {
  if (!isSlice(nal)) return unsupported(`a NAL unit of type ${nalType(nal)} as a slice`)
  const bytes = unescapeNal(nal.subarray(0, HEADER_BYTES))
  const reader = new BitReader(bytes.subarray(1))
  const firstMacroblock = reader.unsignedGolomb()
  const sliceTypeCode = reader.unsignedGolomb()
  reader.unsignedGolomb() // pic_parameter_set_id
  if (sps.separateColourPlanes) reader.bits(2) // colour_plane_id
  const frameNum = reader.bits(sps.log2MaxFrameNum)
  const isField = !sps.frameMbsOnly && reader.flag()
  if (isField) reader.bit() // bottom_field_flag
  const idrPicId = nalType(nal) === nalTypes.idrSlice ? reader.unsignedGolomb() : undefined

  if (reader.isExhausted) return tooShort(1 + reader.neededBytes, bytes.length)
  const sliceType = sliceTypes[sliceTypeCode % 5]
  if (sliceType === undefined || sliceTypeCode > 9) return unsupported(`a slice of type ${sliceTypeCode}`)
  return decoded({ firstMacroblock, sliceType, frameNum, ...(idrPicId === undefined ? {} : { idrPicId }) })
}
