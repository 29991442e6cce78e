import { bytesOf, u16, u32, u8 } from './fmp4-boxes.ts'
import { nalType } from './h265.ts'
import type { H265SpsFacts } from './h265-sps.ts'

const ARRAY_IS_COMPLETE = 0x80

/** HEVCDecoderConfigurationRecord, ISO/IEC 14496-15 section 8.3.3.1: lengths of 4 bytes, one set of each kind, none of them
 *  in band. */
export function hevcConfiguration(parameterSets: readonly Uint8Array[], facts: H265SpsFacts): Uint8Array {
  const { profileSpace, isHighTier, profileIdc, compatibilityFlags, constraintBytes, levelIdc } = facts.profile
  const { highestTemporalId, chromaFormatIdc, lumaBits, chromaBits } = facts
  return bytesOf([
    ...[u8(1), u8((profileSpace << 6) | (isHighTier ? 0x20 : 0) | profileIdc), u32(compatibilityFlags)],
    ...[Uint8Array.from(constraintBytes), u8(levelIdc)],
    ...[u16(0xf000), u8(0xfc)], // spatial segmentation and parallelism not told
    ...[u8(0xfc | chromaFormatIdc), u8(0xf8 | (lumaBits - 8)), u8(0xf8 | (chromaBits - 8))],
    ...[u16(0), u8(((highestTemporalId + 1) << 3) | 3)], // average rate not told; layers, lengths
    u8(parameterSets.length),
    ...parameterSets.flatMap((nal) => [u8(ARRAY_IS_COMPLETE | nalType(nal)), u16(1), u16(nal.length), nal]),
  ])
}
