import type { WrittenRtspMessage } from './rtsp-message.ts'

/** By name; several values are several fields. */
export type AnswerHeaders = Readonly<Record<string, string | readonly string[]>>

export type RtspAnswer = {
  readonly status: number
  readonly reason: string
  readonly cSeq: string | undefined // the request's, if it had one (RFC 2326 section 12.17)
  readonly date: string // RFC 1123
  readonly headers: AnswerHeaders
  readonly body: Uint8Array
}

/** A response as our server writes it, with the header fields that each has. */
export function rtspResponse({ status, reason, cSeq, date, headers, body }: RtspAnswer): WrittenRtspMessage {
  return {
    kind: 'response',
    version: '1.0',
    status,
    reason,
    headers: [
      ...(cSeq === undefined ? [] : [['cseq', cSeq] as const]),
      ['server', 'Weir'],
      ['date', date],
      ...Object.entries(headers).flatMap(([name, values]) => [values].flat().map((value) => [name, value] as const)),
    ],
    body,
  }
}
