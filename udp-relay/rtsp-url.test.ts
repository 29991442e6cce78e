import fc from 'fast-check'
import { expect, test } from 'vitest'
import { fuzzRuns } from '../lab/test-support/long-run.ts'
import { readRtspAddress, trackUrl, type RtspAddress } from './rtsp-url.ts'

const video: RtspAddress = { base: 'rtsp://127.0.0.1:8554', videoId: 'abc', query: '' }
const cases: { url: string; address: RtspAddress }[] = [
  { url: 'rtsp://127.0.0.1:8554/abc', address: video },
  { url: 'rtsp://127.0.0.1:8554/abc/', address: video },
  { url: 'rtsp://127.0.0.1:8554/abc/720p', address: { ...video, variant: '720p' } },
  { url: 'rtsp://127.0.0.1:8554/abc/trackID=1', address: { ...video, trackIndex: 1 } },
  {
    url: 'rtsp://127.0.0.1:8554/abc/720p/trackID=0?a=b',
    address: { ...video, variant: '720p', trackIndex: 0, query: '?a=b' },
  },
  { url: 'rtsp://127.0.0.1:8554/abc?a=b/trackID=0', address: { ...video, trackIndex: 0, query: '?a=b' } },
  { url: 'rtsp://127.0.0.1:8554/abc?a=b/', address: { ...video, query: '?a=b' } },
  { url: 'rtsp://127.0.0.1:8554/link/slow/abc', address: { ...video, linkId: 'slow' } },
  {
    url: 'rtsp://127.0.0.1:8554/link/slow/abc/720p/trackID=0?a=b',
    address: { ...video, linkId: 'slow', variant: '720p', trackIndex: 0, query: '?a=b' },
  },
  { url: 'rtsp://[::1]:8554/a%20b', address: { base: 'rtsp://[::1]:8554', videoId: 'a b', query: '' } },
]
for (const { url, address } of cases) {
  test(`readRtspAddress reads ${url}`, () => expect(readRtspAddress(url)).toEqual(address))
}

for (const url of [
  '*',
  '',
  '/abc',
  'http://h/abc',
  'rtsp://h',
  'rtsp://h/',
  'rtsp:///abc',
  'rtsp://h/a/b/c',
  'rtsp://h/link/a',
  'rtsp://h/link/a/b/c/d',
  'rtsp://h/%zz',
]) {
  test(`readRtspAddress finds no address in "${url}"`, () => expect(readRtspAddress(url)).toBeUndefined())
}

test('trackUrl writes what readRtspAddress reads', () => {
  const address = { ...video, linkId: 'my link', videoId: 'a/b ?', query: '?a=b' }
  const written = 'rtsp://127.0.0.1:8554/link/my%20link/a%2Fb%20%3F/720p/trackID=1?a=b'
  expect(trackUrl(address, '720p', 1)).toBe(written)
  expect(readRtspAddress(trackUrl(address, '720p', 1))).toEqual({ ...address, variant: '720p', trackIndex: 1 })
})

test('readRtspAddress takes any text', () => {
  const pieces = fc.constantFrom('rtsp://', 'h', '/', '?', '%', '/trackID=', '9', '#', '..')
  const property = fc.property(fc.array(fc.oneof(pieces, fc.string({ maxLength: 3 }))), (parts) => {
    expect(() => readRtspAddress(parts.join(''))).not.toThrow()
  })
  fc.assert(property, { seed: 4, numRuns: fuzzRuns(500) })
})
