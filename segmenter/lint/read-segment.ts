import { readAdtsFrame } from './adts-facts.ts'
import { mp4Facts } from './mp4-facts.ts'
import type { SegmentFacts } from './segment-facts.ts'
import { id3Bytes, packedAudioFacts, webvttFacts } from './text-facts.ts'
import { tsFacts } from './ts-facts.ts'

export type SegmentBytes = {
  readonly bytes: Uint8Array
  /** The media initialization section of EXT-X-MAP. */
  readonly init?: Uint8Array | undefined
  /** The beginning of the resource that `bytes` are a later range of. */
  readonly head?: Uint8Array | undefined
}

const FOURCC_OF_SEGMENTS = ['styp', 'moof', 'sidx', 'emsg', 'ftyp', 'moov', 'prft', 'mdat', 'free']

/** What the bytes of a media segment say of themselves, by the format that they begin with (RFC 8216 section 3). */
export function readSegment({ bytes, init, head }: SegmentBytes): SegmentFacts {
  const fourcc = Buffer.from(bytes.subarray(4, 8)).toString('latin1')
  if (FOURCC_OF_SEGMENTS.includes(fourcc)) return mp4Facts(bytes, init)
  const before = init ?? head
  if (bytes[0] === 0x47) return tsFacts(bytes, before)
  const start = id3Bytes(bytes)
  if (start > 0 || readAdtsFrame(bytes, 0) !== undefined) return packedAudioFacts(bytes)
  const text = Buffer.from(bytes.subarray(0, 16)).toString('latin1')
  if (/WEBVTT/i.test(text)) return webvttFacts(bytes)
  const hex = Buffer.from(bytes.subarray(0, 8)).toString('hex')
  // A transport stream that has lost its first sync byte is still one.
  if (bytes.length > 376 && bytes[188] === 0x47 && bytes[376] === 0x47) return tsFacts(bytes, before)
  const expected = 'a transport stream, fragmented MP4, packed audio or WebVTT'
  return { format: 'unknown', tracks: [], faults: [{ rule: 'format', expected, got: `bytes ${hex}` }] }
}
