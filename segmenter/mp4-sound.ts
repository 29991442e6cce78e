import { decodeAudioSpecificConfig, type AacConfig } from '../protocol/aac.ts'
import { bodyAt, viewOf } from './mp4-boxes.ts'
import type { Mp4Track } from './mp4-track.ts'

/** The AAC of an MP4 or MOV track: what its decoder is told; undefined for other sound, and for SBR, which ADTS does not
 *  tell. */
export function readMp4Aac({ format, description }: Mp4Track): AacConfig | undefined {
  if (format !== 'mp4a' || description.length < SOUND_ENTRY_BYTES) return undefined
  const boxes = description.subarray(SOUND_ENTRY_BYTES + quickTimeBytes(description))
  const esds = bodyAt(boxes, 'esds') ?? bodyAt(boxes, 'wave', 'esds')
  const specific = esds && decoderSpecific(esds.subarray(4))
  const config = specific && decodeAudioSpecificConfig(specific)
  if (config?.ok !== true || config.value.sbr !== undefined) return undefined
  return config.value
}

const SOUND_ENTRY_BYTES = 28 // AudioSampleEntry, ISO/IEC 14496-12 section 12.2.3, up to its boxes

/** QuickTime's sound descriptions of version 1 and 2 have more fields. */
function quickTimeBytes(description: Uint8Array): number {
  return [0, 16, 36][viewOf(description).getUint16(8)] ?? 0
}

const tags = { elementaryStream: 3, decoderConfig: 4, decoderSpecific: 5 } as const

/** The DecoderSpecificInfo in an ES_Descriptor, ISO/IEC 14496-1 section 7.2.6. */
function decoderSpecific(bytes: Uint8Array): Uint8Array | undefined {
  const stream = descriptorOf(bytes, tags.elementaryStream)
  if (stream === undefined || stream.length < 3) return undefined
  const flags = stream[2] as number
  const optionalBytes = (flags & 0x80 ? 2 : 0) + (flags & 0x40 ? 1 + (stream[3] ?? 0) : 0) + (flags & 0x20 ? 2 : 0)
  const config = descriptorOf(stream.subarray(3 + optionalBytes), tags.decoderConfig)
  const isAac = config?.[0] === 0x40 // objectTypeIndication: ISO/IEC 14496-3
  return isAac ? descriptorOf(config.subarray(13), tags.decoderSpecific) : undefined
}

/** The body of the descriptor at the start, if it is of this tag; its size has 7 bits a byte. */
function descriptorOf(bytes: Uint8Array, tag: number): Uint8Array | undefined {
  if (bytes[0] !== tag) return undefined
  let sizeBytes = 0
  for (let at = 1; at <= 4; at++) {
    const byte = bytes[at] ?? 0
    sizeBytes = (sizeBytes << 7) | (byte & 0x7f)
    if (byte < 0x80) return bytes.subarray(at + 1, at + 1 + sizeBytes)
  }
  return undefined
}
