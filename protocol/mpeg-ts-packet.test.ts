import fc from 'fast-check'
import { expect, test } from 'vitest'
import { fuzzRuns } from '../lab/test-support/long-run.ts'
import { concatBytes } from './bytes.ts'
import { decodeTsPacket, TS_PACKET_BYTES, type TsPacket } from './mpeg-ts-packet.ts'
import { hex } from './test-support/transport-packets.ts'

/** 188 bytes that begin as told, behind one byte of something else. */
function packetBehindOneByte(start: string): Uint8Array {
  const head = hex(start)
  return concatBytes([hex('aa'), head, new Uint8Array(TS_PACKET_BYTES - head.length).fill(0xff)])
}

const plain: TsPacket = {
  pid: 0x100,
  unitStart: false,
  continuityCounter: 5,
  discontinuity: false,
  pcrTicks27MHz: undefined,
  payloadStart: 5,
  payloadEnd: 189,
}

for (const [name, wire, told] of [
  ['payload alone', '47 0100 15', {}],
  ['a unit start on the last PID', '47 5fff 15', { unitStart: true, pid: 0x1fff }],
  ['an adaptation field of one stuffing byte', '47 0100 35 00', { payloadStart: 6 }],
  ['an adaptation field with a discontinuity', '47 0100 35 01 80', { payloadStart: 7, discontinuity: true }],
  ['a PCR of all ones', '47 0100 35 07 10 ffffffff fe00', { payloadStart: 13, pcrTicks27MHz: (2 ** 33 - 1) * 300 }],
  ['a PCR extension of 299', '47 0100 35 07 10 00000000 012b', { payloadStart: 13, pcrTicks27MHz: 299 }],
  ['an adaptation field alone', '47 0100 25 b7 00', { payloadStart: 189 }],
  ['an adaptation field over the whole packet', '47 0100 35 b7 00', { payloadStart: 189 }],
  ['a PCR flag in a field too short for a PCR', '47 0100 35 02 10 00', { payloadStart: 8 }],
] as const) {
  test(`decodeTsPacket reads ${name}`, () => {
    expect(decodeTsPacket(packetBehindOneByte(wire), 1)).toEqual({ ok: true, value: { ...plain, ...told } })
  })
}

for (const [name, wire, fault] of [
  ['no sync byte', '48 0100 15', { code: 'bad-sync', byte: 0x48, atByte: 1 }],
  ['a transport error', '47 8100 15', { code: 'unsupported', what: 'a packet with transport_error_indicator' }],
  ['scrambling', '47 0100 95', { code: 'unsupported', what: 'a scrambled packet' }],
  [
    'an adaptation field longer than the packet',
    '47 0100 35 b8',
    { code: 'bad-length', statedBytes: 185, gotBytes: 184 },
  ],
] as const) {
  test(`decodeTsPacket refuses ${name}`, () => {
    expect(decodeTsPacket(packetBehindOneByte(wire), 1)).toEqual({ ok: false, fault })
  })
}

test('decodeTsPacket keeps the payload of any bytes inside the packet', () => {
  fc.assert(
    fc.property(fc.uint8Array({ minLength: 187, maxLength: 187 }), (tail) => {
      const packet = decodeTsPacket(Uint8Array.of(0x47, ...tail), 0)
      return !packet.ok || (packet.value.payloadStart >= 4 && packet.value.payloadStart <= packet.value.payloadEnd)
    }),
    { seed: 7, numRuns: fuzzRuns(1000) },
  )
})
