import { BitReader } from './bit-reader.ts'
import { decoded, tooShort, unsupported, type Decoded } from './decoded.ts'
import { nalType, nalTypes, unescapeNal } from './h264.ts'
import { skipVuiPicture } from './vui.ts'

/** What a sequence parameter set says of its pictures, ISO/IEC 14496-10 section 7.3.2.1.1. */
export type SpsFacts = {
  readonly profileIdc: number
  readonly constraintFlags: number // constraint_set0_flag is the highest of 8 bits
  readonly levelIdc: number // 31 is level 3.1
  readonly chromaFormatIdc: number // 1 is 4:2:0
  readonly lumaBits: number
  readonly separateColourPlanes: boolean
  readonly log2MaxFrameNum: number // 4 to 16
  readonly pictureOrderCountType: number // 2: output order is decode order
  readonly frameMbsOnly: boolean // no interlaced coding
  readonly widthPixels: number // cropped, as shown
  readonly heightPixels: number
  readonly framesPerSecond?: number // from the VUI's timing, a frame being two field times
  readonly reorderFrames?: number // from the VUI: so many frames at most come before one that is shown earlier
}

const profilesWithChroma = new Set([44, 83, 86, 100, 110, 118, 122, 128, 134, 135, 138, 139, 244])
const MAX_MACROBLOCKS = 139_264 // of level 6.2, table A-1

/** Reads an SPS with its NAL header. Faults: too-short; unsupported for another type and for values beyond the standard. */
export function readSps(nal: Uint8Array): Decoded<SpsFacts> {
  if (nalType(nal) !== nalTypes.sps) return unsupported(`a NAL unit of type ${nalType(nal)} as an SPS`)
  const bytes = unescapeNal(nal)
  const reader = new BitReader(bytes.subarray(1))
  const profileIdc = reader.bits(8)
  const constraintFlags = reader.bits(8)
  const levelIdc = reader.bits(8)
  reader.unsignedGolomb() // seq_parameter_set_id
  const chroma = profilesWithChroma.has(profileIdc)
    ? readChroma(reader)
    : { chromaFormatIdc: 1, separateColourPlanes: false, lumaBits: 8 }
  const log2MaxFrameNum = 4 + reader.unsignedGolomb()
  const pictureOrderCountType = reader.unsignedGolomb()
  if (log2MaxFrameNum > 16) return unsupported(`an SPS with ${log2MaxFrameNum} bits of frame_num`)
  if (pictureOrderCountType > 2) return unsupported(`an SPS with pic_order_cnt_type ${pictureOrderCountType}`)
  skipPictureOrder(reader, pictureOrderCountType)
  reader.unsignedGolomb() // max_num_ref_frames
  reader.bit() // gaps_in_frame_num_value_allowed_flag
  const size = readSize(reader, chroma.chromaFormatIdc)
  const vui = reader.flag() ? readVui(reader) : {}

  if (reader.isExhausted) return tooShort(1 + reader.neededBytes, bytes.length)
  if (size.macroblocks > MAX_MACROBLOCKS || size.widthPixels < 1 || size.heightPixels < 1) {
    return unsupported(`an SPS of ${size.widthPixels}x${size.heightPixels} pixels`)
  }
  return decoded({
    profileIdc,
    constraintFlags,
    levelIdc,
    ...chroma,
    log2MaxFrameNum,
    pictureOrderCountType,
    frameMbsOnly: size.frameMbsOnly,
    widthPixels: size.widthPixels,
    heightPixels: size.heightPixels,
    ...vui,
  })
}

/** `avc1.PPCCLL`, RFC 6381 section 3.3. */
export function h264CodecString(sps: Pick<SpsFacts, 'profileIdc' | 'constraintFlags' | 'levelIdc'>): string {
  const bytes = [sps.profileIdc, sps.constraintFlags, sps.levelIdc]
  return `avc1.${bytes.map((byte) => byte.toString(16).padStart(2, '0')).join('')}`
}

function readChroma(reader: BitReader) {
  const chromaFormatIdc = reader.unsignedGolomb()
  const separateColourPlanes = chromaFormatIdc === 3 && reader.flag()
  const lumaBits = 8 + reader.unsignedGolomb()
  reader.unsignedGolomb() // bit_depth_chroma_minus8
  reader.bit() // qpprime_y_zero_transform_bypass_flag
  if (reader.flag()) {
    const listCount = chromaFormatIdc === 3 ? 12 : 8
    for (let list = 0; list < listCount; list++) if (reader.flag()) skipScalingList(reader, list < 6 ? 16 : 64)
  }
  return { chromaFormatIdc, separateColourPlanes, lumaBits }
}

