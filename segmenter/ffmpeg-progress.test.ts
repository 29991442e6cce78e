import { expect, test } from 'vitest'
import { FfmpegProgressReader } from './ffmpeg-progress.ts'

const block = (microseconds: string): string =>
  `frame=1\nout_time_us=${microseconds}\nout_time_ms=1\nprogress=continue\n`

test('FfmpegProgressReader tells the media time at the end of each block', () => {
  const reader = new FfmpegProgressReader()
  expect(reader.push(block('1500000'))).toBe(1.5)
  expect(reader.push('frame=2\nout_time_us=20')).toBeUndefined()
  expect(reader.push('00000\nprogress=end\n')).toBe(2)
})

test('FfmpegProgressReader keeps the last time while ffmpeg knows none', () => {
  const reader = new FfmpegProgressReader()
  expect(reader.push(block('N/A'))).toBe(0)
  reader.push(block('3000000'))
  expect(reader.push(block('N/A'))).toBe(3)
})
