import { execFileSync } from 'node:child_process'
import { findClient } from '../../lab/test-support/clients.ts'
import { aacCodecString, decodeAdts, encodeAudioSpecificConfig, type AdtsHeader } from '../../protocol/aac.ts'
import { concatBytes } from '../../protocol/bytes.ts'
import { outlineSegment, type OutlineSegment } from '../../protocol/outline.ts'
import { packedAudioTag, readPackedAudio } from '../../protocol/packed-audio.ts'
import type { PackageClip } from './package-clip.ts'

export const SOUND_SECONDS = 6
const SAMPLE_RATE_HZ = 44_100
const UNIT_SECONDS = 1024 / SAMPLE_RATE_HZ
const ORIGIN_TICKS = 87_910
const UNITS_OF_SEGMENT = 173 // just above 4 s

/** A package of sound alone, as the segmenter makes it: packed audio of about 4 and 2 s, a tone of 440 Hz. */
export function makeSoundClip(): PackageClip {
  const tone = ['-f', 'lavfi', '-i', `sine=frequency=440:sample_rate=${SAMPLE_RATE_HZ}:duration=${SOUND_SECONDS}`]
  const args = ['-v', 'error', ...tone, '-c:a', 'aac', '-b:a', '64k', '-ac', '2', '-f', 'adts', '-']
  const { frames, header } = framesOf(execFileSync(findClient('ffmpeg') ?? 'ffmpeg', args))
  const groups = [frames.slice(0, UNITS_OF_SEGMENT), frames.slice(UNITS_OF_SEGMENT)]
  const segments = groups.map((group, index) => {
    const firstTicks = ORIGIN_TICKS + Math.round(index * UNITS_OF_SEGMENT * UNIT_SECONDS * 90_000) // s to 90 kHz
    return concatBytes([packedAudioTag(firstTicks), ...group])
  })
  const outlines = segments.map((bytes, index) => outlineOf(bytes, index))
  return { segments, outline: { ...head(header), segments: outlines, ended: true } }
}

function framesOf(adts: Uint8Array): { readonly frames: readonly Uint8Array[]; readonly header: AdtsHeader } {
  const frames: Uint8Array[] = []
  let header: AdtsHeader | undefined
  for (let at = 0; at < adts.length;) {
    const read = decodeAdts(adts.subarray(at))
    if (!read.ok) throw new Error(`ffmpeg's ADTS is unreadable: ${read.fault.code}`)
    header = read.value
    frames.push(adts.subarray(at, at + header.frameBytes))
    at += header.frameBytes
  }
  if (header === undefined) throw new Error('ffmpeg made no sound')
  return { frames, header }
}

function outlineOf(bytes: Uint8Array, index: number): OutlineSegment {
  const read = readPackedAudio(bytes)
  if (!read.ok) throw new Error(`no packed audio: ${read.fault.code}`)
  const uri = `${String(index).padStart(5, '0')}.aac`
  const startSeconds = index * UNITS_OF_SEGMENT * UNIT_SECONDS
  const durationSeconds = read.value.audio.length * UNIT_SECONDS
  const place = { uri, sizeBytes: bytes.length, originTicks: ORIGIN_TICKS, startSeconds, durationSeconds }
  return outlineSegment({ ...read.value, video: [], pcrs: [] }, place)
}

function head({ objectType, sampleRateHz, channelCount, samplesPerFrame }: AdtsHeader) {
  const config = encodeAudioSpecificConfig({ objectType, sampleRateHz, channelCount, samplesPerFrame })
  const audio = {
    codec: aacCodecString({ objectType }),
    ...{ sampleRateHz, channelCount, samplesPerFrame },
    audioSpecificConfigHex: Buffer.from(config).toString('hex'),
  }
  return { format: 'weir-outline', version: 1, variant: 'audio', originTicks: ORIGIN_TICKS, audio } as const
}
