import { expect, test } from 'vitest'
import { encodeIvfFrame, encodeIvfHead } from './ivf.ts'

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex')

test('encodeIvfHead writes codec, size and clock, all little-endian', () => {
  const head = encodeIvfHead({ widthPixels: 1280, heightPixels: 720, clockRateHz: 10_000 })
  expect(hex(head)).toBe(
    '444b4946' + '00002000' + '48323634' + '0005d002' + '10270000' + '01000000' + '0000000000000000',
  )
})

test('encodeIvfFrame writes size, a time beyond 32 bits, and each NAL unit after a start code', () => {
  const frame = encodeIvfFrame({ ptsTicks: 0x1_0000_0002, nals: [Uint8Array.of(0x67, 1), Uint8Array.of(0x65)] })
  expect(hex(frame)).toBe('0b000000' + '0200000001000000' + '00000001' + '6701' + '00000001' + '65')
})
