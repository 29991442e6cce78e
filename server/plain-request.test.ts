import { expect, test } from 'vitest'
import { readPlainRequest } from './plain-request.ts'

const read = (...lines: string[]) => readPlainRequest(Buffer.from(`${lines.join('\r\n')}\r\n\r\n`, 'latin1'))
const LINE = 'GET /hls/v7/a.ts HTTP/1.1'
const HOST = 'Host: a'

test('a request for the whole of a file is read', () => {
  const request = read(LINE, HOST, 'Accept-Encoding: gzip, br', 'Connection: Keep-Alive', 'Sec-Fetch-Mode: cors')
  expect(request).toMatchObject({ method: 'GET', target: '/hls/v7/a.ts' })
  expect(request?.fields.whole).toEqual({ 'accept-encoding': 'gzip, br' })
})

test('what a connection says again is not read again', () => {
  const first = read(LINE, HOST)
  const again = readPlainRequest(Buffer.from(`GET /b HTTP/1.1\r\n${HOST}\r\n\r\n`), first?.fields)
  expect(again?.fields).toBe(first?.fields)
  expect(again?.target).toBe('/b')
})

const moreThanWhole: readonly string[] = [
  'Range: bytes=0-1',
  'If-None-Match: "a"',
  'Cookie: a=b',
  'CMCD-Session: sid="a"',
  'Authorization: Bearer a',
  'Host: b',
]
test.each(moreThanWhole)('with "%s" it is a request of its own, which Node answers', (field) => {
  expect(read(LINE, HOST, field)?.fields.whole).toBeUndefined()
  expect(read(LINE, HOST, field)?.target).toBe('/hls/v7/a.ts')
})

const doubtful: readonly [string, ...string[]][] = [
  ['a body', LINE, HOST, 'Content-Length: 0'],
  ['a body in pieces', LINE, HOST, 'Transfer-Encoding: chunked'],
  ['an upgrade', LINE, HOST, 'Connection: Upgrade', 'Upgrade: websocket'],
  ['the last of its connection', LINE, HOST, 'Connection: close'],
  ['another method', 'POST /hls/v7/a.ts HTTP/1.1', HOST],
  ['another version', 'GET /hls/v7/a.ts HTTP/1.0', HOST],
  ['a whole address', 'GET http://a/hls/v7/a.ts HTTP/1.1', HOST],
  ['no host', LINE, 'Accept: */*'],
  ['a folded line', LINE, HOST, 'Accept: a', ' b'],
  ['a bare line feed', LINE, `${HOST}\nTransfer-Encoding: chunked`],
  ['a space before the colon', LINE, HOST, 'Content-Length : 5'],
  ['a NUL', LINE, HOST, 'Accept: \0'],
  ['too much', LINE, HOST, `Accept: ${'a'.repeat(4096)}`],
]
test.each(doubtful)('%s is left to Node', (_, ...lines) => {
  expect(read(...lines)).toBeUndefined()
})

test.each([
  ['the beginning of a head', `${LINE}\r\nHost: a\r\n`],
  ['two requests at once', `${LINE}\r\nHost: a\r\n\r\n${LINE}\r\nHost: a\r\n\r\n`],
  ['a head and more', `${LINE}\r\nHost: a\r\n\r\nGET`],
  ['nothing', ''],
])('%s is left to Node, too', (_, text) => {
  expect(readPlainRequest(Buffer.from(text))).toBeUndefined()
})
