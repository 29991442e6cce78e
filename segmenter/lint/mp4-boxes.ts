/** A box of ISO/IEC 14496-12 section 4.2: its content, and where it began. */
export type Box = {
  readonly type: string
  readonly start: number
  readonly end: number
  readonly body: Uint8Array
  readonly isWhole: boolean
}

/** The boxes that follow each other in `bytes`; one that is cut off is the last, and `isWhole` is false. */
export function* readBoxes(bytes: Uint8Array): Generator<Box> {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  let at = 0
  while (at + 8 <= bytes.length) {
    const small = view.getUint32(at)
    const isLarge = small === 1 && at + 16 <= bytes.length
    const headBytes = isLarge ? 16 : 8
    const sizeBytes = isLarge ? Number(view.getBigUint64(at + 8)) : small === 0 ? bytes.length - at : small
    const type = Buffer.from(bytes.subarray(at + 4, at + 8)).toString('latin1')
    const end = at + Math.max(sizeBytes, headBytes)
    const isWhole = sizeBytes >= headBytes && end <= bytes.length
    yield { type, start: at, end, body: bytes.subarray(at + headBytes, end), isWhole }
    if (!isWhole) return
    at = end
  }
}

/** The first box at a path of types, such as `mdia`, `mdhd`. */
export function findBox(bytes: Uint8Array, ...path: readonly string[]): Uint8Array | undefined {
  let body: Uint8Array | undefined = bytes
  for (const type of path) {
    if (body === undefined) return undefined
    body = [...readBoxes(body)].find((box) => box.type === type)?.body
  }
  return body
}

export function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
}
