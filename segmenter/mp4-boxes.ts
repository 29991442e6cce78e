/** A box of an ISO base media file, ISO/IEC 14496-12 section 4.2: its type and what stands after its header. */
export type Box = { readonly type: string; readonly body: Uint8Array }

const HEADER_BYTES = 8
const LARGE_HEADER_BYTES = 16
export const MAX_BOXES = 10_000 // of one container: an index of many small ones would cost a hundred times its size

/** The boxes of a container's body, in order; what stands after one that outlasts the bytes is left out, and what is beyond all
 *  measure. */
export function boxesIn(bytes: Uint8Array): Box[] {
  const view = viewOf(bytes)
  const boxes: Box[] = []
  let at = 0
  while (at + HEADER_BYTES <= bytes.length && boxes.length < MAX_BOXES) {
    const head = readBoxHead(bytes.subarray(at, at + LARGE_HEADER_BYTES))
    const sizeBytes = head?.sizeBytes === 0 ? bytes.length - at : (head?.sizeBytes ?? Infinity)
    if (head === undefined || at + sizeBytes > view.byteLength) break
    boxes.push({ type: head.type, body: bytes.subarray(at + head.headerBytes, at + sizeBytes) })
    at += sizeBytes
  }
  return boxes
}

/** The body of the first box of this path, such as `mdia`, `minf`, `stbl`. */
export function bodyAt(bytes: Uint8Array, ...path: readonly string[]): Uint8Array | undefined {
  const [type, ...rest] = path
  if (type === undefined) return bytes
  const found = boxesIn(bytes).find((box) => box.type === type)
  return found && bodyAt(found.body, ...rest)
}

export type BoxHead = { readonly type: string; readonly headerBytes: number; readonly sizeBytes: number } // size 0: to the file's end

/** Reads the head of a box from its first 8 bytes, of a large one 16; undefined for what cannot be one. */
export function readBoxHead(bytes: Uint8Array): BoxHead | undefined {
  if (bytes.length < HEADER_BYTES) return undefined
  const view = viewOf(bytes)
  const shortBytes = view.getUint32(0)
  const type = String.fromCharCode(...bytes.subarray(4, 8))
  if (shortBytes === 0) return { type, headerBytes: HEADER_BYTES, sizeBytes: 0 }
  const isLarge = shortBytes === 1
  if (isLarge && bytes.length < LARGE_HEADER_BYTES) return undefined
  const headerBytes = isLarge ? LARGE_HEADER_BYTES : HEADER_BYTES
  const sizeBytes = isLarge ? Number(view.getBigUint64(8)) : shortBytes
  return sizeBytes < headerBytes ? undefined : { type, headerBytes, sizeBytes }
}

export function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
}
