import fc from 'fast-check'
import { expect, test } from 'vitest'
import { fuzzRuns } from '../lab/test-support/long-run.ts'
import { BitWriter } from './bit-writer.ts'
import { h265CodecString } from './h265-profile.ts'
import { readH265Sps } from './h265-sps.ts'
import { withEmulationPrevention } from './test-support/emulation-prevention.ts'
import { hex } from './test-support/transport-packets.ts'

const X265_360P = '42010101600000030090000003000003003fa005020171f2e595952930bc05a020000003002000000303c1'

test('readH265Sps reads 360p30 of Main profile as x265 writes it', () => {
  const sps = readH265Sps(hex(X265_360P))
  expect(sps).toEqual({
    ok: true,
    value: {
      profile: {
        profileSpace: 0,
        isHighTier: false,
        profileIdc: 1,
        compatibilityFlags: 0x6000_0000,
        constraintBytes: [0x90, 0, 0, 0, 0, 0],
        levelIdc: 63,
      },
      highestTemporalId: 0,
      chromaFormatIdc: 1,
      separateColourPlanes: false,
      lumaBits: 8,
      chromaBits: 8,
      widthPixels: 640,
      heightPixels: 360,
      log2MaxPictureOrder: 8,
      reorderFrames: 2,
      referenceSets: [],
      framesPerSecond: 30,
    },
  })
})

const profile = {
  profileSpace: 0,
  isHighTier: false,
  profileIdc: 1,
  compatibilityFlags: 0x6000_0000,
  constraintBytes: [0x90, 0, 0, 0, 0, 0],
  levelIdc: 93,
}
for (const [name, changes, codec] of [
  ['Main', {}, 'hev1.1.6.L93.90'],
  ['Main 10', { profileIdc: 2, compatibilityFlags: 0x2000_0000, levelIdc: 120 }, 'hev1.2.4.L120.90'],
  ['a high tier in profile space 2', { profileSpace: 2, isHighTier: true }, 'hev1.B1.6.H93.90'],
  ['no constraints', { constraintBytes: [0, 0, 0, 0, 0, 0] }, 'hev1.1.6.L93'],
  ['constraints with zeros between', { constraintBytes: [0xb0, 0, 4, 0, 0, 0] }, 'hev1.1.6.L93.B0.0.4'],
  ['the lowest flag', { compatibilityFlags: 1 }, 'hev1.1.80000000.L93.90'],
] as const) {
  test(`h265CodecString writes ${name}`, () => expect(h265CodecString({ ...profile, ...changes })).toBe(codec))
}

test('readH265Sps passes over sub-layers, scaling lists, PCM, long-term references and a cropped 4:2:2', () => {
  const bits = new BitWriter()
  const golomb = (value: number): void => {
    const length = Math.floor(Math.log2(value + 1))
    bits.bits(0, length)
    bits.bits(value + 1, length + 1)
  }
  const golombs = (...values: number[]): void => values.forEach(golomb)
  const flags = (...values: (0 | 1)[]): void => values.forEach((value) => bits.bits(value, 1))
  bits.bits(0, 4)
  bits.bits(2, 3) // sps_max_sub_layers_minus1
  flags(1)
  bits.bits(2, 8) // profile 2
  bits.bits(0x2000_0000, 32)
  for (let byte = 0; byte < 6; byte += 1) bits.bits(0, 8)
  bits.bits(120, 8)
  flags(1, 1, 0, 1) // profile and level of sub-layer 0, level of sub-layer 1
  bits.bits(0, 12) // reserved
  for (let byte = 0; byte < 11; byte += 1) bits.bits(0xff, 8)
  bits.bits(90, 8)
  bits.bits(93, 8)
  golombs(0, 2, 1920, 1088) // id, 4:2:2, size
  flags(1)
  golombs(0, 0, 0, 8) // in 4:2:2 a line is a unit
  golombs(2, 2, 4) // 10 bits, 8 bits of picture order
  flags(1)
  golombs(2, 0, 0, 3, 1, 0, 4, 3, 0) // three sub-layers: the highest reorders three
  golombs(0, 3, 0, 3, 0, 0)
  flags(1, 1)
  for (let matrix = 0; matrix < 20; matrix += 1) {
    flags(0) // scaling_list_pred_mode_flag
    golomb(0)
  }
  flags(1, 1, 1) // amp, sao, pcm
  bits.bits(0x77, 8)
  golombs(0, 2)
  flags(0)
  golomb(2) // reference sets
  golombs(1, 1) // the first: one before, one after
  golomb(0)
  flags(1)
  golomb(1)
  flags(0)
  flags(1, 1) // the second is predicted: everything one further back
  golomb(0)
  flags(1, 1, 0, 0) // -1 used; +2 used; the picture itself: neither used nor kept
  flags(1)
  golomb(1) // long-term references
  bits.bits(7, 8)
  flags(1, 0, 0)
  flags(0, 1) // no VUI; the stop bit
  const sps = readH265Sps(withEmulationPrevention(Uint8Array.of(0x42, 1, ...bits.bytes())))
  expect(sps).toMatchObject({
    ok: true,
    value: {
      profile: { profileIdc: 2, levelIdc: 120 },
      highestTemporalId: 2,
      chromaFormatIdc: 2,
      widthPixels: 1920,
      heightPixels: 1080,
      lumaBits: 10,
      log2MaxPictureOrder: 8,
      reorderFrames: 3,
      referenceSets: [
        { before: [{ distance: -1, isUsed: true }], after: [{ distance: 2, isUsed: false }] },
        { before: [{ distance: -2, isUsed: true }], after: [{ distance: 1, isUsed: true }] },
      ],
    },
  })
})

for (const [name, wire, code] of [
  ['another NAL unit', '4401c073c189', 'unsupported'],
  ['a cut SPS', X265_360P.slice(0, 50), 'too-short'],
  ['no bytes', '', 'unsupported'],
] as const) {
  test(`readH265Sps refuses ${name}`, () => {
    expect(readH265Sps(hex(wire))).toMatchObject({ ok: false, fault: { code } })
  })
}

test('readH265Sps answers any bytes, with sizes in their bounds', () => {
  const damaged = fc
    .tuple(fc.nat(45), fc.nat(255), fc.nat(60))
    .map(([at, byte, length]) => hex(X265_360P).with(Math.min(at, 42), byte).subarray(0, length))
  const any = fc.uint8Array({ maxLength: 200 }).map((bytes) => Uint8Array.of(0x42, 1, ...bytes))
  const outcomes = { read: 0, refused: 0 }
  fc.assert(
    fc.property(fc.oneof(damaged, any), (nal) => {
      const sps = readH265Sps(nal)
      outcomes[sps.ok ? 'read' : 'refused'] += 1
      if (!sps.ok) return
      expect(sps.value.widthPixels).toBeGreaterThan(0)
      expect(sps.value.heightPixels).toBeLessThanOrEqual(16_888)
      expect(sps.value.referenceSets.length).toBeLessThanOrEqual(64)
    }),
    { seed: 265, numRuns: fuzzRuns(1000) },
  )
  expect(outcomes.read).toBeGreaterThan(100)
  expect(outcomes.refused).toBeGreaterThan(100)
})
