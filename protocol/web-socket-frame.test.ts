import fc from 'fast-check'
import { expect, test } from 'vitest'
import { decodeFrameHeader, maskPayload } from './web-socket-frame.ts'

const bytes = (hex: string): Uint8Array => Uint8Array.from(hex.split(' '), (byte) => Number.parseInt(byte, 16))

/** The examples of RFC 6455 section 5.7, and what they mean. */
const cases = [
  {
    name: 'a single unmasked text',
    wire: '81 05 48 65 6c 6c 6f',
    header: { fin: true, reservedBits: 0, opcode: 1, payloadBytes: 5, headerBytes: 2 },
  },
  {
    name: 'a single masked text',
    wire: '81 85 37 fa 21 3d 7f 9f 4d 51 58',
    header: {
      fin: true,
      reservedBits: 0,
      opcode: 1,
      payloadBytes: 5,
      maskingKey: [0x37, 0xfa, 0x21, 0x3d],
      headerBytes: 6,
    },
  },
  {
    name: 'the first fragment of a text',
    wire: '01 03 48 65 6c',
    header: { fin: false, reservedBits: 0, opcode: 1, payloadBytes: 3, headerBytes: 2 },
  },
  {
    name: 'an unmasked ping',
    wire: '89 05 48 65 6c 6c 6f',
    header: { fin: true, reservedBits: 0, opcode: 9, payloadBytes: 5, headerBytes: 2 },
  },
  {
    name: '256 bytes of binary',
    wire: '82 7e 01 00',
    header: { fin: true, reservedBits: 0, opcode: 2, payloadBytes: 256, headerBytes: 4 },
  },
  {
    name: '64 KiB of binary',
    wire: '82 7f 00 00 00 00 00 01 00 00',
    header: { fin: true, reservedBits: 0, opcode: 2, payloadBytes: 65_536, headerBytes: 10 },
  },
] as const

for (const { name, wire, header } of cases) {
  test(`decodeFrameHeader reads ${name}`, () => expect(decodeFrameHeader(bytes(wire))).toEqual(header))
  test(`decodeFrameHeader waits for the rest of the header of ${name}`, () => {
    for (let length = 0; length < header.headerBytes; length += 1) {
      expect(decodeFrameHeader(bytes(wire).subarray(0, length))).toBeUndefined()
    }
  })
}

test('maskPayload gives the masked text of section 5.7, and takes it back', () => {
  const key = [0x37, 0xfa, 0x21, 0x3d] as const
  const masked = maskPayload(new TextEncoder().encode('Hello'), key)
  expect(masked).toEqual(bytes('7f 9f 4d 51 58'))
  expect(new TextDecoder().decode(maskPayload(masked, key))).toBe('Hello')
})

test('decodeFrameHeader takes any bytes without a fault', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 20 }), (any) => {
      const header = decodeFrameHeader(any)
      return header === undefined || header.headerBytes <= any.length
    }),
  )
})
