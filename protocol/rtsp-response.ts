import type { RtspResponse } from './rtsp-message.ts'

export type RtspAnswer = {
  readonly status: number
  readonly reason: string
  readonly cSeq: string | undefined // the request's, if it had one (RFC 2326 section 12.17)
  readonly date: string // RFC 1123
  readonly headers: Readonly<Record<string, string>>
  readonly body: Uint8Array
}

/** A response as our server writes it, with the header fields that each has. */
export function rtspResponse({ status, reason, cSeq, date, headers, body }: RtspAnswer): RtspResponse {
  return {
    kind: 'response',
    version: '1.0',
    status,
    reason,
    headers: new Map([
      ...(cSeq === undefined ? [] : [['cseq', cSeq] as const]),
      ['server', 'Weir'],
      ['date', date],
      ...Object.entries(headers),
    ]),
    body,
  }
}
