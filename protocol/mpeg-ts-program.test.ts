import { expect, test } from 'vitest'
import { concatBytes } from './bytes.ts'
import { findProgram } from './mpeg-ts-program.ts'
import { hex, tablePacket, withCrc } from './test-support/transport-packets.ts'

const PAT = withCrc('00 b00d 0001 c1 00 00 0001 f000')
const PMT = withCrc('02 b017 0001 c1 00 00 e100 f000 1b e100 f000 0f e101 f000')
const usual = { ok: true, value: { pcrPid: 0x100, videoPid: 0x100, audioPid: 0x101 } }
const none = { ok: false, fault: { code: 'unsupported', what: 'a transport stream without a program map' } }

const find = (...packets: Uint8Array[]) => findProgram(concatBytes(packets))

test('findProgram follows the table of programs to the first map', () => {
  expect(find(tablePacket(0, PAT), tablePacket(0x1000, PMT))).toEqual(usual)
})

test('findProgram knows no map before the table of programs has told its PID', () => {
  expect(find(tablePacket(0x1000, PMT), tablePacket(0, PAT))).toEqual(none)
  expect(find(tablePacket(0x1000, PMT), tablePacket(0, PAT), tablePacket(0x1000, PMT))).toEqual(usual)
})

test('findProgram passes over the network PID in front of the programs', () => {
  const pat = withCrc('00 b011 0001 c1 00 00 0000 e010 0001 f000')
  expect(find(tablePacket(0, pat), tablePacket(0x1000, PMT))).toEqual(usual)
})

test('findProgram takes the first stream of each type, behind descriptors', () => {
  const streams = '06 e0ff f003 aabbcc 1b e100 f002 2801 1b e110 f000 0f e101 f000 0f e111 f000'
  const pmt = withCrc(`02 b02d 0001 c1 00 00 e0aa f002 1234 ${streams}`)
  expect(find(tablePacket(0, PAT), tablePacket(0x1000, pmt))).toEqual({
    ...usual,
    value: { ...usual.value, pcrPid: 0xaa },
  })
})

test('findProgram tells only the streams that are there', () => {
  const pmt = withCrc('02 b012 0001 c1 00 00 e101 f000 0f e101 f000')
  expect(find(tablePacket(0, PAT), tablePacket(0x1000, pmt))).toEqual({
    ok: true,
    value: { pcrPid: 0x101, audioPid: 0x101 },
  })
})

const manyDescriptors = `02 b0df 0001 c1 00 00 e100 f0c8 ${'ab'.repeat(200)} 1b e100 f000 0f e101 f000`

test('findProgram joins a map over two packets', () => {
  const pmt = withCrc(manyDescriptors)
  const [first, second] = [tablePacket(0x1000, pmt.subarray(0, 183)), tablePacket(0x1000, pmt.subarray(183), 'goes on')]
  expect(find(tablePacket(0, PAT), first, second)).toEqual(usual)
  expect(find(tablePacket(0, PAT), second)).toEqual(none)
})

test('findProgram ends a section before the pointer field of the next', () => {
  const pmt = withCrc(manyDescriptors)
  const rest = pmt.subarray(183)
  const pointer = concatBytes([rest, hex('ff')]) // the pointer field counts them; then stuffing
  const second = tablePacket(0x1000, pointer, 'starts', rest.length)
  expect(find(tablePacket(0, PAT), tablePacket(0x1000, pmt.subarray(0, 183)), second)).toEqual(usual)
})

test('findProgram takes a map that follows another section in one packet', () => {
  const other = withCrc('42 b00d 0001 c1 00 00 0001 f000')
  expect(find(tablePacket(0, PAT), tablePacket(0x1000, concatBytes([other, PMT])))).toEqual(usual)
})

test('findProgram waits for a whole table where one bit is wrong', () => {
  const [brokenPat, brokenPmt] = [PAT.slice(), PMT.slice()]
  brokenPat[11] = 0x01 // the map's PID
  brokenPmt[12] = 0x24 // HEVC instead of H.264
  expect(find(tablePacket(0, brokenPat), tablePacket(0x1001, PMT))).toEqual(none)
  expect(find(tablePacket(0, PAT), tablePacket(0x1000, brokenPmt))).toEqual(none)
  expect(find(tablePacket(0, PAT), tablePacket(0x1000, brokenPmt), tablePacket(0x1000, PMT))).toEqual(usual)
})

test('findProgram takes HEVC where there is no H.264, and tells so', () => {
  const streams = (types: string) =>
    withCrc(`02 b0${(13 + types.replaceAll(/\s/g, '').length / 2).toString(16)} 0001 c1 00 00 e100 f000 ${types}`)
  const found = (types: string) => find(tablePacket(0, PAT), tablePacket(0x1000, streams(types)))
  expect(found('24 e100 f000')).toMatchObject({ value: { videoPid: 0x100, videoCodec: 'h265' } })
  expect(found('24 e100 f000 1b e102 f000')).toEqual({ ok: true, value: { pcrPid: 0x100, videoPid: 0x102 } })
})
