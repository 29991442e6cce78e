import { expect, test } from 'vitest'
import { externalAddresses, isOnlyHere, playerCommands } from './external-players.ts'

const urls = { hls: '/hls/v1/master.m3u8', rtsp: 'rtsp://192.0.2.7:8554/v1' }
const page = 'http://192.0.2.7:8080/compare/v1?side=hls'

test('externalAddresses gives both addresses of a video, behind a link where one is told', () => {
  expect(externalAddresses({ urls, page })).toEqual({
    hls: 'http://192.0.2.7:8080/hls/v1/master.m3u8',
    rtsp: 'rtsp://192.0.2.7:8554/v1',
  })
  expect(externalAddresses({ urls, page, link: 'default' })).toEqual({
    hls: 'http://192.0.2.7:8080/link/default/hls/v1/master.m3u8',
    rtsp: 'rtsp://192.0.2.7:8554/link/default/v1',
  })
})

test('externalAddresses gives one variant alone where one is chosen', () => {
  expect(externalAddresses({ urls, page, link: 'a1', variant: '720p' })).toEqual({
    hls: 'http://192.0.2.7:8080/link/a1/hls/v1/720p/index.m3u8',
    rtsp: 'rtsp://192.0.2.7:8554/link/a1/v1/720p',
  })
})

test('externalAddresses keeps an HLS address of another origin, and leaves out what the video does not have', () => {
  const elsewhere = { hls: 'https://cdn.example/hls/v1/master.m3u8' }
  expect(externalAddresses({ urls: elsewhere, page })).toEqual({ hls: elsewhere.hls, rtsp: undefined })
})

test('players are told to take RTP over UDP where they would not by themselves', () => {
  const commands = playerCommands('rtsp', urls.rtsp).map(({ command }) => command)
  expect(commands).toEqual([
    'vlc "rtsp://192.0.2.7:8554/v1"',
    'ffplay -rtsp_transport udp "rtsp://192.0.2.7:8554/v1"',
    'mpv --rtsp-transport=udp "rtsp://192.0.2.7:8554/v1"',
    'gst-play-1.0 "rtsp://192.0.2.7:8554/v1"',
  ])
})

for (const host of ['127.0.0.1', '127.1.2.3', 'localhost', 'weir.localhost', '[::1]']) {
  test(`${host} is reached by this machine alone`, () => {
    expect(isOnlyHere(`http://${host}:8080/x`)).toBe(true)
    expect(isOnlyHere(`rtsp://${host}/x`)).toBe(true)
  })
}

for (const host of ['192.0.2.7', 'weir.example', '[2001:db8::1]', 'localhost.example']) {
  test(`${host} is reached by others too`, () => expect(isOnlyHere(`http://${host}:8080/x`)).toBe(false))
}
