import { expect, test } from 'vitest'
import { readPresentationWish } from './presentation-wish.ts'

const plain = { payload: 'h264', isLooped: false, repairs: false, isMulticast: false }

for (const [query, wish] of [
  ['', plain],
  ['?payload=mp2t', { ...plain, payload: 'mp2t' }],
  ['?live=loop&payload=mp2t', { ...plain, payload: 'mp2t', isLooped: true }],
  ['?payload=h264&live=loop&token=abc', { ...plain, isLooped: true }],
  ['?repair=rtx', { ...plain, repairs: true }],
  ['?repair=off&multicast', { ...plain, isMulticast: true }],
  ['?payload=vp8', undefined],
  ['?live=', undefined],
  ['?repair=fec', undefined],
] as const) {
  test(`readPresentationWish reads "${query}"`, () => expect(readPresentationWish(query)).toEqual(wish))
}
