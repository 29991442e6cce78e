import { createDecipheriv } from 'node:crypto'
import { attribute, type Tag } from './playlist-tags.ts'
import type { Segment } from './playlist.ts'

export const KEY_BYTES = 16

/** How a segment is encrypted, RFC 8216 section 4.3.2.4. `opaque`: by a system that we cannot ask for keys. */
export type Encryption =
  | { readonly kind: 'none' | 'opaque' }
  | { readonly kind: 'aes-128'; readonly key: Tag; readonly uri: string }

export function encryptionOf({ keys }: Segment): Encryption {
  const [first] = keys
  if (first === undefined) return { kind: 'none' }
  const identity = keys.find((key) => (attribute(key, 'KEYFORMAT') ?? 'identity') === 'identity')
  const method = attribute(identity ?? first, 'METHOD')
  // Of sample encryption all that the rules look at is in the clear: headers, times, the first bytes of NAL units.
  if (method === 'SAMPLE-AES' || method === 'SAMPLE-AES-CTR') return { kind: 'none' }
  const uri = identity === undefined ? undefined : attribute(identity, 'URI')
  if (identity === undefined || uri === undefined || method !== 'AES-128') return { kind: 'opaque' }
  return { kind: 'aes-128', key: identity, uri }
}

/** AES-128-CBC with PKCS7 padding. Without an IV attribute the media sequence number is it, section 5.2. Undefined where
 *  the bytes are not what such an encryption makes. */
export function decrypt(bytes: Uint8Array, keyBytes: Uint8Array, key: Tag, sequence: number): Uint8Array | undefined {
  const text = attribute(key, 'IV')?.slice(2) ?? sequence.toString(16)
  const iv = Buffer.from(text.padStart(32, '0').slice(-32), 'hex')
  if (iv.length !== KEY_BYTES || keyBytes.length !== KEY_BYTES) return undefined
  try {
    const decipher = createDecipheriv('aes-128-cbc', keyBytes, iv)
    return Buffer.concat([decipher.update(bytes), decipher.final()])
  } catch {
    return undefined // bad padding, or a size that is no multiple of 16
  }
}
