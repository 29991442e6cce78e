import { expect, test } from 'vitest'
import { decodeFrameHeader } from '../protocol/web-socket-frame.ts'
import { frameFields, opcodeName, readPayload } from './frame-bits.ts'

const bytesOf = (hex: string) => Uint8Array.from(hex.match(/../g) ?? [], (byte) => Number.parseInt(byte, 16))

/** Frames of RFC 6455 section 5.7, and a closing one. */
const cases = [
  {
    header: '818537fa213d',
    payload: '7f9f4d5158',
    fields: 'FIN 1, RSV 000, opcode 0001, MASK 1, length 0000101, masking key 0x37fa213d',
    name: 'text',
    says: 'Hello',
  },
  {
    header: '827e0100',
    payload: '0007',
    fields: 'FIN 1, RSV 000, opcode 0010, MASK 0, length 1111110, more length 0x0100',
    name: 'binary',
    says: '··',
  },
  {
    header: '8805',
    payload: '03e8627965',
    fields: 'FIN 1, RSV 000, opcode 1000, MASK 0, length 0000101',
    name: 'close',
    says: '1000 bye',
  },
] as const

for (const { header: hex, payload, fields, name, says } of cases) {
  test(`the frame ${hex} is taken apart`, () => {
    const header = decodeFrameHeader(bytesOf(hex))!
    expect(
      frameFields(header, hex)
        .map((field) => `${field.name} ${field.bits}`)
        .join(', '),
    ).toBe(fields)
    expect([opcodeName(header), readPayload(header, payload)]).toEqual([name, says])
  })
}
