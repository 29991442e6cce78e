import fc from 'fast-check'
import { expect, test } from 'vitest'
import { MAX_HEAD_BYTES } from './rtsp-message.ts'
import { readTunnelOpening } from './tunnel-opening.ts'

const bytesOf = (text: string): Uint8Array => Uint8Array.from(text, (character) => character.charCodeAt(0))

// As ffmpeg 5.1 and GStreamer 1.22 send them.
const get = 'GET /clip/240p?a=b HTTP/1.1\r\nHost: 127.0.0.1:8554\r\nx-sessioncookie: 36170e4356a3c4d7\r\n\r\n'
const post = 'POST /clip HTTP/1.0\r\nx-sessioncookie: lcajkbnxkgqwbdqarramqxv\r\nContent-Length: 32767\r\n\r\n'

for (const { name, text, opening } of [
  {
    name: 'the GET of ffmpeg',
    text: get,
    opening: { kind: 'http', method: 'GET', cookie: '36170e4356a3c4d7', isChunked: false, headBytes: get.length },
  },
  {
    name: 'the POST of GStreamer, with what is behind it',
    text: `${post}T1BUSU9OUyAq`,
    opening: {
      kind: 'http',
      method: 'POST',
      cookie: 'lcajkbnxkgqwbdqarramqxv',
      isChunked: false,
      headBytes: post.length,
    },
  },
  {
    name: "a browser's GET",
    text: 'GET / HTTP/1.1\n\n',
    opening: { kind: 'http', method: 'GET', cookie: undefined, isChunked: false, headBytes: 16 },
  },
  {
    name: 'a cookie that is none, and a body in chunks',
    text: 'POST / HTTP/1.1\nX-SessionCookie: a b\nTransfer-Encoding: chunked\n\n',
    opening: { kind: 'http', method: 'POST', cookie: undefined, isChunked: true, headBytes: 65 },
  },
  { name: 'nothing', text: '', opening: { kind: 'unfinished' } },
  { name: 'half a method', text: 'GE', opening: { kind: 'unfinished' } },
  { name: 'half a line', text: 'POST /clip HT', opening: { kind: 'unfinished' } },
  { name: 'half a head', text: 'GET / HTTP/1.1\r\nx-sess', opening: { kind: 'unfinished' } },
  { name: 'a method of RTSP', text: 'OPT', opening: { kind: 'rtsp' } },
  { name: 'GET_PARAMETER', text: 'GET_PARAMETER rtsp://h/clip RTSP/1.0\r\n', opening: { kind: 'rtsp' } },
  { name: 'a GET of RTSP', text: 'GET rtsp://h/clip RTSP/1.0\r\n', opening: { kind: 'rtsp' } },
  { name: 'interleaved bytes', text: '$\x00', opening: { kind: 'rtsp' } },
  { name: 'a line without end', text: `GET /${'x'.repeat(MAX_HEAD_BYTES)}`, opening: { kind: 'rtsp' } },
  { name: 'a head without end', text: `GET / HTTP/1.0\n${'x'.repeat(MAX_HEAD_BYTES)}`, opening: { kind: 'rtsp' } },
]) {
  test(`readTunnelOpening reads ${name}`, () => expect(readTunnelOpening(bytesOf(text))).toEqual(opening))
}

test('readTunnelOpening says the same however much has come, once it says something', () => {
  const texts = fc.constantFrom(get, post, 'GET / HTTP/2.0\r\n', 'PLAY rtsp://h RTSP/1.0\r\n\r\n')
  const inputs = fc.oneof(texts.map(bytesOf), fc.uint8Array({ maxLength: 40 }))
  fc.assert(
    fc.property(inputs, (bytes) => {
      const openings = Array.from({ length: bytes.length + 1 }, (_, end) => readTunnelOpening(bytes.subarray(0, end)))
      const first = openings.find(({ kind }) => kind !== 'unfinished')
      expect(openings.filter(({ kind }) => kind !== 'unfinished')).toSatisfy((told: unknown[]) =>
        told.every((opening) => JSON.stringify(opening) === JSON.stringify(first)),
      )
    }),
    { seed: 9 },
  )
})
