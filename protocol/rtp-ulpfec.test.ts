import fc from 'fast-check'
import { expect, test } from 'vitest'
import { fuzzRuns } from '../lab/test-support/long-run.ts'
import { encodeRtp } from './rtp.ts'
import { decodeParity, MAX_PARITY_GROUP, ParityGroup, recoverPacket } from './rtp-ulpfec.ts'
import { hex } from './test-support/transport-packets.ts'

const SSRC = 0xdeadbeef
const first = hex('80 60 ffff 00015f90 deadbeef 419a01')
const second = hex('80 e0 0000 00016da0 deadbeef 5555')
/** Of those two: headers, and what follows them with the shorter one filled up. */
const wire = hex('00 80 ffff 00003230 0001 0003 c000 14cf01')

function parityOf(packets: readonly Uint8Array[]): Uint8Array {
  const group = new ParityGroup()
  for (const packet of packets) group.add(packet)
  return group.take()
}

function decode(payload: Uint8Array) {
  const parity = decodeParity(payload)
  if (!parity.ok) throw new Error(parity.fault.code)
  return parity.value
}

test('ParityGroup writes the headers of RFC 5109 before the exclusive or of its packets, over the wrap', () => {
  expect(parityOf([first, second])).toEqual(hex('00 80 ffff 00003230 0001 0003 c000 14cf01'))
})

test('ParityGroup begins anew with each group, also with longer packets than ever before', () => {
  const group = new ParityGroup()
  group.add(hex(`80 60 0001 00000000 deadbeef ${'ff'.repeat(2000)}`))
  expect(group.take()).toHaveLength(14 + 2000)
  group.add(first)
  group.add(second)
  expect(group.packets).toBe(2)
  expect(group.take()).toEqual(wire)
  expect(group.packets).toBe(0)
})

test('ParityGroup takes 16 packets, and no more', () => {
  const group = new ParityGroup()
  for (let packet = 0; packet < MAX_PARITY_GROUP; packet += 1) group.add(first)
  expect(() => group.add(first)).toThrow('a parity packet protects 16 at most')
  expect(decode(group.take()).sequenceNumbers).toHaveLength(16)
})

test('decodeParity reads which packets are protected, by a short mask and by a long one', () => {
  expect(decode(wire)).toEqual({
    sequenceNumbers: [0xffff, 0],
    flags: 0,
    markerAndType: 0x80,
    timestampTicks: 0x3230,
    lengthBytes: 1,
    payload: hex('14cf01'),
  })
  const long = hex('40 80 ffff 00003230 0001 0003 800000000001 14cf01')
  expect(decode(long).sequenceNumbers).toEqual([0xffff, 46])
})

const refusals = [
  ['a header that is cut', '00 80 ffff 00003230 00', { code: 'too-short', neededBytes: 10, gotBytes: 9 }],
  ['a mask that is cut', '40 80 ffff 00003230 0001 0003 c000', { code: 'too-short', neededBytes: 18, gotBytes: 14 }],
  [
    'less than it says',
    '00 80 ffff 00003230 0001 0003 c000 14cf',
    { code: 'bad-length', statedBytes: 17, gotBytes: 16 },
  ],
  [
    'an extension',
    '80 80 ffff 00003230 0001 0000 c000',
    { code: 'unsupported', what: 'an extension of the FEC header' },
  ],
  [
    'an empty mask',
    '00 80 ffff 00003230 0001 0000 0000',
    { code: 'unsupported', what: 'a parity packet that protects nothing' },
  ],
] as const
for (const [name, bytes, fault] of refusals) {
  test(`decodeParity refuses ${name}`, () => expect(decodeParity(hex(bytes))).toEqual({ ok: false, fault }))
}

test('recoverPacket gives back whichever of the two is missing', () => {
  const parity = decode(wire)
  expect(recoverPacket(parity, { sequenceNumber: 0xffff, ssrc: SSRC }, [second])).toEqual(first)
  expect(recoverPacket(parity, { sequenceNumber: 0, ssrc: SSRC }, [first])).toEqual(second)
})

test('recoverPacket gives nothing where the lengths cannot be right', () => {
  const parity = decode(wire)
  const stranger = hex('80 60 0000 00000000 deadbeef 00000000')
  expect(recoverPacket(parity, { sequenceNumber: 0xffff, ssrc: SSRC }, [stranger])).toBeUndefined()
})

test('any one packet of any group comes back as it was', () => {
  const packets = fc.array(
    fc.record({
      marker: fc.boolean(),
      payloadType: fc.integer({ min: 0, max: 127 }),
      timestampTicks: fc.integer({ min: 0, max: 0xffffffff }),
      payload: fc.uint8Array({ maxLength: 60 }),
    }),
    { minLength: 1, maxLength: MAX_PARITY_GROUP },
  )
  const property = fc.property(packets, fc.nat(0xffff), fc.nat(), (group, base, choice) => {
    const sent = group.map((packet, index) =>
      encodeRtp({ ...packet, sequenceNumber: (base + index) & 0xffff, ssrc: SSRC }),
    )
    const parity = decode(parityOf(sent))
    const missing = choice % sent.length
    const others = sent.filter((_, index) => index !== missing)
    const sequenceNumber = parity.sequenceNumbers[missing] as number
    expect(recoverPacket(parity, { sequenceNumber, ssrc: SSRC }, others)).toEqual(sent[missing])
  })
  fc.assert(property, { seed: 5, numRuns: fuzzRuns(500) })
})

test('decodeParity and recoverPacket take any bytes', () => {
  const datagrams = fc.array(fc.uint8Array({ minLength: 12, maxLength: 30 }), { maxLength: 4 })
  const property = fc.property(fc.uint8Array({ maxLength: 60 }), datagrams, (payload, others) => {
    const parity = decodeParity(payload)
    if (!parity.ok) return
    expect(parity.value.sequenceNumbers.length).toBeLessThanOrEqual(48)
    const packet = recoverPacket(parity.value, { sequenceNumber: 1, ssrc: 2 }, others)
    expect(packet?.length ?? 12).toBeLessThanOrEqual(12 + parity.value.payload.length)
  })
  fc.assert(property, { seed: 5, numRuns: fuzzRuns(5000) })
})
