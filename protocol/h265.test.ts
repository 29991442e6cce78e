import { expect, test } from 'vitest'
import { frameKind, frameKinds, isSlice, layerId, nalType, temporalId } from './h265.ts'
import { nalSyntaxes, videoCodecOf } from './nal-syntax.ts'
import { hex } from './test-support/transport-packets.ts'

const VPS = hex('4001 0c')
const IDR = hex('2801 ac')
const CRA = hex('2a01 ac')
const TRAIL_N = hex('0001 e0')
const TRAIL_R = hex('0201 d0')
const TSA_N = hex('0402 e0') // TemporalId 1
const RASL_N = hex('1001 e7')
const RASL_R = hex('1201 e7')
const RADL_N = hex('0c01 e7')

test('nalType, layerId and temporalId read the two bytes of a header', () => {
  expect([VPS, IDR, CRA, TSA_N].map(nalType)).toEqual([32, 20, 21, 2])
  expect([hex('41ff'), hex('4009'), VPS].map(layerId)).toEqual([63, 1, 0])
  expect([hex('0007'), TSA_N, IDR, hex('00')].map(temporalId)).toEqual([6, 1, 0, 0])
})

test('isSlice leaves out reserved types, parameter sets and nothing at all', () => {
  expect([0, 9, 16, 21].map((type) => isSlice(Uint8Array.of(type << 1, 1)))).toEqual([true, true, true, true])
  expect([10, 15, 22, 31, 32, 63].map((type) => isSlice(Uint8Array.of(type << 1, 1)))).toEqual(Array(6).fill(false))
  expect(isSlice(new Uint8Array(0))).toBe(false)
})

for (const [name, nals, highestTemporalId, kind] of [
  ['an IDR picture behind its parameter sets', [VPS, IDR], 0, 'idr'],
  ['a CRA picture', [CRA], 0, 'idr'],
  ['a BLA picture', [hex('2001 ac')], 0, 'idr'],
  ['a trailing picture that others lean on', [TRAIL_R], 0, 'reference'],
  ['one that none of its sub-layer leans on, in the only one', [TRAIL_N], 0, 'disposable'],
  ['the same below another sub-layer, whose pictures may lean on it', [TRAIL_N], 1, 'reference'],
  ['one of the highest sub-layer', [TSA_N], 1, 'disposable'],
  ['RADL_N', [RADL_N], 0, 'disposable'],
  ['one of several slices', [TRAIL_R, hex('0201 50')], 0, 'reference'],
] as const) {
  test(`frameKind: ${name} is ${kind}`, () => expect(frameKind(nals, highestTemporalId)).toBe(kind))
}

test('frameKinds: no start at an IRAP picture that RASL pictures follow, but at each of the others', () => {
  const pictures = [IDR, TRAIL_R, CRA, RASL_N, RASL_R, TRAIL_R, CRA, RADL_N, TRAIL_N].map((nal) => [nal])
  expect(frameKinds(pictures)).toEqual([
    ...['idr', 'reference', 'reference', 'disposable', 'reference', 'reference'],
    ...['idr', 'disposable', 'disposable'],
  ])
})

test('frameKinds knows the highest sub-layer of a segment by its pictures', () => {
  expect(frameKinds([[IDR], [TRAIL_N], [TSA_N]])).toEqual(['idr', 'reference', 'disposable'])
})

test('nalSyntaxes.h265 takes for padding what a decoder of the base layer passes over', () => {
  const { isPadding, isDelimiter, delimiter } = nalSyntaxes.h265
  expect([hex('4601 50'), hex('4c01 ff'), hex('40'), hex('2809 ac')].map(isPadding)).toEqual(Array(4).fill(true))
  expect([VPS, IDR, hex('4e01 05')].map(isPadding)).toEqual([false, false, false])
  expect(isDelimiter(Uint8Array.from(delimiter))).toBe(true)
})

test('videoCodecOf knows HEVC by its name, and takes all else for H.264', () => {
  expect(['hev1.1.6.L93.90', 'hvc1.2.4.L120.B0,mp4a.40.2'].map(videoCodecOf)).toEqual(['h265', 'h265'])
  expect(['avc1.64001f', '', undefined, 'hevc'].map(videoCodecOf)).toEqual(Array(4).fill('h264'))
})
