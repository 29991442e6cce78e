import { badText, type Decoded, type WireFault } from './decoded.ts'

/** Header fields by lower-case name; a field that came twice is joined by ', ' (RFC 2616 section 4.2). */
export type RtspHeaders = ReadonlyMap<string, string>

export type RtspRequest = {
  readonly kind: 'request'
  readonly method: string // case-sensitive, RFC 2326 section 6.1
  readonly url: string
  readonly version: string // '1.0'
  readonly headers: RtspHeaders
  readonly body: Uint8Array
}

export type RtspResponse = {
  readonly kind: 'response'
  readonly version: string
  readonly status: number
  readonly reason: string
  readonly headers: RtspHeaders
  readonly body: Uint8Array
}

/** A message to write: of some header fields a server sends several, such as WWW-Authenticate. */
export type WrittenRtspMessage = (Omit<RtspRequest, 'headers'> | Omit<RtspResponse, 'headers'>) & {
  readonly headers: Iterable<readonly [name: string, value: string]>
}

/** Embedded binary data, RFC 2326 section 10.12. */
export type RtspInterleavedFrame = {
  readonly kind: 'interleaved'
  readonly channel: number
  readonly payload: Uint8Array
}

/** Bytes that are no message. `cSeq` as far as it could be read, for the error reply; after a fatal one the reader is
 *  deaf, for it no longer knows where the next message begins. */
export type RtspReaderFault = {
  readonly kind: 'fault'
  readonly fault: WireFault
  readonly cSeq?: string
  readonly fatal: boolean
}

export type RtspEvent = RtspRequest | RtspResponse | RtspInterleavedFrame | RtspReaderFault

export const MAX_HEAD_BYTES = 16 * 1024
export const MAX_BODY_BYTES = 64 * 1024

const DOLLAR = 0x24
const CR = 0x0d
const LF = 0x0a
const INTERLEAVED_HEADER_BYTES = 4 // '$', channel, payload length 16 bits

type Head = Omit<RtspRequest, 'body'> | Omit<RtspResponse, 'body'>

/** Cuts the bytes of one RTSP connection into messages and interleaved frames; both ends of RFC 2326 use it.
 *  Takes any split of the bytes, pipelined messages (section 9.1), bare LF and blank lines between messages (section 4,
 *  RFC 2616 section 4.1). Holds at most one message, so its memory is bounded; never throws. */
export class RtspReader {
  #pending: Uint8Array = new Uint8Array(0)
  #searchedBytes = 0 // of `#pending`, known to hold no end of a head
  #awaitedBytes = 0 // of `#pending`, without which nothing can be cut; spares reading one head again with each byte
  #deaf = false

