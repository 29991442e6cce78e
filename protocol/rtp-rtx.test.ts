import fc from 'fast-check'
import { expect, test } from 'vitest'
import { fuzzRuns } from '../lab/test-support/long-run.ts'
import { decodeRtx, encodeRtx } from './rtp-rtx.ts'
import { decodeRtp, encodeRtp, type RtpPacket } from './rtp.ts'
import { hex } from './test-support/transport-packets.ts'

const rtx = { payloadType: 98, ssrc: 0x01020304, sequenceNumber: 0x0a0b }
const cases = [
  {
    name: 'inside a frame',
    original: '80 60 ffff 00015f90 deadbeef 419a',
    wire: '80 62 0a0b 00015f90 01020304 ffff 419a',
  },
  {
    name: 'with the marker',
    original: '80 e0 0001 00015f90 deadbeef 419a',
    wire: '80 e2 0a0b 00015f90 01020304 0001 419a',
  },
]
for (const { name, original, wire } of cases) {
  test(`encodeRtx sends a packet ${name} again`, () => expect(encodeRtx(hex(original), rtx)).toEqual(hex(wire)))
  test(`decodeRtx gives a packet ${name} back`, () => {
    expect(decodeRtx(read(hex(wire)), { payloadType: 96, ssrc: 0xdeadbeef })).toEqual({
      ok: true,
      value: read(hex(original)),
    })
  })
}

test('decodeRtx refuses a packet that is too short for a sequence number', () => {
  const probe = read(hex('80 62 0a0b 00015f90 01020304 ff'))
  const fault = { code: 'too-short', neededBytes: 2, gotBytes: 1 }
  expect(decodeRtx(probe, { payloadType: 96, ssrc: 1 })).toEqual({ ok: false, fault })
})

test('what encodeRtx made of any packet decodeRtx gives back', () => {
  const packets = fc.record({
    marker: fc.boolean(),
    payloadType: fc.integer({ min: 0, max: 127 }),
    sequenceNumber: fc.integer({ min: 0, max: 0xffff }),
    timestampTicks: fc.integer({ min: 0, max: 0xffffffff }),
    ssrc: fc.integer({ min: 0, max: 0xffffffff }),
    payload: fc.uint8Array({ maxLength: 60 }),
  })
  const property = fc.property(packets, (packet) => {
    expect(decodeRtx(read(encodeRtx(encodeRtp(packet), rtx)), packet)).toEqual({ ok: true, value: packet })
  })
  fc.assert(property, { seed: 5, numRuns: fuzzRuns(200) })
})

function read(datagram: Uint8Array): RtpPacket {
  const packet = decodeRtp(datagram)
  if (!packet.ok) throw new Error(packet.fault.code)
  return packet.value
}
