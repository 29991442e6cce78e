import { encodeAudioSpecificConfig, type AacConfig } from './aac.ts'
import { concatBytes } from './bytes.ts'
import type { Decoded } from './decoded.ts'
import { box, bytesOf, descriptor, fullBox, latin1, u16, u24, u32, u64, u8, zeros } from './fmp4-boxes.ts'
import { hevcConfiguration } from './fmp4-hevc.ts'
import { readSps, type SpsFacts } from './h264-sps.ts'
import { readH265Sps } from './h265-sps.ts'

/** What an initialisation section tells of pictures and sound; one of them may be alone. */
export type Fmp4Tracks = {
  readonly video?: (NalPictures | Av1Pictures) & {
    readonly editTicks?: number // all is shown so much earlier than its samples say; 90 kHz, absent: 0
  }
  readonly audio?: AacConfig
}

type NalPictures = {
  readonly vps?: Uint8Array // of HEVC
  readonly sps: Uint8Array
  readonly pps: Uint8Array
}

type Av1Pictures = {
  readonly av1: {
    readonly configuration: Uint8Array // an AV1CodecConfigurationRecord
    readonly widthPixels: number
    readonly heightPixels: number
  }
}

/** One sample. Durations and offsets count the track's clock: 90 kHz of pictures, the sample rate of sound. */
export type Fmp4Sample = {
  readonly durationTicks: number
  readonly isSync: boolean
  readonly compositionTicks: number // from decode time to presentation time; may be negative
  readonly parts: readonly Uint8Array[] // its bytes, joined
}

/** Samples of one track that follow each other. */
export type Fmp4Run = {
  readonly trackId: number
  readonly decodeTicks: number // of the first one, from the beginning of the presentation, not negative
  readonly samples: readonly Fmp4Sample[]
}

export const VIDEO_TRACK_ID = 1
export const AUDIO_TRACK_ID = 2
export const VIDEO_TIMESCALE_HZ = 90_000

/** `ftyp` and `moov`, ISO/IEC 14496-12, 14496-15, and AV1 in ISOBMFF. Throws RangeError for an SPS that cannot be read. */
export function writeInitSection({ video, audio }: Fmp4Tracks): Uint8Array {
  const tracks = [
    ...(video === undefined ? [] : [{ trackId: VIDEO_TRACK_ID, bytes: videoTrack(video) }]),
    ...(audio === undefined ? [] : [{ trackId: AUDIO_TRACK_ID, bytes: audioTrack(audio) }]),
  ]
  const defaults = tracks.map(({ trackId }) => trackDefaults(trackId))
  const brands = video !== undefined && 'av1' in video ? [latin1('av01')] : [] // AV1 in ISOBMFF section 2.1
  return concatBytes([
    box('ftyp', latin1('iso6'), u32(0), latin1('iso6'), latin1('cmfc'), latin1('mp41'), ...brands),
    box('moov', movieHeader(), ...tracks.map(({ bytes }) => bytes), box('mvex', ...defaults)),
  ])
}

/** `moof` and `mdat`: the samples of all runs, run after run. Those without samples are left out. */
export function writeFragment(sequenceNumber: number, runs: readonly Fmp4Run[]): Uint8Array {
  const filled = runs.filter(({ samples }) => samples.length > 0)
  const sizes = filled.map(runBytes)
  const headBytes = movieFragment(sequenceNumber, filled, []).length
  const offsets = sizes.map((_, index) => sizes.slice(0, index).reduce((sum, size) => sum + size, headBytes + 8))
  const dataBytes = sizes.reduce((sum, size) => sum + size, 0)
  return concatBytes([
    movieFragment(sequenceNumber, filled, offsets),
    bytesOf([u32(8 + dataBytes)]),
    latin1('mdat'),
    ...filled.flatMap(({ samples }) => samples.flatMap(({ parts }) => parts)),
  ])
}

/** A picture's bytes: each NAL unit behind its length of 4 bytes (ISO/IEC 14496-15 section 5.3.3). */
export function pictureParts(nals: readonly Uint8Array[]): Uint8Array[] {
  return nals.flatMap((nal) => [bytesOf([u32(nal.length)]), nal])
}

const IS_SYNC = 0x0200_0000 // depends on no other
const IS_NOT_SYNC = 0x0101_0000 // depends on others, sample_is_non_sync_sample

