import type { ByteRange } from './http-conditions.ts'
import type { FoundFile } from './origin-files.ts'
import { endedTooSoon, readWholeFile, type PackageFile } from './package-files.ts'
import type { ReadBuffers } from './read-buffers.ts'
import { encryptSegment, segmentCipher, type SegmentKey } from './segment-keys.ts'

/** All of a file as it leaves. */
export async function readServed(found: FoundFile): Promise<Buffer> {
  const { encryption } = found
  const bytes = await readWholeFile(found)
  if (encryption === undefined) return bytes
  if (encryption.kind === 'playlist') return Buffer.from(encryption.rewrite(bytes.toString()))
  return encryptSegment(bytes, encryption.segmentKey)
}

/** Larger ones cost more: what comes out of the cipher is new memory each time. */
const PIECE_BYTES = 65_536

export type Wanted = { readonly segmentKey: SegmentKey; readonly range: ByteRange }

/** A range of an encrypted segment, piece by piece: a block needs the one before it, so it is encrypted from its beginning,
 *  and no further than is asked for. Throws when the file ends too soon. */
export async function* encryptedPieces(
  { path, handle, stats: { size } }: PackageFile,
  { segmentKey, range: { first, last } }: Wanted,
  buffers: Pick<ReadBuffers, 'take' | 'give'>,
): AsyncGenerator<Buffer, void, void> {
  const cipher = segmentCipher(segmentKey)
  const buffer = buffers.take(Math.min(size, last + 1, PIECE_BYTES))
  let encryptedBytes = 0
  const rangeOf = (piece: Buffer): Buffer => {
    const at = encryptedBytes
    encryptedBytes += piece.length
    return piece.subarray(Math.max(0, first - at), Math.max(0, last + 1 - at))
  }
  try {
    for (let position = 0; position < size && encryptedBytes <= last;) {
      const { bytesRead } = await handle.read(buffer, 0, Math.min(buffer.length, size - position), position)
      if (bytesRead === 0) throw endedTooSoon(path, position, size)
      position += bytesRead
      const piece = rangeOf(cipher.update(buffer.subarray(0, bytesRead)))
      if (piece.length > 0) yield piece
    }
    if (encryptedBytes <= last) yield rangeOf(cipher.final())
  } finally {
    buffers.give(buffer) // here: who goes away leaves a read under way
  }
}
