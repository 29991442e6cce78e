import { BitReader } from './bit-reader.ts'
import { decoded, tooShort, unsupported, type Decoded } from './decoded.ts'
import { unescapeNal } from './h264.ts'
import { NAL_HEADER_BYTES, nalType, nalTypes } from './h265.ts'
import { readProfileTierLevel, type ProfileTierLevel } from './h265-profile.ts'
import { readReferenceSet, type ReferenceSet } from './h265-reference-set.ts'
import { skipVuiPicture } from './vui.ts'

/** What a sequence parameter set says of its pictures, ITU-T H.265 section 7.3.2.2. */
export type H265SpsFacts = {
  readonly profile: ProfileTierLevel
  readonly highestTemporalId: number // sps_max_sub_layers_minus1, 0 to 6
  readonly chromaFormatIdc: number // 1 is 4:2:0
  readonly separateColourPlanes: boolean
  readonly lumaBits: number
  readonly chromaBits: number
  readonly widthPixels: number // cropped, as shown
  readonly heightPixels: number
  readonly log2MaxPictureOrder: number // bits of slice_pic_order_cnt_lsb, 4 to 16
  readonly reorderFrames: number // so many at most are decoded before one that is shown earlier
  readonly referenceSets: readonly ReferenceSet[]
  readonly framesPerSecond?: number // from the VUI's timing
}

const MAX_SIDE_PIXELS = 16_888 // of level 6.2: the root of 8 times MaxLumaPs, annex A.4.1
const MAX_REFERENCE_SETS = 64
const MAX_LONG_TERM_REFERENCES = 32
const MAX_REORDER_FRAMES = 16

/** Reads an SPS with its NAL header. Faults: too-short; unsupported for another type and for values beyond the standard. */
export function readH265Sps(nal: Uint8Array): Decoded<H265SpsFacts> {
  if (nalType(nal) !== nalTypes.sps) return unsupported(`a NAL unit of type ${nalType(nal)} as an SPS`)
  const bytes = unescapeNal(nal)
  const reader = new BitReader(bytes.subarray(NAL_HEADER_BYTES))
  reader.bits(4) // sps_video_parameter_set_id
  const highestTemporalId = reader.bits(3)
  reader.bit() // sps_temporal_id_nesting_flag
  const profile = readProfileTierLevel(reader, highestTemporalId)
  reader.unsignedGolomb() // sps_seq_parameter_set_id
  const chromaFormatIdc = reader.unsignedGolomb()
  const separateColourPlanes = chromaFormatIdc === 3 && reader.flag()
  const size = readSize(reader, chromaFormatIdc)
  const lumaBits = 8 + reader.unsignedGolomb()
  const chromaBits = 8 + reader.unsignedGolomb()
  const log2MaxPictureOrder = 4 + reader.unsignedGolomb()
  if (log2MaxPictureOrder > 16) return unsupported(`an SPS with ${log2MaxPictureOrder} bits of picture order`)
  const reorderFrames = readReorderFrames(reader, highestTemporalId)
  skipCodingTools(reader)
  const referenceSets = readReferenceSets(reader)
  if (referenceSets === undefined) return unsupported('an SPS with more references than there can be')
  skipLongTermReferences(reader, log2MaxPictureOrder)
  reader.bits(2) // sps_temporal_mvp_enabled_flag, strong_intra_smoothing_enabled_flag
  const framesPerSecond = reader.flag() ? readVuiFrameRate(reader) : undefined

  if (reader.isExhausted) return tooShort(NAL_HEADER_BYTES + reader.neededBytes, bytes.length)
  const { widthPixels, heightPixels } = size
  if (chromaFormatIdc > 3 || !isSide(widthPixels) || !isSide(heightPixels)) {
    return unsupported(`an SPS of ${widthPixels}x${heightPixels} pixels, chroma ${chromaFormatIdc}`)
  }
  return decoded({
    profile,
    highestTemporalId,
    chromaFormatIdc,
    separateColourPlanes,
    lumaBits,
    chromaBits,
    widthPixels,
    heightPixels,
    log2MaxPictureOrder,
    reorderFrames,
    referenceSets,
    ...(framesPerSecond === undefined ? {} : { framesPerSecond }),
  })
}

