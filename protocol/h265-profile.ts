import type { BitReader } from './bit-reader.ts'

/** What profile_tier_level says of the whole stream, ITU-T H.265 section 7.3.3. */
export type ProfileTierLevel = {
  readonly profileSpace: number // 0 to 3
  readonly isHighTier: boolean
  readonly profileIdc: number // 1 Main, 2 Main 10
  readonly compatibilityFlags: number // 32 bits; that of profile 0 is the highest
  readonly constraintBytes: readonly number[] // 6: progressive, interlaced, non-packed, frame-only, then the profile's own
  readonly levelIdc: number // 93 is level 3.1: 30 times the level
}

const CONSTRAINT_BYTES = 6
const SUB_LAYER_PROFILE_BITS = 88
const SUB_LAYER_LEVEL_BITS = 8

/** Reads it, and over what it says of the sub-layers below the highest. */
export function readProfileTierLevel(reader: BitReader, subLayersBelow: number): ProfileTierLevel {
  const profileSpace = reader.bits(2)
  const isHighTier = reader.flag()
  const profileIdc = reader.bits(5)
  const compatibilityFlags = reader.bits(32)
  const constraintBytes = Array.from({ length: CONSTRAINT_BYTES }, () => reader.bits(8))
  const levelIdc = reader.bits(8)
  skipSubLayers(reader, subLayersBelow)
  return { profileSpace, isHighTier, profileIdc, compatibilityFlags, constraintBytes, levelIdc }
}

function skipSubLayers(reader: BitReader, subLayersBelow: number): void {
  const told = Array.from({ length: subLayersBelow }, () => ({ profile: reader.flag(), level: reader.flag() }))
  if (subLayersBelow > 0) reader.bits(2 * (8 - subLayersBelow)) // reserved_zero_2bits
  for (const { profile, level } of told) {
    if (profile) skipBits(reader, SUB_LAYER_PROFILE_BITS)
    if (level) reader.bits(SUB_LAYER_LEVEL_BITS)
  }
}

function skipBits(reader: BitReader, count: number): void {
  for (let left = count; left > 0; left -= 32) reader.bits(Math.min(32, left))
}

/** The codec's parameter in MIME types, ISO/IEC 14496-15 annex E.3, such as `hev1.1.6.L93.90`. `hev1`: parameter sets
 *  are in band, as those of a transport stream are. The compatibility flags are written with their bits turned round, of
 *  the constraint bytes those up to the last that is not 0. */
export function h265CodecString(profile: ProfileTierLevel): string {
  const { profileSpace, isHighTier, profileIdc, compatibilityFlags, constraintBytes, levelIdc } = profile
  const space = ['', 'A', 'B', 'C'][profileSpace] ?? ''
  const kept = constraintBytes.slice(0, constraintBytes.findLastIndex((byte) => byte !== 0) + 1)
  return [
    'hev1',
    `${space}${profileIdc}`,
    hexOf(reversedBits(compatibilityFlags)),
    `${isHighTier ? 'H' : 'L'}${levelIdc}`,
    ...kept.map(hexOf),
  ].join('.')
}

function hexOf(value: number): string {
  return value.toString(16).toUpperCase()
}

function reversedBits(value: number): number {
  let reversed = 0
  for (let bit = 0; bit < 32; bit += 1) reversed = reversed * 2 + (Math.floor(value / 2 ** bit) % 2)
  return reversed
}
