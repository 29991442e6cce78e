import { expect, test } from 'vitest'
import { readLinkAddress } from './link-address.ts'

const cases: [url: string, address: ReturnType<typeof readLinkAddress>][] = [
  ['/link/default/hls/a/master.m3u8?x=1', { linkId: 'default', path: '/hls/a/master.m3u8' }],
  ['/link/0f-1e/hls/', { linkId: '0f-1e', path: '/hls/' }],
  ['/link/a/api/events', { linkId: 'a', path: '/api/events' }],
  ['/link/a', undefined],
  ['/link/a?x=/hls/b', undefined],
  ['/link//hls/a', undefined],
  ['/link/../hls/a', undefined],
  ['/link/%2e/hls/a', undefined],
  ['/hls/link/a/b', undefined],
]
for (const [url, address] of cases) {
  test(`readLinkAddress reads ${url}`, () => expect(readLinkAddress(url)).toEqual(address))
}
