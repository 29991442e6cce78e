import { expect, test } from 'vitest'
import { weirAddressOf } from './watched-network.ts'

const rows: [url: string, origin: string | undefined, api: string, through: string][] = [
  ['http://h:8080/hls/a/master.m3u8?x=1', undefined, 'http://h:8080', 'http://h:8080/link/L/hls/a/master.m3u8?x=1'],
  ['https://h/hls/~t/a/720p/index.m3u8', undefined, 'https://h', 'https://h/link/L/hls/~t/a/720p/index.m3u8'],
  ['rtsp://h:8554/a/720p?repair=rtx', undefined, 'http://h:8080', 'rtsp://h:8554/link/L/a/720p?repair=rtx'],
  ['rtsps://u:p@[::1]/a', undefined, 'http://[::1]:8080', 'rtsps://u:p@[::1]/link/L/a'],
  ['rtsp://h/a', 'https://other', 'https://other', 'rtsp://h/link/L/a'],
]
for (const [url, origin, api, through] of rows) {
  test(`weirAddressOf finds the API of ${url}, and its way through a link`, () => {
    const weir = weirAddressOf(url, origin)
    expect([weir?.origin, weir?.through('L')]).toEqual([api, through])
  })
}

for (const url of [
  'http://h/live.m3u8',
  'http://h/link/x/hls/a/master.m3u8',
  'rtsp://h/link/x/a',
  'rtsp://h/',
  'rtsp://',
]) {
  test(`weirAddressOf knows ${url} for none that a link could be put before`, () => {
    expect(weirAddressOf(url, undefined)).toBeUndefined()
  })
}
