import fc from 'fast-check'
import { expect, test } from 'vitest'
import { fuzzRuns } from '../lab/test-support/long-run.ts'
import { scrambledShare } from './scrambled-ts.ts'

const CLEAR = 0x10 // payload only
const EVEN_KEY = 0x90
const NO_PAYLOAD = 0xa0

function packet(control: number, pid = 0x100): number[] {
  return [0x47, pid >> 8, pid & 0xff, control, ...Array<number>(184).fill(0)]
}

for (const { name, bytes, share } of [
  { name: 'a clear stream as 0', bytes: [CLEAR, CLEAR, CLEAR].flatMap((control) => packet(control)), share: 0 },
  {
    name: 'the share of scrambled payloads',
    bytes: [CLEAR, EVEN_KEY, EVEN_KEY, EVEN_KEY].flatMap((control) => packet(control)),
    share: 0.75,
  },
  {
    name: 'neither null packets nor those without a payload',
    bytes: [...packet(CLEAR), ...packet(EVEN_KEY, 0x1fff), ...packet(NO_PAYLOAD)],
    share: 0,
  },
  {
    name: 'packets with a time before each',
    bytes: [EVEN_KEY, EVEN_KEY, CLEAR].flatMap((control) => [0, 0, 0, 0, ...packet(control)]),
    share: 2 / 3,
  },
  { name: 'two packets as no stream', bytes: [...packet(CLEAR), ...packet(CLEAR)], share: undefined },
  { name: 'nothing as no stream', bytes: [], share: undefined },
]) {
  test(`scrambledShare tells ${name}`, () => expect(scrambledShare(Uint8Array.from(bytes))).toBe(share))
}

test('scrambledShare gives a share or nothing for any bytes', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 2000 }), (bytes) => {
      const share = scrambledShare(bytes)
      return share === undefined || (share >= 0 && share <= 1)
    }),
    { seed: 13818, numRuns: fuzzRuns(200) },
  )
})
