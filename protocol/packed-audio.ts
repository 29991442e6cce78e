import type { AdtsHeader } from './aac.ts'
import { decoded, tooShort, type Decoded, type WireFault } from './decoded.ts'
import { AdtsStream, type AudioAccessUnit } from './mpeg-ts-audio.ts'

const OWNER = 'com.apple.streaming.transportStreamTimestamp'
const TIMESTAMP_BYTES = 8
const FRAME_HEADER_BYTES = 10
const TAG_HEADER_BYTES = 10

/** What stands before the ADTS frames of a segment of packed audio, RFC 8216 section 3.4: an ID3 tag of version 2.4 with
 *  one PRIV frame, whose last 33 bits are the time of the first sample, 90 kHz. Throws RangeError for a time that does
 *  not fit. */
export function packedAudioTag(firstTicks: number): Uint8Array {
  if (!Number.isInteger(firstTicks) || firstTicks < 0 || firstTicks >= 2 ** 33) {
    throw new RangeError(`expected a time of 33 bits, got ${firstTicks}`)
  }
  const ownerBytes = OWNER.length + 1 // and a zero
  const frameBytes = ownerBytes + TIMESTAMP_BYTES
  const tag = new Uint8Array(TAG_HEADER_BYTES + FRAME_HEADER_BYTES + frameBytes)
  const view = new DataView(tag.buffer)
  writeLatin1(tag, 0, 'ID3')
  tag[3] = 4 // version 2.4.0, no flags
  view.setUint32(6, synchsafe(FRAME_HEADER_BYTES + frameBytes))
  writeLatin1(tag, 10, 'PRIV')
  view.setUint32(14, synchsafe(frameBytes))
  writeLatin1(tag, 20, OWNER)
  view.setUint32(20 + ownerBytes, Math.floor(firstTicks / 2 ** 32))
  view.setUint32(24 + ownerBytes, firstTicks % 2 ** 32)
  return tag
}

/** A segment of packed audio. */
export type PackedAudioSegment = {
  readonly audio: readonly AudioAccessUnit[]
  readonly adts?: AdtsHeader // of the first
  readonly faults: readonly WireFault[] // what was left out
}

/** Reads a segment as `packedAudioTag` begins it: the tag's time is that of the first access unit. Faults of the whole: too-short,
 *  bad-sync without such a tag. */
export function readPackedAudio(bytes: Uint8Array): Decoded<PackedAudioSegment> {
  const tag = packedAudioTag(0)
  if (bytes.length < tag.length) return tooShort(tag.length, bytes.length)
  const timeAt = tag.length - TIMESTAMP_BYTES
  const wrongAt = tag.findIndex((byte, at) => at < timeAt && byte !== bytes[at])
  if (wrongAt >= 0) return { ok: false, fault: { code: 'bad-sync', byte: bytes[wrongAt] as number, atByte: wrongAt } }
  const view = new DataView(bytes.buffer, bytes.byteOffset + timeAt, TIMESTAMP_BYTES)
  const ptsTicks = (view.getUint32(0) & 1) * 2 ** 32 + view.getUint32(4) // 33 bits
  const faults: WireFault[] = []
  const stream = new AdtsStream(faults)
  stream.push({ payload: bytes.subarray(tag.length), ptsTicks, followsHole: false })
  stream.end()
  return decoded({ audio: stream.units, ...(stream.firstHeader && { adts: stream.firstHeader }), faults })
}

/** ID3 writes sizes with 7 bits a byte. */
function synchsafe(size: number): number {
  return (size & 0x7f) | ((size & 0x3f80) << 1)
}

function writeLatin1(bytes: Uint8Array, at: number, text: string): void {
  for (let index = 0; index < text.length; index++) bytes[at + index] = text.charCodeAt(index)
}
