import { expect, test } from 'vitest'
import { controlUrl, readReceiverAddress } from './receiver-address.ts'

const addresses = [
  ['rtsp://host/clip', { url: 'rtsp://host/clip', host: 'host', port: 554, isSecure: false }],
  [
    'RTSP://host:8554/a/b?repair=rtx',
    { url: 'rtsp://host:8554/a/b?repair=rtx', host: 'host', port: 8554, isSecure: false },
  ],
  ['rtsp://[::1]:8554/clip', { url: 'rtsp://[::1]:8554/clip', host: '::1', port: 8554, isSecure: false }],
  [
    'rtsp://me:p%40ss:word@host/clip',
    {
      url: 'rtsp://host/clip',
      host: 'host',
      port: 554,
      isSecure: false,
      credentials: { username: 'me', password: 'p@ss:word' },
    },
  ],
  ['rtsps://host/clip', { url: 'rtsps://host/clip', host: 'host', port: 322, isSecure: true }],
  ['RTSPS://host:1/', { url: 'rtsps://host:1/', host: 'host', port: 1, isSecure: true }],
  [
    'rtsp://me@host',
    { url: 'rtsp://host', host: 'host', port: 554, isSecure: false, credentials: { username: 'me', password: '' } },
  ],
] as const
for (const [text, address] of addresses) {
  test(`readReceiverAddress reads ${text}`, () => expect(readReceiverAddress(text)).toEqual(address))
}

for (const text of [
  'http://host/clip',
  'rtsp://',
  'rtsp://host:0/',
  'rtsp://host:65536/',
  'rtsp://%@host/',
  'clip',
  '',
]) {
  test(`readReceiverAddress refuses "${text}"`, () => expect(readReceiverAddress(text)).toBeUndefined())
}

test('controlUrl appends what is relative to the base, and keeps what is absolute', () => {
  expect(controlUrl('rtsp://host/clip/', 'stream=0')).toBe('rtsp://host/clip/stream=0')
  expect(controlUrl('rtsp://host/clip', '/track1')).toBe('rtsp://host/clip/track1')
  expect(controlUrl('rtsp://host/clip', 'rtsp://host/other')).toBe('rtsp://host/other')
  expect(controlUrl('rtsps://host/clip', 'rtsps://host/other')).toBe('rtsps://host/other')
  expect(controlUrl('rtsp://host/clip/', '*')).toBe('rtsp://host/clip/')
})
