import { expect, test } from 'vitest'
import { hex } from '../protocol/test-support/transport-packets.ts'
import { beginningOf } from './interleaved-sink.ts'

const H264_IDR = hex('65 88aa')
const HEVC_IDR = hex('2801 ac21')
const HEVC_TRAILING = hex('0201 d021')
const TRANSPORT = hex('47 0100 10')

for (const [codec, payloads] of [
  ['avc1.64001f', [true, false, false]],
  ['hev1.1.6.L60.90', [false, true, false]],
  ['mp2t', [true, true, true]], // a transport packet does not tell
] as const) {
  test(`beginningOf: after a gap a viewer of ${codec} goes on with what its decoder can begin with`, () => {
    const canBegin = beginningOf(codec)
    expect([H264_IDR, HEVC_IDR, HEVC_TRAILING].map(canBegin)).toEqual(payloads)
    if (codec === 'mp2t') expect(canBegin(TRANSPORT)).toBe(true)
  })
}

test('beginningOf: sound can begin anywhere', () => {
  expect(beginningOf('mp4a.40.2')(HEVC_TRAILING)).toBe(true)
})
