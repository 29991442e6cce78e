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
  ['?repair=fec', { ...plain, fecGroupPackets: 8 }],
  ['?repair=fec&fecGroup=2', { ...plain, fecGroupPackets: 2 }],
  ['?repair=fec&fecGroup=16', { ...plain, fecGroupPackets: 16 }],
  ['?fecGroup=4', plain],
  ['?repair=fec&fecGroup=1', undefined],
  ['?repair=fec&fecGroup=17', undefined],
  ['?repair=fec&fecGroup=8.5', undefined],
  ['?repair=fec&fecGroup=', undefined],
  ['?repair=xor', undefined],
] as const) {
  test(`readPresentationWish reads "${query}"`, () => expect(readPresentationWish(query)).toEqual(wish))
}
