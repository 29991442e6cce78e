import { BitReader } from './bit-reader.ts'
import { BitWriter } from './bit-writer.ts'
import { decoded, tooShort, unsupported, type Decoded } from './decoded.ts'

/** What a decoder must know of AAC, ISO/IEC 14496-3 section 1.6.2.1. */
export type AacConfig = {
  readonly objectType: number // 2 is AAC-LC
  readonly sampleRateHz: number
  readonly channelCount: number // 1 to 6, or 8
  readonly samplesPerFrame: number // 1024, or 960
}

/** An ADTS header, ISO/IEC 14496-3 section 1.A.2: one raw data block a frame. */
export type AdtsHeader = AacConfig & {
  readonly headerBytes: number // 7, or 9 with a CRC
  readonly frameBytes: number // header included, 13 bits
}

/** samplingFrequencyIndex, table 1.18. */
export const sampleRatesHz: readonly number[] = [
  96000, 88200, 64000, 48000, 44100, 32000, 24000, 22050, 16000, 12000, 11025, 8000, 7350,
]

const ADTS_BYTES = 7
const ADTS_BYTES_WITH_CRC = 9
const ADTS_MAX_FRAME_BYTES = 0x1fff

/** Reads the ADTS header at the start of `bytes`. Faults: too-short, bad-sync, bad-length; unsupported for a reserved
 *  sample rate, channels told in the stream only (configuration 0) and several raw data blocks in one frame. */
export function decodeAdts(bytes: Uint8Array): Decoded<AdtsHeader> {
  if (bytes.length < ADTS_BYTES) return tooShort(ADTS_BYTES, bytes.length)
  const view = new DataView(bytes.buffer, bytes.byteOffset, ADTS_BYTES)
  const sync = view.getUint16(0) // syncword 12 bits, ID, layer 2 bits, protection_absent
  if ((sync & 0xfff6) !== 0xfff0) return { ok: false, fault: { code: 'bad-sync', byte: sync >> 8, atByte: 0 } }
  const format = view.getUint16(2) // profile 2 bits, sample rate 4, private, channels 3, four flags, frame length 2 of 13
  const headerBytes = sync & 1 ? ADTS_BYTES : ADTS_BYTES_WITH_CRC
  const frameBytes = ((format & 3) << 11) | (view.getUint16(4) >> 5)
  const furtherBlocks = view.getUint8(6) & 3 // after 11 bits of buffer fullness
  const sampleRateHz = sampleRatesHz[(format >> 10) & 0x0f]
  const channelCount = channelCountOf((format >> 6) & 7)

  if (sampleRateHz === undefined) return unsupported('a reserved AAC sample rate')
  if (channelCount === undefined) return unsupported('AAC channels told in the stream only')
  if (furtherBlocks !== 0) return unsupported('several AAC raw data blocks in one ADTS frame')
  if (frameBytes <= headerBytes) {
    return { ok: false, fault: { code: 'bad-length', statedBytes: frameBytes, gotBytes: headerBytes } }
  }
  return decoded({
    objectType: (format >> 14) + 1,
    sampleRateHz,
    channelCount,
    samplesPerFrame: 1024,
    headerBytes,
    frameBytes,
  })
}

/** A whole ADTS frame without CRC around one raw access unit. Throws RangeError for what the header cannot tell. */
export function encodeAdts(config: AacConfig, accessUnit: Uint8Array): Uint8Array {
  const frameBytes = ADTS_BYTES + accessUnit.length
  const frequencyIndex = sampleRatesHz.indexOf(config.sampleRateHz)
  if (frequencyIndex < 0) throw new RangeError(`ADTS has no sample rate of ${config.sampleRateHz} Hz`)
  if (config.objectType < 1 || config.objectType > 4)
    throw new RangeError(`ADTS has no object type ${config.objectType}`)
  if (frameBytes > ADTS_MAX_FRAME_BYTES) throw new RangeError(`an ADTS frame of ${frameBytes} bytes is over 8191`)
  const frame = new Uint8Array(frameBytes)
  const view = new DataView(frame.buffer)
  const channels = channelConfigurationOf(config.channelCount)
  view.setUint16(0, 0xfff1) // MPEG-4, layer 0, no CRC
  view.setUint16(2, ((config.objectType - 1) << 14) | (frequencyIndex << 10) | (channels << 6) | (frameBytes >> 11))
  view.setUint16(4, ((frameBytes & 0x7ff) << 5) | 0x1f) // buffer fullness 0x7ff: variable rate
  view.setUint8(6, 0xfc)
  frame.set(accessUnit, ADTS_BYTES)
  return frame
}