  push(bytes: Uint8Array): RtspEvent[] {
    const events: RtspEvent[] = []
    if (this.#deaf) return events
    this.#pending = joined(this.#pending, bytes)
    if (this.#pending.length < this.#awaitedBytes) return events
    this.#awaitedBytes = 0
    let atByte = 0
    while (!this.#deaf) {
      const next = this.#next(atByte)
      if (next.event !== undefined) events.push(next.event)
      atByte = next.atByte
      if (next.event === undefined) break
    }
    this.#searchedBytes -= Math.min(this.#searchedBytes, atByte)
    this.#awaitedBytes -= Math.min(this.#awaitedBytes, atByte)
    this.#pending = this.#deaf ? new Uint8Array(0) : this.#pending.slice(atByte)
    return events
  }

  /** The event that begins at `atByte`, if all its bytes are here, and where the next one begins. */
  #next(atByte: number): { readonly event?: RtspEvent; readonly atByte: number } {
    while (this.#pending[atByte] === CR || this.#pending[atByte] === LF) atByte += 1
    return this.#pending[atByte] === DOLLAR ? this.#nextFrame(atByte) : this.#nextMessage(atByte)
  }

  #nextFrame(atByte: number): { readonly event?: RtspEvent; readonly atByte: number } {
    const available = this.#pending.length - atByte
    if (available < INTERLEAVED_HEADER_BYTES) return { atByte }
    const view = new DataView(this.#pending.buffer, this.#pending.byteOffset + atByte)
    const end = atByte + INTERLEAVED_HEADER_BYTES + view.getUint16(2)
    if (this.#pending.length < end) return this.#await(end, atByte)
    const payload = this.#pending.slice(atByte + INTERLEAVED_HEADER_BYTES, end)
    return { event: { kind: 'interleaved', channel: view.getUint8(1), payload }, atByte: end }
  }

  #nextMessage(atByte: number): { readonly event?: RtspEvent; readonly atByte: number } {
    const headEnd = endOfHead(this.#pending, Math.max(atByte, this.#searchedBytes - 2))
    const headBytes = (headEnd ?? this.#pending.length) - atByte
    if (headBytes > MAX_HEAD_BYTES) return this.#fail('a head of at most 16 kB', `${headBytes} bytes`, atByte)
    if (headEnd === undefined) {
      this.#searchedBytes = this.#pending.length
      return { atByte }
    }
    const lines = headLines(latin1Text(this.#pending.subarray(atByte, headEnd)))
    const headers = readHeaderLines(lines.slice(1))
    const bodyBytes = contentLength(headers.get('content-length'))
    if (bodyBytes === undefined) {
      const got = headers.get('content-length') ?? ''
      return this.#fail(`Content-Length of at most ${MAX_BODY_BYTES}`, got, headEnd, headers.get('cseq'))
    }
    if (this.#pending.length < headEnd + bodyBytes) return this.#await(headEnd + bodyBytes, atByte)
    const body = this.#pending.slice(headEnd, headEnd + bodyBytes)
    const head = readHead(lines, headers)
    const event: RtspEvent = head.ok ? { ...head.value, body } : faultEvent(head.fault, headers.get('cseq'), false)
    return { event, atByte: headEnd + bodyBytes }
  }

  #await(endByte: number, atByte: number): { readonly atByte: number } {
    this.#awaitedBytes = endByte
    return { atByte }
  }

  #fail(expected: string, got: string, atByte: number, cSeq?: string): { event: RtspEvent; atByte: number } {
    this.#deaf = true
    return { event: faultEvent({ code: 'bad-text', expected, got: got.slice(0, 60) }, cSeq, true), atByte }
  }
}

/** The bytes of a message; Content-Length is set from the body, unless there is none. */
export function encodeRtspMessage(message: WrittenRtspMessage): Uint8Array {
  const startLine =
    message.kind === 'request'
      ? `${message.method} ${message.url} RTSP/${message.version}`
      : `RTSP/${message.version} ${message.status} ${message.reason}`
  const headers = [...message.headers].filter(([name]) => name !== 'content-length')
  if (message.body.length > 0) headers.push(['content-length', String(message.body.length)])
  const lines = [startLine, ...headers.map(([name, value]) => `${writtenName(name)}: ${value}`)]
  const head = lines.map((line) => `${line.replace(/[\r\n]+/g, ' ')}\r\n`).join('')
  return joined(latin1Bytes(`${head}\r\n`), message.body)
}

export function encodeInterleavedFrame(channel: number, payload: Uint8Array): Uint8Array {
  const frame = new Uint8Array(INTERLEAVED_HEADER_BYTES + payload.length)
  const view = new DataView(frame.buffer)
  view.setUint8(0, DOLLAR)
  view.setUint8(1, channel)
  view.setUint16(2, payload.length)
  frame.set(payload, INTERLEAVED_HEADER_BYTES)
  return frame
}

/** The URL of the request whose line begins these bytes, before the rest of it has come; no `url`: the line is none of a
 *  request. undefined: the line has not ended yet. */
export function peekRequestUrl(bytes: Uint8Array): { readonly url?: string; readonly lineBytes: number } | undefined {
  const lineBytes = bytes.indexOf(LF) + 1
  if (lineBytes === 0) return undefined
  const request = readRequestLine(latin1Text(bytes.subarray(0, Math.min(lineBytes, MAX_HEAD_BYTES))).trimEnd())
  return { lineBytes, ...(request === undefined ? {} : { url: request.url }) }
}

function readRequestLine(line: string): Pick<RtspRequest, 'method' | 'url' | 'version'> | undefined {
  const request = /^([^\s:]+) +(\S+) +RTSP\/(\d+\.\d+) *$/.exec(line)
  if (request === null) return undefined
  const [, method = '', url = '', version = ''] = request
  return { method, url, version }
}

/** RFC 2326 sections 6.1 and 7.1. A version other than 1.0 is read too: the server answers 505 to it. */
function readHead(lines: readonly string[], headers: RtspHeaders): Decoded<Head> {
  const startLine = lines[0] ?? ''
  const request = readRequestLine(startLine)
  if (request !== undefined) return { ok: true, value: { kind: 'request', ...request, headers } }
  const response = /^RTSP\/(\d+\.\d+) +(\d{3})(?: +(.*))?$/.exec(startLine)
  if (response === null) return badText('a request line or a status line of RTSP', startLine)
  const [, version = '', status = '', reason = ''] = response
  return { ok: true, value: { kind: 'response', version, status: Number(status), reason, headers } }
}

/** Lines of a head, of RTSP or HTTP, without their ends; a line that begins with a blank goes on from the one before (RFC 2616 section 2.2). */
export function headLines(head: string): string[] {
  const lines: string[] = []
  for (const line of head.split(/\r?\n/)) {
    if (/^[ \t]/.test(line) && lines.length > 0) lines.push(`${lines.pop()} ${line.trim()}`)
    else if (line !== '') lines.push(line)
  }
  return lines
}

/** A line without a colon is skipped: the request is answered all the same. */
export function readHeaderLines(lines: readonly string[]): RtspHeaders {
  const headers = new Map<string, string>()
  for (const line of lines) {
    const colon = line.indexOf(':')
    if (colon <= 0) continue
    const name = line.slice(0, colon).trim().toLowerCase()
    const value = line.slice(colon + 1).trim()
    const earlier = headers.get(name)
    headers.set(name, earlier === undefined ? value : `${earlier}, ${value}`)
  }
  return headers
}

function contentLength(value: string | undefined): number | undefined {
  if (value === undefined) return 0
  const bytes = /^\d{1,9}$/.test(value) ? Number(value) : Infinity
  return bytes <= MAX_BODY_BYTES ? bytes : undefined
}

/** Index after the blank line that ends a head, or undefined. */
export function endOfHead(bytes: Uint8Array, fromByte = 0): number | undefined {
  for (let at = bytes.indexOf(LF, fromByte); at !== -1; at = bytes.indexOf(LF, at + 1)) {
    if (bytes[at + 1] === LF) return at + 2
    if (bytes[at + 1] === CR && bytes[at + 2] === LF) return at + 3
  }
  return undefined
}

function faultEvent(fault: WireFault, cSeq: string | undefined, fatal: boolean): RtspReaderFault {
  return { kind: 'fault', fault, fatal, ...(cSeq === undefined ? {} : { cSeq }) }
}

/** 'rtp-info' as people write it: RTP-Info. Names are not case-sensitive, but old clients compare them so. */
function writtenName(name: string): string {
  return WRITTEN_NAMES.get(name) ?? name.replace(/(^|-)[a-z]/g, (start) => start.toUpperCase())
}
const WRITTEN_NAMES = new Map([
  ['cseq', 'CSeq'],
  ['rtp-info', 'RTP-Info'],
  ['www-authenticate', 'WWW-Authenticate'],
])

/** One character a byte: headers are ASCII, and what else comes is kept as it came. */
export function latin1Text(bytes: Uint8Array): string {
  let text = ''
  for (const byte of bytes) text += String.fromCharCode(byte)
  return text
}

function latin1Bytes(text: string): Uint8Array {
  return Uint8Array.from(text, (character) => character.charCodeAt(0) & 0xff)
}

/** A new array always: `slice` of a Node Buffer would be a view into the socket's memory. */
function joined(first: Uint8Array, second: Uint8Array): Uint8Array {
  const whole = new Uint8Array(first.length + second.length)
  whole.set(first)
  whole.set(second, first.length)
  return whole
}
