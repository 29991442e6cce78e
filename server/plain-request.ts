import type { IncomingHttpHeaders } from 'node:http'

/** A request that came whole and alone, and has no body: after it, its connection stands where a new one begins. */
export type PlainRequest = { readonly method: 'GET' | 'HEAD'; readonly target: string; readonly fields: PlainFields }

/** What its header lines say. */
export type PlainFields = {
  readonly text: string // the lines themselves
  /** What an answer may depend on, when nothing else asks for more than the whole of a file. */
  readonly whole: Pick<IncomingHttpHeaders, 'accept-encoding'> | undefined
}

const MOST_BYTES = 4096
const HEAD_END = '\r\n\r\n'
const REQUEST_LINE = /^(GET|HEAD) (\/[\x21-\x7e]*) HTTP\/1\.1$/ // RFC 9112 section 3
const FIELD_LINE = /^([!#$%&'*+.^_`|~0-9A-Za-z-]+):[ \t]*([\x20-\x7e\x80-\xff\t]*)$/ // section 5; no folding

/** Fields that change nothing in the answer to a GET for the whole of a file. */
const IDLE_FIELD =
  /^(?:host|user-agent|accept|accept-encoding|accept-language|connection|origin|referer|dnt|priority|pragma|cache-control|x-playback-session-id|sec-ch-.*|sec-fetch-.*)$/
/** Fields by which something follows the head, or the connection becomes another. */
const FIELD_OF_MORE = /^(?:content-length|transfer-encoding|upgrade|expect|te|trailer|http2-settings|proxy-.*)$/

/** Reads what came at once from a client. Undefined for everything that is not plainly such a request: Node's own parser
 *  has to read it. `known` is what the connection's request before said; most say the same again. */
export function readPlainRequest(bytes: Buffer, known?: PlainFields): PlainRequest | undefined {
  if (bytes.length > MOST_BYTES) return undefined
  const text = bytes.toString('latin1')
  const lineEnd = text.indexOf('\r\n')
  const [, method, target] = REQUEST_LINE.exec(text.slice(0, Math.max(0, lineEnd))) ?? []
  if (method === undefined || target === undefined) return undefined
  const fieldsText = text.slice(lineEnd + 2)
  const fields = known?.text === fieldsText ? known : readFields(fieldsText)
  return fields && { method: method as 'GET' | 'HEAD', target, fields }
}

function readFields(text: string): PlainFields | undefined {
  if (text.indexOf(HEAD_END) !== text.length - HEAD_END.length) return undefined
  const values = new Map<string, string>()
  let isWhole = true
  for (const line of text.slice(0, -HEAD_END.length).split('\r\n')) {
    const [, rawName, value = ''] = FIELD_LINE.exec(line) ?? []
    const name = rawName?.toLowerCase()
    if (name === undefined || FIELD_OF_MORE.test(name)) return undefined
    if (name === 'connection' && value.trim().toLowerCase() !== 'keep-alive') return undefined
    if (values.has(name) || !IDLE_FIELD.test(name)) isWhole = false
    values.set(name, values.has(name) ? `${values.get(name)}, ${value}` : value)
  }
  if (!values.has('host')) return undefined
  const accepted = values.get('accept-encoding')
  return { text, whole: isWhole ? (accepted === undefined ? {} : { 'accept-encoding': accepted }) : undefined }
}
