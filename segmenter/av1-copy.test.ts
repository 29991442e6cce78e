import { expect, test } from 'vitest'
import { bytesOfDump } from './av1-copy.ts'

test('bytesOfDump reads the bytes that ffprobe shows, and not the text beside them', () => {
  const dump = `
00000000: 8100 0c00 0a0b 0000 0002 a7ff cd6a a030  .............j.0
00000010: 4041 42                                  @AB
`
  expect(Buffer.from(bytesOfDump(dump)).toString('hex')).toBe('81000c000a0b00000002a7ffcd6aa030404142')
  expect(bytesOfDump('')).toHaveLength(0)
})
