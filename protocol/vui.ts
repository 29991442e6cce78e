import type { BitReader } from './bit-reader.ts'

const EXTENDED_ASPECT_RATIO = 255

/** What a VUI says of the picture itself, with which both standards begin it: H.264 annex E.1.1, H.265 annex E.2.1. */
export function skipVuiPicture(reader: BitReader): void {
  if (reader.flag() && reader.bits(8) === EXTENDED_ASPECT_RATIO) reader.bits(32)
  if (reader.flag()) reader.bit() // overscan_appropriate_flag
  if (reader.flag()) {
    reader.bits(4) // video_format, video_full_range_flag
    if (reader.flag()) reader.bits(24) // colour primaries, transfer, matrix
  }
  if (reader.flag()) {
    reader.unsignedGolomb() // chroma_sample_loc_type_top_field
    reader.unsignedGolomb() // chroma_sample_loc_type_bottom_field
  }
}
