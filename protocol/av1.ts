import { decoded, tooShort, unsupported, type Decoded } from './decoded.ts'

/** What a decoder of AV1 is told before the first picture: an AV1CodecConfigurationRecord, AV1 in ISOBMFF section 2.3.3. */
export type Av1Config = {
  readonly profileIdc: number // 3 bits
  readonly levelIdx: number // 5 bits; 31: any
  readonly isHighTier: boolean
  readonly bits: 8 | 10 | 12
  readonly isMonochrome: boolean
  readonly isHalvedAcross: boolean // the colours, as in 4:2:2
  readonly isHalvedDown: boolean // with the former 4:2:0
}

const RECORD_BYTES = 4 // before the sequence header
const MARKER_AND_VERSION = 0x81

/** Reads the record of an `av1C` box, or of Matroska's CodecPrivate. Faults: too-short, unsupported. */
export function decodeAv1Config(bytes: Uint8Array): Decoded<Av1Config> {
  const [first, second, third] = bytes as unknown as readonly [number, number, number]
  if (bytes.length < RECORD_BYTES) return tooShort(RECORD_BYTES, bytes.length)
  if (first !== MARKER_AND_VERSION) return unsupported(`an AV1 configuration that begins with ${first}`)
  const isHighBitDepth = (third & 0x40) !== 0
  return decoded({
    profileIdc: second >> 5,
    levelIdx: second & 0x1f,
    isHighTier: (third & 0x80) !== 0,
    bits: isHighBitDepth ? ((third & 0x20) !== 0 ? 12 : 10) : 8,
    isMonochrome: (third & 0x10) !== 0,
    isHalvedAcross: (third & 0x08) !== 0,
    isHalvedDown: (third & 0x04) !== 0,
  })
}

/** `av01.P.LLT.DD`, AV1 in ISOBMFF section 5: profile, level and tier, depth. What follows them is left at its default. */
export function av1CodecString({ profileIdc, levelIdx, isHighTier, bits }: Av1Config): string {
  const twoDigits = (value: number): string => String(value).padStart(2, '0')
  return `av01.${profileIdc}.${twoDigits(levelIdx)}${isHighTier ? 'H' : 'M'}.${twoDigits(bits)}`
}

const TEMPORAL_DELIMITER = 2 // of the types of open bitstream units, AV1 specification section 6.2.2
const HAS_EXTENSION = 0x04
const HAS_SIZE = 0x02

/** A temporal unit as MP4 has it: without the delimiter in front (AV1 in ISOBMFF section 2.4; AV1 specification 5.3). */
export function withoutDelimiter(temporalUnit: Uint8Array): Uint8Array {
  const [header = 0] = temporalUnit
  if (((header >> 3) & 0x0f) !== TEMPORAL_DELIMITER) return temporalUnit
  const headerBytes = (header & HAS_EXTENSION) === 0 ? 1 : 2
  return temporalUnit.subarray((header & HAS_SIZE) === 0 ? headerBytes : headerBytes + 1) // it is empty
}