/** It is as large with offsets as without. */
function movieFragment(sequenceNumber: number, runs: readonly Fmp4Run[], offsets: readonly number[]): Uint8Array {
  const header = fullBox('mfhd', 0, 0, u32(sequenceNumber))
  const fragments = runs.map((run, index) => trackFragment(run, offsets[index] ?? 0))
  return box('moof', header, ...fragments)
}

function trackFragment({ trackId, decodeTicks, samples }: Fmp4Run, dataOffset: number): Uint8Array {
  return box(
    'traf',
    fullBox('tfhd', 0, 0x02_0000, u32(trackId)), // default-base-is-moof
    fullBox('tfdt', 1, 0, u64(decodeTicks)),
    fullBox(
      'trun',
      1, // signed composition offsets
      0x00_0f01, // data offset; duration, size, flags, composition offset of each sample
      u32(samples.length),
      u32(dataOffset),
      ...samples.flatMap(({ durationTicks, isSync, compositionTicks, parts }) => [
        u32(durationTicks),
        u32(sizeOf(parts)),
        u32(isSync ? IS_SYNC : IS_NOT_SYNC),
        u32(compositionTicks),
      ]),
    ),
  )
}

function runBytes({ samples }: Fmp4Run): number {
  return samples.reduce((sum, { parts }) => sum + sizeOf(parts), 0)
}

function sizeOf(parts: readonly Uint8Array[]): number {
  return parts.reduce((sum, part) => sum + part.length, 0)
}

const UNITY_MATRIX = bytesOf([0x1_0000, 0, 0, 0, 0x1_0000, 0, 0, 0, 0x4000_0000].map(u32))
const UNDETERMINED = 0x55c4 // the language `und`, five bits a letter

function movieHeader(): Uint8Array {
  const times = [u32(0), u32(0), u32(1000), u32(0)] // creation, modification, timescale, duration
  const rateAndVolume = [u32(0x1_0000), u16(0x100), zeros(10)]
  return fullBox('mvhd', 0, 0, ...times, ...rateAndVolume, UNITY_MATRIX, zeros(24), u32(AUDIO_TRACK_ID + 1))
}

function trackDefaults(trackId: number): Uint8Array {
  return fullBox('trex', 0, 0, u32(trackId), u32(1), u32(0), u32(0), u32(0))
}

type TrackBoxes = {
  readonly trackId: number
  readonly timescaleHz: number
  readonly widthPixels: number
  readonly heightPixels: number
  readonly handler: 'vide' | 'soun'
  readonly editTicks?: number
  readonly mediaHeader: Uint8Array
  readonly sampleEntry: Uint8Array
}

function track({ trackId, timescaleHz, widthPixels, heightPixels, handler, ...boxes }: TrackBoxes): Uint8Array {
  const enabledInMovie = 3
  const volume = handler === 'soun' ? 0x100 : 0
  const header = fullBox(
    'tkhd',
    0,
    enabledInMovie,
    ...[u32(0), u32(0), u32(trackId), u32(0), u32(0), zeros(8)], // times, track, reserved, duration
    ...[u16(0), u16(0), u16(volume), u16(0), UNITY_MATRIX, u32(widthPixels * 0x1_0000), u32(heightPixels * 0x1_0000)],
  )
  const media = box(
    'mdia',
    fullBox('mdhd', 0, 0, u32(0), u32(0), u32(timescaleHz), u32(0), u16(UNDETERMINED), u16(0)),
    fullBox('hdlr', 0, 0, u32(0), latin1(handler), zeros(12), latin1('\0')),
    box(
      'minf',
      boxes.mediaHeader,
      box('dinf', fullBox('dref', 0, 0, u32(1), fullBox('url ', 0, 1))),
      box(
        'stbl',
        fullBox('stsd', 0, 0, u32(1), boxes.sampleEntry),
        fullBox('stts', 0, 0, u32(0)),
        fullBox('stsc', 0, 0, u32(0)),
        fullBox('stsz', 0, 0, u32(0), u32(0)),
        fullBox('stco', 0, 0, u32(0)),
      ),
    ),
  )
  return box('trak', header, ...editList(boxes.editTicks ?? 0), media)
}

/** An edit from `ticks` of the media on, as long as the media is; ISO/IEC 14496-12 section 8.6.6. */
function editList(ticks: number): Uint8Array[] {
  return ticks === 0 ? [] : [box('edts', fullBox('elst', 0, 0, u32(1), u32(0), u32(ticks), u16(1), u16(0)))]
}