function isSide(pixels: number): boolean {
  return pixels >= 1 && pixels <= MAX_SIDE_PIXELS
}

/** Less the conformance window, whose unit depends on the chroma, section 7.4.3.2.1. */
function readSize(reader: BitReader, chromaFormatIdc: number) {
  const width = reader.unsignedGolomb()
  const height = reader.unsignedGolomb()
  const [left, right, top, bottom] = reader.flag() ? readFour(reader) : [0, 0, 0, 0]
  const unitX = chromaFormatIdc === 1 || chromaFormatIdc === 2 ? 2 : 1
  const unitY = chromaFormatIdc === 1 ? 2 : 1
  return { widthPixels: width - unitX * (left + right), heightPixels: height - unitY * (top + bottom) }
}

function readFour(reader: BitReader): [number, number, number, number] {
  return [reader.unsignedGolomb(), reader.unsignedGolomb(), reader.unsignedGolomb(), reader.unsignedGolomb()]
}

/** Of the highest sub-layer, which is told last. */
function readReorderFrames(reader: BitReader, highestTemporalId: number): number {
  const subLayers = reader.flag() ? highestTemporalId + 1 : 1
  let reorderFrames = 0
  for (let subLayer = 0; subLayer < subLayers; subLayer += 1) {
    reader.unsignedGolomb() // sps_max_dec_pic_buffering_minus1
    reorderFrames = reader.unsignedGolomb()
    reader.unsignedGolomb() // sps_max_latency_increase_plus1
  }
  return Math.min(reorderFrames, MAX_REORDER_FRAMES)
}

function skipCodingTools(reader: BitReader): void {
  for (let field = 0; field < 6; field += 1) reader.unsignedGolomb() // sizes of blocks, depths of their trees
  if (reader.flag() && reader.flag()) skipScalingLists(reader)
  reader.bits(2) // amp_enabled_flag, sample_adaptive_offset_enabled_flag
  if (!reader.flag()) return
  reader.bits(8) // bit depths of PCM samples
  reader.unsignedGolomb()
  reader.unsignedGolomb()
  reader.bit() // pcm_loop_filter_disabled_flag
}

/** Section 7.3.4: four sizes, six matrices of each, of the largest two. */
function skipScalingLists(reader: BitReader): void {
  for (let sizeId = 0; sizeId < 4; sizeId += 1) {
    for (let matrix = 0; matrix < (sizeId === 3 ? 2 : 6); matrix += 1) {
      if (!reader.flag()) reader.unsignedGolomb() // scaling_list_pred_matrix_id_delta
      else skipScalingList(reader, sizeId)
    }
  }
}

function skipScalingList(reader: BitReader, sizeId: number): void {
  if (sizeId > 1) reader.signedGolomb() // scaling_list_dc_coef_minus8
  const coefficients = Math.min(64, 1 << (4 + 2 * sizeId))
  for (let index = 0; index < coefficients; index += 1) reader.signedGolomb()
}

function readReferenceSets(reader: BitReader): ReferenceSet[] | undefined {
  const count = reader.unsignedGolomb()
  if (count > MAX_REFERENCE_SETS) return undefined
  const sets: ReferenceSet[] = []
  for (let index = 0; index < count; index += 1) {
    const set = readReferenceSet(reader, index, sets, count)
    if (set === undefined) return undefined
    sets.push(set)
  }
  return sets
}

function skipLongTermReferences(reader: BitReader, log2MaxPictureOrder: number): void {
  if (!reader.flag()) return
  const count = Math.min(reader.unsignedGolomb(), MAX_LONG_TERM_REFERENCES)
  for (let index = 0; index < count; index += 1) reader.bits(log2MaxPictureOrder + 1) // lt_ref_pic_poc_lsb_sps, its flag
}

/** The VUI as far as its timing, annex E.2.1; a tick is a picture. */
function readVuiFrameRate(reader: BitReader): number | undefined {
  skipVuiPicture(reader)
  reader.bits(3) // neutral_chroma_indication_flag, field_seq_flag, frame_field_info_present_flag
  if (reader.flag()) readFour(reader) // default display window
  if (!reader.flag()) return undefined
  const unitsInTick = reader.bits(32)
  const timeScale = reader.bits(32)
  return unitsInTick === 0 || timeScale === 0 ? undefined : timeScale / unitsInTick
}