/** channelConfiguration 1 to 6 is the count, 7 means 7.1; table 1.19. */
export function channelCountOf(channelConfiguration: number): number | undefined {
  if (channelConfiguration >= 1 && channelConfiguration <= 6) return channelConfiguration
  return channelConfiguration === 7 ? 8 : undefined
}

/** Throws RangeError for a count without a configuration of its own. */
export function channelConfigurationOf(channelCount: number): number {
  const configuration = [1, 2, 3, 4, 5, 6, 7].find((candidate) => channelCountOf(candidate) === channelCount)
  if (configuration === undefined) throw new RangeError(`AAC has no configuration of ${channelCount} channels`)
  return configuration
}

/** How an AudioSpecificConfig tells spectral band replication outright: 5 is HE-AAC, 29 adds parametric stereo. */
export type SbrConfig = { readonly objectType: 5 | 29; readonly sampleRateHz: number }

/** An AudioSpecificConfig: the core codec, and what SBR makes of it where that is told at the front. */
export type AudioSpecificConfig = AacConfig & { readonly sbr?: SbrConfig }

const FREQUENCY_TOLD_OUTRIGHT = 15
const OBJECT_TYPE_ESCAPE = 31
const generalAudioObjectTypes = [1, 2, 3, 4] // Main, LC, SSR, LTP

/** Reads an AudioSpecificConfig, ISO/IEC 14496-3 section 1.6.2.1, with its GASpecificConfig (section 4.4.1); an SBR
 *  extension behind it is left unread, as a decoder that does not know it would. Faults: too-short, unsupported. */
export function decodeAudioSpecificConfig(bytes: Uint8Array): Decoded<AudioSpecificConfig> {
  const reader = new BitReader(bytes)
  const firstType = readObjectType(reader)
  const sampleRateHz = readSampleRate(reader)
  const channelCount = channelCountOf(reader.bits(4))
  const sbrType = firstType === 5 || firstType === 29 ? firstType : undefined
  const sbrRateHz = sbrType && readSampleRate(reader)
  const objectType = sbrType ? readObjectType(reader) : firstType
  const samplesPerFrame = reader.flag() ? 960 : 1024 // frameLengthFlag
  if (reader.flag()) reader.bits(14) // dependsOnCoreCoder: coreCoderDelay
  reader.bit() // extensionFlag

  if (reader.isExhausted) return tooShort(reader.neededBytes, bytes.length)
  if (!generalAudioObjectTypes.includes(objectType)) return unsupported(`audio object type ${objectType}`)
  if (channelCount === undefined) return unsupported('AAC channels told in the stream only')
  if (sampleRateHz === undefined) return unsupported('a reserved AAC sample rate')
  const config = { objectType, sampleRateHz, channelCount, samplesPerFrame }
  if (sbrType === undefined) return decoded(config)
  if (sbrRateHz === undefined) return unsupported('a reserved AAC sample rate')
  return decoded({ ...config, sbr: { objectType: sbrType, sampleRateHz: sbrRateHz } })
}

/** Writes an AudioSpecificConfig. Throws RangeError for a channel count without a configuration of its own. */
export function encodeAudioSpecificConfig(config: AudioSpecificConfig): Uint8Array {
  const { sbr } = config
  const writer = new BitWriter()
  writer.bits(sbr?.objectType ?? config.objectType, 5)
  writeSampleRate(writer, config.sampleRateHz)
  writer.bits(channelConfigurationOf(config.channelCount), 4)
  if (sbr !== undefined) {
    writeSampleRate(writer, sbr.sampleRateHz)
    writer.bits(config.objectType, 5)
  }
  writer.bits(config.samplesPerFrame === 960 ? 1 : 0, 1)
  writer.bits(0, 2) // no core coder, no extension
  return writer.bytes()
}

/** `mp4a.40.2` for AAC-LC, `mp4a.40.5` where SBR is told outright; RFC 6381 section 3.3. */
export function aacCodecString(config: Pick<AudioSpecificConfig, 'objectType' | 'sbr'>): string {
  return `mp4a.40.${config.sbr?.objectType ?? config.objectType}`
}

function readObjectType(reader: BitReader): number {
  const type = reader.bits(5)
  return type === OBJECT_TYPE_ESCAPE ? 32 + reader.bits(6) : type
}

function readSampleRate(reader: BitReader): number | undefined {
  const index = reader.bits(4)
  if (index !== FREQUENCY_TOLD_OUTRIGHT) return sampleRatesHz[index]
  const sampleRateHz = reader.bits(24)
  return sampleRateHz === 0 ? undefined : sampleRateHz
}

function writeSampleRate(writer: BitWriter, sampleRateHz: number): void {
  const index = sampleRatesHz.indexOf(sampleRateHz)
  writer.bits(index < 0 ? FREQUENCY_TOLD_OUTRIGHT : index, 4)
  if (index < 0) writer.bits(sampleRateHz, 24)
}
