import { expect, test } from 'vitest'
import { encodeFrame, encodeInterface, encodeSectionHeader, encodeStatistics } from './pcapng.ts'

const hex = (bytes: Uint8Array): string =>
  Buffer.from(bytes)
    .toString('hex')
    .replaceAll(/.{8}(?=.)/g, '$& ')

/** Words of 32 bits as they stand in the file, little-endian. */
const cases: readonly (readonly [name: string, bytes: Uint8Array, wire: string])[] = [
  [
    'a section header with its comment and application',
    encodeSectionHeader('weir', 'ab'),
    '0a0d0d0a 30000000 4d3c2b1a 01000000 ffffffff ffffffff 01000200 61620000 04000400 77656972 00000000 30000000',
  ],
  [
    'an interface of raw IP, in nanoseconds',
    encodeInterface({ name: 'server', description: 'x' }),
    '01000000 34000000 65000000 00000000 02000600 73657276 65720000 03000100 78000000 09000100 09000000 00000000 34000000',
  ],
  [
    'a packet of which only the beginning was kept, at its nanosecond',
    encodeFrame({ interfaceId: 1, unixMs: 4_294.967297, captured: Uint8Array.of(1, 2, 3, 4, 5), originalBytes: 1100 }),
    '06000000 28000000 01000000 01000000 01000000 05000000 4c040000 01020304 05000000 28000000',
  ],
  [
    'the counts of an interface',
    encodeStatistics(0, { unixMs: 0, receivedPackets: 7, droppedPackets: 2 }),
    '05000000 34000000 00000000 00000000 00000000 04000800 07000000 00000000 05000800 02000000 00000000 00000000 34000000',
  ],
]

for (const [name, bytes, wire] of cases) {
  test(`pcapng writes ${name}`, () => expect(hex(bytes)).toBe(wire))
}

test('encodeFrame keeps the microseconds of a moment of today', () => {
  const { buffer } = encodeFrame({
    interfaceId: 0,
    unixMs: 1_800_000_000_123.25,
    captured: new Uint8Array(),
    originalBytes: 0,
  })
  const view = new DataView(buffer)
  const nanoseconds = (BigInt(view.getUint32(12, true)) << 32n) | BigInt(view.getUint32(16, true))
  expect(nanoseconds).toBe(1_800_000_000_123_250_000n)
})
