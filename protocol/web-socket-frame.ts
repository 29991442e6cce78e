/** The first bytes of a frame, RFC 6455 section 5.2. */
export type FrameHeader = {
  readonly fin: boolean // the last frame of its message
  readonly reservedBits: number // RSV1 to RSV3, of extensions
  readonly opcode: number // 4 bits
  readonly payloadBytes: number
  readonly maskingKey?: readonly [number, number, number, number] // of every frame of a client
  readonly headerBytes: number // 2 to 14
}

/** What the opcodes of section 11.8 mean. */
export const opcodeNames: Readonly<Record<number, string>> = {
  0x0: 'continuation',
  0x1: 'text',
  0x2: 'binary',
  0x8: 'close',
  0x9: 'ping',
  0xa: 'pong',
}

/** Reads a frame's header; undefined while more bytes have to come. A length beyond 2^53 is read as Infinity. */
export function decodeFrameHeader(bytes: Uint8Array): FrameHeader | undefined {
  const [first, second] = bytes
  if (first === undefined || second === undefined) return undefined
  const shortLength = second & 0x7f // 126 and 127 announce 16 or 64 bits of length
  const lengthBytes = shortLength === 126 ? 2 : shortLength === 127 ? 8 : 0
  const isMasked = (second & 0x80) !== 0
  const headerBytes = 2 + lengthBytes + (isMasked ? 4 : 0)
  if (bytes.length < headerBytes) return undefined
  const key = bytes.subarray(2 + lengthBytes, headerBytes)
  return {
    fin: (first & 0x80) !== 0,
    reservedBits: (first >> 4) & 0x07,
    opcode: first & 0x0f,
    payloadBytes: lengthBytes === 0 ? shortLength : lengthOf(bytes.subarray(2, 2 + lengthBytes)),
    ...(isMasked ? { maskingKey: [key[0]!, key[1]!, key[2]!, key[3]!] as const } : {}),
    headerBytes,
  }
}

/** Masks, and unmasks: section 5.3. */
export function maskPayload(payload: Uint8Array, key: readonly [number, number, number, number]): Uint8Array {
  return payload.map((byte, index) => byte ^ key[(index % 4) as 0 | 1 | 2 | 3])
}

/** The value that section 4.2.2 appends to a client's key before it is hashed. */
export const HANDSHAKE_GUID = '258EAFA5-E914-47DA-95CA-C5AB0DC85B11'

function lengthOf(bytes: Uint8Array): number {
  const length = bytes.reduce((value, byte) => value * 256 + byte, 0)
  return Number.isSafeInteger(length) ? length : Infinity
}
