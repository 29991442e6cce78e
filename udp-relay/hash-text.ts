import { createHash } from 'node:crypto'
import type { DigestAlgorithm } from '../protocol/rtsp-authorization.ts'

/** The hash of a text's UTF-8, in lower-case hexadecimal, for either side of a digest (RFC 7616 section 3.3). */
export function hashText(algorithm: DigestAlgorithm, text: string): string {
  return createHash(algorithm === 'MD5' ? 'md5' : 'sha256')
    .update(text)
    .digest('hex')
}