const SAMPLE_ENTRY = [zeros(6), u16(1)] as const // reserved, data_reference_index

function videoTrack(video: Pictures): Uint8Array {
  const { widthPixels, heightPixels, type, configuration } = decoderOf(video)
  const dotsPerInch72 = 0x48_0000
  const sampleEntry = box(
    type,
    ...SAMPLE_ENTRY,
    ...[zeros(16), u16(widthPixels), u16(heightPixels), u32(dotsPerInch72), u32(dotsPerInch72)],
    ...[u32(0), u16(1), zeros(32), u16(24), u16(0xffff)], // one frame a sample, no name, 24 bits deep
    configuration,
  )
  return track({
    ...{ trackId: VIDEO_TRACK_ID, timescaleHz: VIDEO_TIMESCALE_HZ, widthPixels, heightPixels, handler: 'vide' },
    ...(video.editTicks === undefined ? {} : { editTicks: video.editTicks }),
    mediaHeader: fullBox('vmhd', 0, 1, zeros(8)),
    sampleEntry,
  })
}

type Pictures = NonNullable<Fmp4Tracks['video']>

type Decoder = {
  readonly widthPixels: number
  readonly heightPixels: number
  readonly type: 'avc1' | 'hvc1' | 'av01' // of the former parameter sets stand in the configuration alone
  readonly configuration: Uint8Array
}

function decoderOf(pictures: Pictures): Decoder {
  if ('av1' in pictures) {
    const { configuration, ...size } = pictures.av1
    return { ...size, type: 'av01', configuration: box('av1C', configuration) }
  }
  const { vps, sps, pps } = pictures
  if (vps === undefined) {
    const facts = sure(readSps(sps))
    return { ...facts, type: 'avc1', configuration: box('avcC', decoderConfiguration(sps, pps, facts)) }
  }
  const facts = sure(readH265Sps(sps))
  return { ...facts, type: 'hvc1', configuration: box('hvcC', hevcConfiguration([vps, sps, pps], facts)) }
}

function sure<Facts>(read: Decoded<Facts>): Facts {
  if (read.ok) return read.value
  throw new RangeError(`not an SPS: ${JSON.stringify(read.fault)}`)
}

const profilesWithChroma = [100, 110, 122, 144]

/** AVCDecoderConfigurationRecord, ISO/IEC 14496-15 section 5.3.3.1: lengths of 4 bytes, one set of each kind. */
function decoderConfiguration(sps: Uint8Array, pps: Uint8Array, facts: SpsFacts): Uint8Array {
  const { profileIdc, constraintFlags, levelIdc, chromaFormatIdc, lumaBits } = facts
  const depth = 0xf8 | (lumaBits - 8)
  const chroma = profilesWithChroma.includes(profileIdc)
    ? [u8(0xfc | chromaFormatIdc), u8(depth), u8(depth), u8(0)] // no SPS extension
    : []
  const head = [u8(1), u8(profileIdc), u8(constraintFlags), u8(levelIdc), u8(0xff)]
  return bytesOf([...head, u8(0xe1), u16(sps.length), sps, u8(1), u16(pps.length), pps, ...chroma])
}

function audioTrack(config: AacConfig): Uint8Array {
  const { sampleRateHz, channelCount } = config
  const sampleEntry = box(
    'mp4a',
    ...SAMPLE_ENTRY,
    ...[zeros(8), u16(channelCount), u16(16), u32(0), u32(Math.min(sampleRateHz, 0xffff) * 0x1_0000)],
    fullBox('esds', 0, 0, elementaryStream(config)),
  )
  return track({
    ...{ trackId: AUDIO_TRACK_ID, timescaleHz: sampleRateHz, widthPixels: 0, heightPixels: 0, handler: 'soun' },
    mediaHeader: fullBox('smhd', 0, 0, u16(0), u16(0)),
    sampleEntry,
  })
}

/** ES_Descriptor, ISO/IEC 14496-1 section 7.2.6.5, as MP4 files hold it. */
function elementaryStream(config: AacConfig): Uint8Array {
  const specific = descriptor(5, encodeAudioSpecificConfig(config))
  const [audioObjects, audioStream] = [0x40, 0x15] // streamType 5, not upstream, the reserved bit
  const decoder = descriptor(4, u8(audioObjects), u8(audioStream), u24(0), u32(0), u32(0), specific)
  return descriptor(3, u16(0), u8(0), decoder, descriptor(6, u8(2)))
}
