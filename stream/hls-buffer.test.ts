import { expect, test } from 'vitest'
import { hlsJsBufferSeconds } from './hls-buffer.ts'

for (const [bandwidth, seconds] of [
  [48_000_000, 30],
  [5_000_000, 96],
  [480_000, 600],
] as const) {
  test(`hlsJsBufferSeconds is ${seconds} s at ${bandwidth} bit/s`, () => {
    expect(hlsJsBufferSeconds(bandwidth)).toBe(seconds)
  })
}
