import { expect, test } from 'vitest'
import { readPresentationWish } from './presentation-wish.ts'

for (const [query, wish] of [
  ['', { payload: 'h264', isLive: false }],
  ['?payload=mp2t', { payload: 'mp2t', isLive: false }],
  ['?live=loop&payload=mp2t', { payload: 'mp2t', isLive: true }],
  ['?payload=h264&live=loop&token=abc', { payload: 'h264', isLive: true }],
  ['?payload=vp8', undefined],
  ['?live=', undefined],
] as const) {
  test(`readPresentationWish reads "${query}"`, () => expect(readPresentationWish(query)).toEqual(wish))
}
