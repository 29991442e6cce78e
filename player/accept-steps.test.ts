import { expect, test } from 'vitest'
import { acceptSteps, fieldOf } from './accept-steps.ts'

test('acceptSteps goes the way of the example of RFC 6455 section 1.3', async () => {
  expect(await acceptSteps('dGhlIHNhbXBsZSBub25jZQ==')).toEqual({
    key: 'dGhlIHNhbXBsZSBub25jZQ==',
    joined: 'dGhlIHNhbXBsZSBub25jZQ==258EAFA5-E914-47DA-95CA-C5AB0DC85B11',
    sha1Hex: 'b37a4f2cc0624f1690f64606cf385945b2bec4ea',
    accept: 's3pPLMBiTxaQ9kYGzzhZRbK+xOo=',
  })
})

test('fieldOf finds a field in any case, and none that only begins alike', () => {
  const head = 'GET / HTTP/1.1\r\nsec-websocket-key: abc\r\nSec-WebSocket-Key-Other: x'
  expect(fieldOf(head, 'Sec-WebSocket-Key')).toBe('abc')
  expect(fieldOf(head, 'Sec-WebSocket')).toBeUndefined()
})
