import { maskPayload, opcodeNames, type FrameHeader } from '../protocol/web-socket-frame.ts'

/** The fields of a frame's header as they stand on the wire, RFC 6455 section 5.2. */
export type FrameField = {
  readonly name: 'FIN' | 'RSV' | 'opcode' | 'MASK' | 'length' | 'more length' | 'masking key'
  readonly bits: string
}

const binary = (value: number, digits: number): string => value.toString(2).padStart(digits, '0')

export function frameFields(header: FrameHeader, headerHex: string): readonly FrameField[] {
  const second = Number.parseInt(headerHex.slice(2, 4), 16)
  const lengthHex = headerHex.slice(4, headerHex.length - (header.maskingKey === undefined ? 0 : 8))
  return [
    { name: 'FIN', bits: header.fin ? '1' : '0' },
    { name: 'RSV', bits: binary(header.reservedBits, 3) },
    { name: 'opcode', bits: binary(header.opcode, 4) },
    { name: 'MASK', bits: header.maskingKey === undefined ? '0' : '1' },
    { name: 'length', bits: binary(second & 0x7f, 7) },
    ...(lengthHex === '' ? [] : [{ name: 'more length' as const, bits: `0x${lengthHex}` }]),
    ...(header.maskingKey === undefined ? [] : [{ name: 'masking key' as const, bits: `0x${headerHex.slice(-8)}` }]),
  ]
}

export function opcodeName({ opcode }: FrameHeader): string {
  return opcodeNames[opcode] ?? `0x${opcode.toString(16)}`
}

/** What a payload says once it is unmasked: of a close its code and reason (section 5.5.1), else its text. */
export function readPayload({ opcode, maskingKey }: FrameHeader, payloadHex: string): string {
  const wire = Uint8Array.from(payloadHex.match(/../g) ?? [], (byte) => Number.parseInt(byte, 16))
  const payload = maskingKey === undefined ? wire : maskPayload(wire, maskingKey)
  const text = (bytes: Uint8Array): string => new TextDecoder().decode(bytes).replaceAll(/\p{Cc}|\ufffd/gu, '·')
  if (opcode !== 8 || payload.length < 2) return text(payload)
  return `${payload[0]! * 256 + payload[1]!} ${text(payload.subarray(2))}`
}