/** Deltas until the list is full or a scale of 0 ends it, section 7.3.2.1.1.1. */
function skipScalingList(reader: BitReader, entries: number): void {
  let scale = 8
  for (let entry = 0; entry < entries && scale !== 0; entry++) scale = (scale + reader.signedGolomb() + 256) % 256
}

function skipPictureOrder(reader: BitReader, type: number): void {
  if (type === 0) reader.unsignedGolomb() // log2_max_pic_order_cnt_lsb_minus4
  if (type !== 1) return
  reader.bit() // delta_pic_order_always_zero_flag
  reader.signedGolomb() // offset_for_non_ref_pic
  reader.signedGolomb() // offset_for_top_to_bottom_field
  const cycleFrames = reader.unsignedGolomb()
  for (let frame = 0; frame < cycleFrames && !reader.isExhausted; frame++) reader.signedGolomb()
}

/** Macroblocks less the cropping, whose unit depends on chroma and fields, section 7.4.2.1.1. */
function readSize(reader: BitReader, chromaFormatIdc: number) {
  const widthMbs = 1 + reader.unsignedGolomb()
  const heightMapUnits = 1 + reader.unsignedGolomb()
  const frameMbsOnly = reader.flag()
  if (!frameMbsOnly) reader.bit() // mb_adaptive_frame_field_flag
  reader.bit() // direct_8x8_inference_flag
  const heightMbs = heightMapUnits * (frameMbsOnly ? 1 : 2)
  const cropUnitX = chromaFormatIdc === 1 || chromaFormatIdc === 2 ? 2 : 1
  const cropUnitY = (chromaFormatIdc === 1 ? 2 : 1) * (frameMbsOnly ? 1 : 2)
  const [left, right, top, bottom] = reader.flag() ? readCropping(reader) : [0, 0, 0, 0]
  return {
    frameMbsOnly,
    macroblocks: widthMbs * heightMbs,
    widthPixels: widthMbs * 16 - cropUnitX * (left + right),
    heightPixels: heightMbs * 16 - cropUnitY * (top + bottom),
  }
}

function readCropping(reader: BitReader): [left: number, right: number, top: number, bottom: number] {
  return [reader.unsignedGolomb(), reader.unsignedGolomb(), reader.unsignedGolomb(), reader.unsignedGolomb()]
}

const MAX_REORDER_FRAMES = 16 // MaxDpbFrames, annex A.3.1

/** The VUI, annex E.1.1. */
function readVui(reader: BitReader): Pick<SpsFacts, 'framesPerSecond' | 'reorderFrames'> {
  skipVuiPicture(reader)
  const framesPerSecond = reader.flag() ? readFrameRate(reader) : undefined
  const reorderFrames = readReorderFrames(reader)
  return {
    ...(framesPerSecond === undefined ? {} : { framesPerSecond }),
    ...(reorderFrames === undefined ? {} : { reorderFrames }),
  }
}

function readFrameRate(reader: BitReader): number | undefined {
  const unitsInTick = reader.bits(32)
  const timeScale = reader.bits(32)
  reader.bit() // fixed_frame_rate_flag
  return unitsInTick === 0 || timeScale === 0 ? undefined : timeScale / (2 * unitsInTick)
}

/** From the bitstream restriction; undefined where there is none. */
function readReorderFrames(reader: BitReader): number | undefined {
  const hasNalHrd = reader.flag()
  if (hasNalHrd) skipHrd(reader)
  const hasVclHrd = reader.flag()
  if (hasVclHrd) skipHrd(reader)
  if (hasNalHrd || hasVclHrd) reader.bit() // low_delay_hrd_flag
  reader.bit() // pic_struct_present_flag
  if (!reader.flag()) return undefined
  reader.bit() // motion_vectors_over_pic_boundaries_flag
  for (let field = 0; field < 4; field++) reader.unsignedGolomb() // sizes of pictures, macroblocks, motion vectors
  return Math.min(reader.unsignedGolomb(), MAX_REORDER_FRAMES)
}

/** Annex E.1.2. */
function skipHrd(reader: BitReader): void {
  const buffers = 1 + reader.unsignedGolomb()
  reader.bits(8) // bit_rate_scale, cpb_size_scale
  for (let buffer = 0; buffer < buffers && !reader.isExhausted; buffer++) {
    reader.unsignedGolomb() // bit_rate_value_minus1
    reader.unsignedGolomb() // cpb_size_value_minus1
    reader.bit() // cbr_flag
  }
  reader.bits(20) // lengths of delays and of the time offset
}
