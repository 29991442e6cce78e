import { expect, test } from 'vitest'
import { beginsKeyframe } from './rtp-video.ts'

const payloads: readonly { readonly what: string; readonly bytes: number[]; readonly begins: boolean }[] = [
  { what: 'an IDR slice', bytes: [0x65, 1], begins: true },
  { what: 'a sequence parameter set', bytes: [0x67, 1], begins: true },
  { what: 'a slice of another picture', bytes: [0x41, 1], begins: false },
  { what: 'a STAP-A of SPS and PPS', bytes: [0x18, 0, 2, 0x67, 1, 0, 2, 0x68, 1], begins: true },
  { what: 'a STAP-A of SEI and a slice', bytes: [0x18, 0, 2, 0x06, 1, 0, 2, 0x41, 1], begins: false },
  { what: 'the first FU-A of an IDR slice', bytes: [0x7c, 0x85, 1], begins: true },
  { what: 'a later FU-A of an IDR slice', bytes: [0x7c, 0x05, 1], begins: false },
  { what: 'the first FU-A of another slice', bytes: [0x7c, 0x81, 1], begins: false },
  { what: 'no payload at all', bytes: [], begins: false },
]
for (const { what, bytes, begins } of payloads) {
  test(`beginsKeyframe says ${begins} to ${what}`, () => expect(beginsKeyframe(Uint8Array.from(bytes))).toBe(begins))
}
