import { createCipheriv, hkdfSync, type Cipher } from 'node:crypto'
import { keyName, type SegmentName } from '../protocol/encrypted-playlist.ts'

export const KEY_BYTES = 16
const BLOCK_BYTES = 16

/** What a media segment is encrypted with, RFC 8216 section 4.3.2.4. */
export type SegmentKey = { readonly key: Buffer; readonly iv: Buffer }

/** The keys of all videos, made by HKDF (RFC 5869) of the secret: none is stored, and a restart changes none. Each rendition
 *  has keys of its own, so that no two segments have both key and IV in common. */
export class SegmentKeys {
  readonly segmentsPerKey: number
  /** Tells apart what is encrypted otherwise: part of the segments' tags. */
  readonly tag: string
  readonly #secret: string

  constructor(secret: string, segmentsPerKey: number) {
    this.#secret = secret
    this.segmentsPerKey = segmentsPerKey
    this.tag = this.#derive(`tag ${segmentsPerKey}`, 4).toString('hex')
  }

  /** `rendition` is the folder of a media playlist, `name` the key's in it. */
  key(video: string, rendition: string, name: string): Buffer {
    return this.#derive(`key ${video}/${rendition}/${name}`, KEY_BYTES)
  }

  of(video: string, rendition: string, segment: SegmentName): SegmentKey {
    const key = this.key(video, rendition, keyName(segment, this.segmentsPerKey))
    return { key, iv: ivOf(segment.sequence) }
  }

  #derive(what: string, bytes: number): Buffer {
    return Buffer.from(hkdfSync('sha256', this.#secret, '', `weir encrypted segments 1: ${what}`, bytes))
  }
}

/** The media sequence number as a big-endian number of 128 bits, RFC 8216 section 5.2. */
function ivOf(sequence: number): Buffer {
  const iv = Buffer.alloc(BLOCK_BYTES)
  iv.writeBigUInt64BE(BigInt(sequence), 8)
  return iv
}

/** With PKCS7 padding, which adds a byte at least. */
export function encryptedBytes(clearBytes: number): number {
  return clearBytes - (clearBytes % BLOCK_BYTES) + BLOCK_BYTES
}

export function segmentCipher({ key, iv }: SegmentKey): Cipher {
  return createCipheriv('aes-128-cbc', key, iv)
}

export function encryptSegment(clear: Uint8Array, segmentKey: SegmentKey): Buffer {
  const cipher = segmentCipher(segmentKey)
  return Buffer.concat([cipher.update(clear), cipher.final()])
}
