import fc from 'fast-check'
import { expect, test } from 'vitest'
import { fuzzRuns } from '../lab/test-support/long-run.ts'
import {
  encodeInterleavedFrame,
  encodeRtspMessage,
  MAX_BODY_BYTES,
  MAX_HEAD_BYTES,
  peekRequestUrl,
  RtspReader,
  type RtspEvent,
  type RtspRequest,
  type RtspResponse,
} from './rtsp-message.ts'

const bytes = (text: string): Uint8Array => Uint8Array.from(Buffer.from(text, 'latin1'))
const read = (text: string): RtspEvent[] => new RtspReader().push(bytes(text))
const request = (method: string, headers: Record<string, string>, body = ''): RtspRequest => ({
  kind: 'request',
  method,
  url: 'rtsp://h/v',
  version: '1.0',
  headers: new Map(Object.entries(headers)),
  body: bytes(body),
})

const cases: { name: string; wire: string; message: RtspRequest | RtspResponse }[] = [
  {
    name: 'a request without a body',
    wire: 'OPTIONS rtsp://h/v RTSP/1.0\r\nCSeq: 1\r\n\r\n',
    message: request('OPTIONS', { cseq: '1' }),
  },
  {
    name: 'a request with a body',
    wire: 'SET_PARAMETER rtsp://h/v RTSP/1.0\r\nCSeq: 2\r\nContent-Length: 6\r\n\r\nbar: 1',
    message: request('SET_PARAMETER', { cseq: '2', 'content-length': '6' }, 'bar: 1'),
  },
  {
    name: 'a response',
    wire: 'RTSP/1.0 200 OK\r\nCSeq: 3\r\nRTP-Info: url=rtsp://h/v;seq=1;rtptime=2\r\n\r\n',
    message: {
      kind: 'response',
      version: '1.0',
      status: 200,
      reason: 'OK',
      headers: new Map([
        ['cseq', '3'],
        ['rtp-info', 'url=rtsp://h/v;seq=1;rtptime=2'],
      ]),
      body: bytes(''),
    },
  },
]

for (const { name, wire, message } of cases) {
  test(`RtspReader reads ${name}`, () => expect(read(wire)).toEqual([message]))
  test(`encodeRtspMessage writes ${name}`, () => expect(encodeRtspMessage(message)).toEqual(bytes(wire)))
  test(`RtspReader reads ${name} that arrives byte by byte`, () => {
    const reader = new RtspReader()
    expect([...bytes(wire)].flatMap((byte) => reader.push(Uint8Array.of(byte)))).toEqual([message])
  })
}

test('RtspReader cuts pipelined requests and interleaved frames out of one chunk', () => {
  const frame = encodeInterleavedFrame(1, bytes('rtcp'))
  const chunk = Buffer.concat([...cases.map(({ wire }) => bytes(wire)), frame, bytes(cases[0]!.wire)])
  const frameEvent: RtspEvent = { kind: 'interleaved', channel: 1, payload: bytes('rtcp') }
  expect(new RtspReader().push(chunk)).toEqual([...cases.map(({ message }) => message), frameEvent, cases[0]!.message])
})

test('RtspReader waits for a body behind another message, and no longer', () => {
  const reader = new RtspReader()
  const whole = bytes(cases[0]!.wire + cases[1]!.wire)
  expect(reader.push(whole.subarray(0, -2))).toEqual([cases[0]!.message])
  expect(reader.push(whole.subarray(-2))).toEqual([cases[1]!.message])
})

test('RtspReader takes bare LF and blank lines between requests', () => {
  expect(read('\r\n\nOPTIONS rtsp://h/v RTSP/1.0\nCSeq: 1\n\n')).toEqual([request('OPTIONS', { cseq: '1' })])
})

test('RtspReader joins folded lines and repeated fields, and skips a line without a colon', () => {
  const wire = 'OPTIONS rtsp://h/v RTSP/1.0\r\nAccept: a\r\n  b\r\njunk\r\naccept: c\r\n\r\n'
  expect(read(wire)).toEqual([request('OPTIONS', { accept: 'a b, c' })])
})

test('RtspReader tells the CSeq of a request whose first line cannot be read, and goes on with the next', () => {
  const events = read(`GET / HTTP/1.1\r\nCSeq: 7\r\n\r\n${cases[0]!.wire}`)
  expect(events).toMatchObject([{ kind: 'fault', cSeq: '7', fatal: false }, { kind: 'request' }])
})

test('RtspReader is deaf after a head of more than 16 kB', () => {
  const reader = new RtspReader()
  const endless = `OPTIONS rtsp://h/v RTSP/1.0\r\nX: ${'x'.repeat(MAX_HEAD_BYTES)}`
  expect(reader.push(bytes(endless))).toMatchObject([{ kind: 'fault', fatal: true }])
  expect(reader.push(bytes(`\r\n\r\n${cases[0]!.wire}`))).toEqual([])
})

for (const length of [String(MAX_BODY_BYTES + 1), '-1', 'many', '1e3', '9'.repeat(400)]) {
  test(`RtspReader is deaf after Content-Length: ${length.slice(0, 8)}`, () => {
    const events = read(`OPTIONS rtsp://h/v RTSP/1.0\r\nCSeq: 4\r\nContent-Length: ${length}\r\n\r\n`)
    expect(events).toMatchObject([{ kind: 'fault', cSeq: '4', fatal: true }])
  })
}

test('encodeRtspMessage lets no line end out of a header value', () => {
  const text = Buffer.from(encodeRtspMessage(request('OPTIONS', { session: 'a\r\nX: y' }))).toString('latin1')
  expect(text).toBe('OPTIONS rtsp://h/v RTSP/1.0\r\nSession: a X: y\r\n\r\n')
})

test('RtspReader gives the same events for any split of any bytes', () => {
  const token = fc.constantFrom(
    '\r\n',
    '\n',
    '$',
    'OPTIONS * RTSP/1.0',
    'CSeq: 1',
    'Content-Length: 3',
    ' ',
    'RTSP/1.0 200 OK',
  )
  const anyBytes = fc.array(fc.oneof(token.map(bytes), fc.uint8Array({ maxLength: 9 })), { maxLength: 40 })
  const property = fc.property(anyBytes, fc.integer({ min: 1, max: 50 }), (parts, step) => {
    const whole = Uint8Array.from(Buffer.concat(parts))
    const reader = new RtspReader()
    const split: RtspEvent[] = []
    for (let at = 0; at < whole.length; at += step) split.push(...reader.push(whole.subarray(at, at + step)))
    expect(split).toEqual(new RtspReader().push(whole))
  })
  fc.assert(property, { seed: 1, numRuns: fuzzRuns(5000) })
})

const peeked: [text: string, seen: ReturnType<typeof peekRequestUrl>][] = [
  ['OPTIONS rtsp://h/a RTSP/1.0\r\nCSeq: 1\r\n', { url: 'rtsp://h/a', lineBytes: 29 }],
  ['PLAY  *  RTSP/1.0\n', { url: '*', lineBytes: 18 }],
  ['OPTIONS rtsp://h/a RTSP/1.0', undefined],
  ['\r\nOPTIONS rtsp://h/a RTSP/1.0\r\n', { lineBytes: 2 }],
  ['RTSP/1.0 200 OK\r\n', { lineBytes: 17 }],
]
for (const [text, seen] of peeked) {
  test(`peekRequestUrl sees ${JSON.stringify(seen)} in ${JSON.stringify(text)}`, () => {
    expect(peekRequestUrl(Buffer.from(text))).toEqual(seen)
  })
}
